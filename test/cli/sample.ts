/** A module of two versions in SQL files, with what takes them back. */
export const USERS = {
  "migrations/001_users.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
  "migrations/001_users_rollback.sql": "DROP TABLE users;",
  "migrations/002_email.sql": "ALTER TABLE users ADD COLUMN email TEXT;",
  "migrations/002_email_rollback.sql": "ALTER TABLE users DROP COLUMN email;",
};

/** Flags that name the database and the folder, without a config. */
export const HERE = ["--url", "file:app.db", "--dir", "migrations"];

/** Two core modules and a plugin, with a config in plain JavaScript. */
export const THREE_MODULES = {
  "tenon.config.mjs": `export default {
  url: "file:app.db",
  modules: [
    { name: "notes", migrations: "./notes", priority: 2, dependsOn: "users" },
    { name: "users", migrations: "./users", priority: 1 },
    { name: "calendar", kind: "plugin", migrations: "./calendar" },
  ],
};
`,
  "users/001_users.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);",
  "users/001_users_rollback.sql": "DROP TABLE users;",
  "notes/001_notes.sql":
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id));",
  "notes/001_notes_rollback.sql": "DROP TABLE notes;",
  "calendar/001_events.sql": "CREATE TABLE calendar_events (id INTEGER PRIMARY KEY);",
  "calendar/001_events_rollback.sql": "DROP TABLE calendar_events;",
  "calendar/002_titles.sql": "ALTER TABLE calendar_events ADD COLUMN title TEXT;",
  "calendar/002_titles_rollback.sql": "ALTER TABLE calendar_events DROP COLUMN title;",
};
