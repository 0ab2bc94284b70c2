import { date, jsonb, pgEnum, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

const users = pgTable("users", { id: text().primaryKey() });

export const rhythm = pgEnum("habit_rhythm", ["daily", "weekly"]);

export const habits = pgTable("habits", {
  id: uuid().primaryKey().defaultRandom(),
  userId: text("user_id")
    .notNull()
    .references(() => users.id, { onDelete: "cascade" }),
  name: text().notNull(),
  rhythm: rhythm().notNull().default("daily"),
  settings: jsonb().notNull().default({}),
  since: timestamp({ withTimezone: true }).notNull().defaultNow(),
});

export const habitDays = pgTable(
  "habit_days",
  {
    habitId: uuid("habit_id")
      .notNull()
      .references(() => habits.id, { onDelete: "cascade" }),
    day: date().notNull(),
  },
  (table) => [primaryKey({ columns: [table.habitId, table.day] })],
);
