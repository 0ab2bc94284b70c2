import { registerSchema } from "tenon";

/** What was said. It needs the users, whatever the priorities say. */
export const conversations = registerSchema("conversations", "core", { priority: 2, dependsOn: ["users"] })({
  1: {
    name: "Conversations",
    description: "Conversations and their messages",
    up: [
      `CREATE TABLE conversations (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        title TEXT NOT NULL,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        last_activity TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
      )`,
      `CREATE TABLE messages (
        id TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
        content TEXT NOT NULL,
        metadata JSON,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
      )`,
      "CREATE INDEX conversations_by_user ON conversations (user_id, last_activity)",
      "CREATE INDEX messages_by_conversation ON messages (conversation_id, created_at)",
    ],
    down: ["DROP TABLE messages", "DROP TABLE conversations"],
  },

  2: {
    name: "Metrics",
    description: "How fast an answer came and how well it was received",
    up: [
      `CREATE TABLE message_metrics (
        message_id TEXT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        response_time_ms INTEGER CHECK (response_time_ms >= 0),
        satisfaction INTEGER CHECK (satisfaction BETWEEN 1 AND 5)
      )`,
    ],
    down: ["DROP TABLE message_metrics"],
    // Checked before the migration is committed, and again by every `tenon verify`: no row may come back.
    verify: [
      `SELECT metric.message_id
       FROM message_metrics AS metric
       JOIN messages AS message ON message.id = metric.message_id
       WHERE message.role <> 'assistant'`,
    ],
  },
});
