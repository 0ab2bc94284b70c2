import { registerSchema } from "tenon";

/**
 * The people who use the assistant. Ids are texts that the device makes (UUIDs), so that two devices can write
 * without asking each other first, and the same SQL runs on every engine.
 */
export const users = registerSchema("users", "core", { priority: 1 })({
  1: {
    name: "Users",
    description: "Accounts of the people who use the assistant",
    up: [
      `CREATE TABLE users (
        id TEXT PRIMARY KEY,
        email TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        is_active BOOLEAN NOT NULL DEFAULT TRUE,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
      )`,
    ],
    down: ["DROP TABLE users"],
  },

  2: {
    name: "Preferences",
    description: "One row for each setting that a user has changed",
    up: [
      `CREATE TABLE user_preferences (
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (user_id, name)
      )`,
    ],
    down: ["DROP TABLE user_preferences"],
  },
});
