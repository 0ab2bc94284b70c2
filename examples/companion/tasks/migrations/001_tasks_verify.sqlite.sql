-- Each of these must give no row after 001_tasks.sqlite.sql.

-- The view open_tasks can be read.
SELECT 1
FROM "main"."open_tasks"
WHERE 1 = 0;
