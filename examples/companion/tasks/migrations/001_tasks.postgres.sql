-- tenon: description Tasks

-- Written by `tenon generate` from the tables of the module tasks. Read it before you run it.

-- Create table tasks (5 columns, 1 index).
CREATE TABLE "public"."tasks" (
  "id" text NOT NULL,
  "user_id" text NOT NULL,
  "title" text NOT NULL,
  "is_done" bigint DEFAULT 0 NOT NULL,
  "due_on" text,
  CONSTRAINT "tasks_have_a_title" CHECK (title <> ''::text),
  CONSTRAINT "tasks_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "tasks_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "public"."users" ("id") ON DELETE CASCADE
);

CREATE INDEX "tasks_by_user"
  ON "public"."tasks" ("user_id", "due_on");

-- Create view open_tasks.
CREATE VIEW "public"."open_tasks" AS
SELECT id,
    user_id,
    title,
    is_done,
    due_on
   FROM public.tasks
  WHERE (is_done = 0);
