import { type Attempt, forbidden, owned } from "./attempt.js";

const TABLE = "CREATE TABLE evil_notes (id INTEGER PRIMARY KEY, text TEXT)";

const trigger = (body: string) => [
  TABLE,
  `CREATE TRIGGER evil_reach AFTER INSERT ON evil_notes BEGIN ${body}; END`,
];

/** More ways than the first hundred. */
export const sqliteMoreAttempts: readonly Attempt[] = [
  owned("inserts or ignores", "INSERT OR IGNORE INTO users (id, name) VALUES (9, 'M')"),
  owned("updates or replaces", "UPDATE OR REPLACE users SET id = 2 WHERE id = 1"),
  owned(
    "updates an indexed table",
    "UPDATE orders INDEXED BY orders_by_user SET note = 'M' WHERE user_id = 1",
  ),
  owned(
    "leaves a trigger that inserts or replaces",
    trigger("INSERT OR REPLACE INTO users (id, name) VALUES (1, 'M')"),
  ),
  owned("leaves a trigger that replaces", trigger("REPLACE INTO users (id, name) VALUES (1, 'M')")),
  owned("leaves a trigger that updates a quoted name", trigger("UPDATE \"USERS\" SET name = 'M'")),
  owned("leaves a trigger that deletes from a name in brackets", trigger("DELETE FROM [orders] WHERE 1")),
  owned("leaves a trigger that deletes from a text", trigger("DELETE FROM 'orders' WHERE 1")),
  owned("leaves a trigger that writes a view of the core", trigger("DELETE FROM order_list")),
  owned(
    "leaves a trigger that writes a search index of the core",
    trigger("INSERT INTO orders_text (rowid, note) VALUES (9, 'x')"),
  ),
  owned("leaves a trigger that writes a shadow table", trigger("DELETE FROM orders_text_data")),
  owned(
    "leaves a trigger that writes the journal",
    trigger("UPDATE Schema_Migrations SET status = 'failed'"),
  ),
  owned("leaves a trigger that writes the counters", trigger("UPDATE sqlite_sequence SET seq = 0")),
  owned(
    "leaves a trigger that upserts",
    trigger("INSERT INTO users (id, name) VALUES (1, 'M') ON CONFLICT (id) DO UPDATE SET name = 'M'"),
  ),
  owned(
    "leaves a trigger that updates from its own table",
    trigger("UPDATE users SET name = n.text FROM evil_notes AS n WHERE n.id = users.id"),
  ),
  owned("leaves a chain of triggers", [
    ...trigger("INSERT INTO evil_more VALUES (new.id)"),
    "CREATE TABLE evil_more (id INTEGER)",
    "CREATE TRIGGER evil_second AFTER INSERT ON evil_more BEGIN DELETE FROM orders; END",
  ]),
  owned("leaves a trigger that fires for one column alone", [
    TABLE,
    "CREATE TRIGGER evil_column BEFORE UPDATE OF text ON evil_notes WHEN new.text = 'now' BEGIN DELETE FROM orders; END",
  ]),
  owned(
    "hides a rename in a savepoint",
    "SAVEPOINT evil; ALTER TABLE users RENAME TO evil_users; DELETE FROM evil_users; ALTER TABLE evil_users RENAME TO users; RELEASE evil",
  ),
  owned(
    "deletes between savepoints",
    "SAVEPOINT evil; DELETE FROM orders; ROLLBACK TO evil; DELETE FROM orders; RELEASE evil",
  ),
  owned("makes an index of a core table in odd case", "CREATE INDEX evil_i ON USERS (NAME)"),
  owned(
    "makes a trigger on the journal in odd case",
    "CREATE TRIGGER evil_w AFTER INSERT ON SCHEMA_MIGRATIONS BEGIN SELECT 1; END",
  ),
  forbidden(
    "refers to what is no key, so that nobody could delete from the core any more",
    "CREATE TABLE evil_x (a TEXT REFERENCES users (name))",
  ),
  forbidden("refers to what is no key in a column that is added", [
    TABLE,
    "ALTER TABLE evil_notes ADD COLUMN who TEXT REFERENCES users (name)",
  ]),
  owned("renames a search index of the core", "ALTER TABLE orders_text RENAME TO evil_text"),
  owned("drops a search index of the core", "DROP TABLE orders_text"),
  owned("drops a shadow table of the core", "DROP TABLE orders_text_data"),
  owned(
    "gives a search index of the core a command",
    "INSERT INTO orders_text (orders_text) VALUES ('rebuild')",
  ),
  owned("reindexes everything", "REINDEX"),
  owned(
    "refers to the journal, so that Tenon could not write it",
    "CREATE TABLE evil_x (m TEXT, v TEXT, FOREIGN KEY (m, v) REFERENCES schema_migrations (module, version))",
  ),
  forbidden("takes back the whole run at a conflict", [
    TABLE,
    "INSERT OR ROLLBACK INTO evil_notes VALUES (1, 'x'), (1, 'y')",
  ]),
  forbidden("takes back the whole run by a key", "CREATE TABLE evil_x (a UNIQUE ON CONFLICT ROLLBACK)"),
  forbidden("takes back the whole run by a trigger", trigger("SELECT RAISE(ROLLBACK, 'no')")),
  owned("reindexes a core table", "REINDEX orders"),
  owned("drops the journal's owners", "DROP TABLE schema_migrations_objects"),
  owned("makes a table beside the journal", "CREATE TABLE schema_migrations_evil (id INTEGER)"),
  { what: "writes the catalogue", up: "UPDATE sqlite_schema SET sql = ''" },
  { what: "deletes from the catalogue", up: "DELETE FROM sqlite_master" },
  {
    what: "changes a column of a core table in libSQL's way",
    up: "ALTER TABLE users ALTER COLUMN name TO name TEXT NOT NULL DEFAULT 'M'",
  },
  { what: "makes a function in libSQL's way", up: "CREATE FUNCTION evil LANGUAGE wasm AS x'00'" },
  {
    what: "releases a savepoint that it did not open",
    up: [TABLE, "RELEASE tenon"],
  },
  {
    what: "rolls back to a savepoint that it did not open",
    up: [TABLE, "ROLLBACK TO tenon"],
  },
  { what: "leaves a savepoint open", up: ["SAVEPOINT evil", TABLE] },
  forbidden("ends the transaction", [TABLE, "END TRANSACTION"]),
  forbidden("lists the databases", "SELECT file FROM pragma_database_list"),
  forbidden("reads how pages are used", "SELECT count(*) FROM dbstat"),
  forbidden("reads the statements of the session", "SELECT sql FROM sqlite_stmt"),
  { what: "unpacks a file", up: "CREATE TABLE evil_z AS SELECT name FROM zipfile('/tmp/evil.zip')" },
  forbidden("makes a table of a file", "CREATE VIRTUAL TABLE evil_csv USING csv(filename='/etc/passwd')"),
  forbidden("makes a table over the statistics", "CREATE VIRTUAL TABLE evil_stat USING dbstat"),
  forbidden(
    "makes a table over the words of a search index",
    "CREATE VIRTUAL TABLE evil_words USING fts5vocab(orders_text, row)",
  ),
  forbidden("loads an extension in the condition of a trigger", [
    TABLE,
    "CREATE TRIGGER evil_when AFTER INSERT ON evil_notes WHEN load_extension('evil') BEGIN SELECT 1; END",
  ]),
  forbidden("loads an extension in a check", "CREATE TABLE evil_c (a CHECK (load_extension(a)))"),
  forbidden("loads an extension in a generated column", "CREATE TABLE evil_g (a, b AS (load_extension(a)))"),
  forbidden("loads an extension in an index", [
    TABLE,
    "CREATE INDEX evil_i ON evil_notes (load_extension(text))",
  ]),
  forbidden("loads an extension in a RETURNING", [
    TABLE,
    "INSERT INTO evil_notes VALUES (1, 'x') RETURNING load_extension(text)",
  ]),
  forbidden("loads an extension in an upsert", [
    TABLE,
    "INSERT INTO evil_notes VALUES (1, 'x') ON CONFLICT DO UPDATE SET text = load_extension(text)",
  ]),
  forbidden("makes a temporary view", "CREATE TEMP VIEW users AS SELECT 1 AS id"),
  forbidden("makes a temporary search index", "CREATE VIRTUAL TABLE temp.evil_t USING fts5 (a)"),
  forbidden(
    "makes a trigger on a core table in temp",
    "CREATE TRIGGER temp.evil_spy AFTER INSERT ON main.users BEGIN SELECT 1; END",
  ),
  ...[
    "query_only = ON",
    "recursive_triggers = ON",
    "ignore_check_constraints = ON",
    "case_sensitive_like = ON",
    "locking_mode = EXCLUSIVE",
    "wal_checkpoint(TRUNCATE)",
    "optimize",
    "temp_store_directory = '/tmp'",
    "secure_delete = OFF",
    "synchronous = OFF",
    "application_id = 7",
    "auto_vacuum = FULL",
    "incremental_vacuum",
    "key = 'evil'",
    "integrity_check",
    "data_version",
  ].map((pragma) => forbidden(`says PRAGMA ${pragma}`, `PRAGMA ${pragma}`)),
];
