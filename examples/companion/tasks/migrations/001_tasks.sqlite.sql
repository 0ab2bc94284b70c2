-- tenon: description Tasks

-- Written by `tenon generate` from the tables of the module tasks. Read it before you run it.

-- Create table tasks (5 columns, 1 index).
CREATE TABLE "tasks" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "user_id" TEXT NOT NULL,
  "title" TEXT NOT NULL,
  "is_done" INTEGER NOT NULL DEFAULT 0,
  "due_on" TEXT,
  FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
  CONSTRAINT "tasks_have_a_title" CHECK ("title" <> '')
);

CREATE INDEX "tasks_by_user"
ON "tasks" ("user_id", "due_on");

-- Create view open_tasks.
CREATE VIEW "open_tasks" AS
select "id", "user_id", "title", "is_done", "due_on" from "tasks" where "tasks"."is_done" = 0;
