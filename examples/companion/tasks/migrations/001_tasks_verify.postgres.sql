-- Each of these must give no row after 001_tasks.postgres.sql.

-- The view open_tasks can be read.
SELECT 1
FROM "public"."open_tasks"
WHERE 1 = 0;
