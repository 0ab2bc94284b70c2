import { eq, ne } from "drizzle-orm";
import { check, index, integer, sqliteTable, sqliteView, text } from "drizzle-orm/sqlite-core";

/** The users are another module's: only what is referred to is said here, and it is not among the module's tables. */
const users = sqliteTable("users", { id: text().primaryKey() });

export const tasks = sqliteTable(
  "tasks",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    title: text().notNull(),
    isDone: integer("is_done", { mode: "boolean" }).notNull().default(false),
    dueOn: text("due_on"),
  },
  (table) => [
    check("tasks_have_a_title", ne(table.title, "")),
    index("tasks_by_user").on(table.userId, table.dueOn),
  ],
);

export const openTasks = sqliteView("open_tasks").as((query) =>
  query.select().from(tasks).where(eq(tasks.isDone, false)),
);
