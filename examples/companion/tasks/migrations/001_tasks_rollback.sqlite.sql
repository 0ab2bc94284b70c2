-- Takes back 001_tasks.sqlite.sql.
-- Loses data when it runs: All rows of tasks are lost.

-- Drop view open_tasks.
--   breaks code: Programs that use open_tasks stop working.
DROP VIEW "open_tasks";

-- Drop table tasks and its rows.
--   breaks code: Programs that use tasks stop working.
DROP TABLE "tasks";
