/** One migration of the history that every layout tells in its own way. */
export interface HistoryStep {
  readonly name: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
  /** It cannot run in a transaction. */
  readonly isOutside?: true;
}

const shared = {
  users: {
    name: "users",
    up: [
      "CREATE TABLE users (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL, -- a name; of a person\n  team_id INTEGER\n)",
    ],
    down: ["DROP TABLE users"],
  },
  teams: {
    name: "teams",
    up: [
      "CREATE TABLE teams (id INTEGER PRIMARY KEY, title TEXT NOT NULL)",
      "INSERT INTO teams (id, title) VALUES (1, 'it''s; a team'), (2, '-- +goose Down')",
    ],
    down: ["DROP TABLE teams"],
  },
  notes: {
    name: "notes",
    up: [
      "CREATE TABLE notes (\n  id INTEGER PRIMARY KEY,\n  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,\n  body TEXT\n)",
    ],
    down: ["DROP TABLE notes"],
  },
  people: {
    name: "people",
    up: [
      "INSERT INTO users (id, name, team_id) VALUES (1, 'Ann', 1), (2, 'Bob', 2)",
      "INSERT INTO notes (id, user_id, body) VALUES (1, 1, 'first'), (2, 2, 'second')",
    ],
    down: ["DELETE FROM notes", "DELETE FROM users"],
  },
  log: {
    name: "log",
    up: ["CREATE TABLE log (note_id INTEGER NOT NULL, what TEXT NOT NULL)"],
    down: ["DROP TABLE log"],
  },
  overview: {
    name: "overview",
    up: ["CREATE VIEW overview AS SELECT u.name, n.body FROM users u JOIN notes n ON n.user_id = u.id"],
    down: ["DROP VIEW overview"],
  },
  more: {
    name: "more",
    up: ["INSERT INTO notes (id, user_id, body) VALUES (3, 1, 'third')"],
    down: ["DELETE FROM notes WHERE id = 3"],
  },
} satisfies Record<string, HistoryStep>;

const sqliteHistory: readonly HistoryStep[] = [
  shared.users,
  shared.teams,
  shared.notes,
  shared.people,
  shared.log,
  {
    name: "note_trigger",
    up: [
      "CREATE TRIGGER note_added AFTER INSERT ON notes BEGIN\n  INSERT INTO log VALUES (new.id, 'added');\n  UPDATE notes SET body = CASE WHEN body IS NULL THEN '' ELSE body END WHERE id = new.id;\nEND",
    ],
    down: ["DROP TRIGGER note_added"],
  },
  { name: "compact", up: ["VACUUM"], down: ["VACUUM"], isOutside: true },
  shared.overview,
  shared.more,
];

const postgresHistory: readonly HistoryStep[] = [
  shared.users,
  shared.teams,
  shared.notes,
  shared.people,
  shared.log,
  {
    name: "note_trigger",
    up: [
      "CREATE FUNCTION note_added() RETURNS trigger AS $body$\nBEGIN\n  INSERT INTO log VALUES (NEW.id, 'added');\n  RETURN NEW;\nEND;\n$body$ LANGUAGE plpgsql",
      "CREATE TRIGGER note_added AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION note_added()",
    ],
    down: ["DROP TRIGGER note_added ON notes", "DROP FUNCTION note_added()"],
  },
  {
    name: "user_index",
    up: ["CREATE INDEX CONCURRENTLY users_name ON users (name)"],
    down: ["DROP INDEX CONCURRENTLY users_name"],
    isOutside: true,
  },
  shared.overview,
  shared.more,
];

export const histories = { sqlite: sqliteHistory, postgres: postgresHistory } as const;
