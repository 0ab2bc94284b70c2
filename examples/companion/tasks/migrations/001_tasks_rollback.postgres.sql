-- Takes back 001_tasks.postgres.sql.
-- Loses data when it runs: All rows of tasks are lost.

-- Drop view open_tasks.
--   breaks code: Programs that use open_tasks stop working.
-- Drop table tasks and its rows.
--   breaks code: Programs that use tasks stop working.
DROP VIEW "public"."open_tasks";

DROP TABLE "public"."tasks";
