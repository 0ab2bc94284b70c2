/** A migration that looks suspicious and is none: `calm_` is its prefix. */
export interface Friendly {
  readonly what: string;
  readonly up: string | readonly string[];
}

const EVERYWHERE: readonly Friendly[] = [
  {
    what: "refers to a core table by a cascading key",
    up: [
      "CREATE TABLE calm_notes (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE)",
      "INSERT INTO calm_notes VALUES (1, 1)",
    ],
  },
  {
    what: "copies rows of core tables into its own",
    up: [
      "CREATE TABLE calm_copy (id INTEGER PRIMARY KEY, name TEXT, orders INTEGER)",
      "INSERT INTO calm_copy SELECT u.id, u.name, count(o.id) FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id, u.name",
    ],
  },
  {
    what: "has a table of a core name behind its prefix",
    up: [
      "CREATE TABLE calm_users (id INTEGER PRIMARY KEY)",
      "DELETE FROM calm_users",
      "DROP TABLE calm_users",
    ],
  },
  {
    what: "holds dangerous words in texts",
    up: [
      "CREATE TABLE calm_words (id INTEGER PRIMARY KEY, text TEXT)",
      `INSERT INTO calm_words VALUES (1, 'ATTACH DATABASE; DELETE FROM users; COPY users TO PROGRAM ''rm''; load_extension(''x''); GRANT ALL'),
        (2, 'SET ROLE postgres; pg_read_file(''PG_VERSION''); EXECUTE this; SECURITY DEFINER; VACUUM INTO; PRAGMA writable_schema = 1; DROP TABLE orders')`,
    ],
  },
  {
    what: "holds dangerous words in comments",
    up: `-- DELETE FROM users; ATTACH 'x' AS y
      /* DROP TABLE orders; COPY users TO PROGRAM 'x'; SET ROLE postgres */
      CREATE TABLE calm_comments (id INTEGER PRIMARY KEY -- load_extension('x')
      )`,
  },
  {
    what: "calls columns by dangerous words",
    up: [
      "CREATE TABLE calm_columns (id INTEGER PRIMARY KEY, role TEXT, copy TEXT, session TEXT, attach TEXT, load TEXT, vacuum TEXT, pragma TEXT, listen TEXT)",
      "INSERT INTO calm_columns (id, role, copy) VALUES (1, 'admin', 'first')",
      "UPDATE calm_columns SET role = 'owner', session = 'x', copy = CASE WHEN role = 'a' THEN copy ELSE load END",
    ],
  },
  {
    what: "runs in a transaction of its own words",
    up: "BEGIN; CREATE TABLE calm_wrapped (id INTEGER PRIMARY KEY); COMMIT;",
  },
  {
    what: "changes and renames its own",
    up: [
      "CREATE TABLE calm_first (id INTEGER PRIMARY KEY, old TEXT)",
      "ALTER TABLE calm_first ADD COLUMN more TEXT DEFAULT 'x'",
      "ALTER TABLE calm_first RENAME COLUMN old TO new",
      "ALTER TABLE calm_first RENAME TO calm_second",
      "CREATE INDEX by_new ON calm_second (new)",
      "DROP INDEX by_new",
    ],
  },
  {
    what: "fills its own with WITH, upserts and RETURNING",
    up: [
      "CREATE TABLE calm_upsert (id INTEGER PRIMARY KEY, n INTEGER)",
      "WITH RECURSIVE days (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < 5) INSERT INTO calm_upsert SELECT n, n FROM days",
      "INSERT INTO calm_upsert VALUES (1, 7) ON CONFLICT (id) DO UPDATE SET n = excluded.n",
      "UPDATE calm_upsert SET n = (SELECT count(*) FROM users) WHERE id = 2",
      "DELETE FROM calm_upsert WHERE id IN (SELECT id FROM users)",
    ],
  },
  {
    what: "shows a core table in a view of its own",
    up: [
      "CREATE VIEW calm_view AS SELECT id, upper(name) AS name FROM users",
      "CREATE VIEW calm_more AS SELECT name FROM calm_view",
    ],
  },
  {
    what: "uses names in quotes",
    up: [
      'CREATE TABLE "calm_Odd Name" ("select" TEXT, "DELETE FROM users" TEXT)',
      `INSERT INTO "calm_Odd Name" VALUES ('a', 'b')`,
    ],
  },
  {
    what: "empties and drops its own parent with its children",
    up: [
      "CREATE TABLE calm_parent (id INTEGER PRIMARY KEY)",
      "CREATE TABLE calm_child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES calm_parent (id) ON DELETE CASCADE)",
      "INSERT INTO calm_parent VALUES (1)",
      "INSERT INTO calm_child VALUES (1, 1)",
      "DELETE FROM calm_child",
      "DELETE FROM calm_parent",
      "DROP TABLE calm_child",
      "DROP TABLE calm_parent",
    ],
  },
];

export const sqliteFriendly: readonly Friendly[] = [
  ...EVERYWHERE,
  {
    what: "keeps a search index of its own by triggers",
    up: [
      "CREATE TABLE calm_docs (id INTEGER PRIMARY KEY, body TEXT)",
      "CREATE VIRTUAL TABLE calm_search USING fts5 (body, content = 'calm_docs', content_rowid = 'id')",
      "CREATE TRIGGER calm_docs_ai AFTER INSERT ON calm_docs BEGIN INSERT INTO calm_search (rowid, body) VALUES (new.id, new.body); END",
      "CREATE TRIGGER calm_docs_ad AFTER DELETE ON calm_docs BEGIN INSERT INTO calm_search (calm_search, rowid, body) VALUES ('delete', old.id, old.body); END",
      "INSERT INTO calm_docs VALUES (1, 'DROP TABLE users'), (2, 'tea')",
      "INSERT INTO calm_search (calm_search) VALUES ('rebuild')",
      "INSERT INTO calm_search (calm_search) VALUES ('optimize')",
      "DELETE FROM calm_docs WHERE id = 2",
    ],
  },
  {
    what: "indexes the text of a core table",
    up: [
      "CREATE VIRTUAL TABLE calm_notes_of_orders USING fts5 (note)",
      "INSERT INTO calm_notes_of_orders (rowid, note) SELECT id, note FROM orders",
      "SELECT count(*) FROM calm_notes_of_orders WHERE calm_notes_of_orders MATCH 'tea'",
    ],
  },
  {
    what: "keeps a tree of places",
    up: [
      "CREATE VIRTUAL TABLE calm_places USING rtree (id, x0, x1)",
      "INSERT INTO calm_places VALUES (1, 0.0, 1.0)",
    ],
  },
  {
    what: "writes its own through a view of a core table",
    up: [
      "CREATE TABLE calm_log (id INTEGER)",
      "CREATE VIEW calm_door AS SELECT id, name FROM users",
      "CREATE TRIGGER calm_door_update INSTEAD OF UPDATE ON calm_door BEGIN INSERT INTO calm_log VALUES (new.id); END",
      "UPDATE calm_door SET name = 'x' WHERE id = 1",
    ],
  },
  {
    what: "counts by itself",
    up: [
      "CREATE TABLE calm_counted (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT)",
      "INSERT INTO calm_counted (text) VALUES ('a'), ('b')",
      "DELETE FROM calm_counted",
      "DROP TABLE calm_counted",
    ],
  },
  {
    what: "has tables of every shape",
    up: [
      "CREATE TABLE calm_strict (id INTEGER PRIMARY KEY, j TEXT CHECK (json_valid(j)), k TEXT AS (json_extract(j, '$.k')) STORED) STRICT",
      "CREATE TABLE calm_keyed (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID",
      "CREATE UNIQUE INDEX calm_partial ON calm_keyed (lower(a)) WHERE b IS NOT NULL",
      "INSERT INTO calm_strict (id, j) VALUES (1, '{\"k\": 1}')",
      "INSERT INTO calm_keyed SELECT value, key FROM json_each('[\"a\"]')",
    ],
  },
  {
    what: "reckons with windows, dates and JSON",
    up: [
      "CREATE TABLE calm_sums AS SELECT id, sum(id) OVER (ORDER BY id) AS total, date('now') AS day, json_object('a', id) AS j, hex(randomblob(4)) AS r, printf('%05d', id) AS p FROM orders",
    ],
  },
  {
    what: "goes back to a savepoint of its own",
    up: "CREATE TABLE calm_saved (id INTEGER); SAVEPOINT calm; INSERT INTO calm_saved VALUES (1); ROLLBACK TO calm; INSERT INTO calm_saved VALUES (2); RELEASE calm",
  },
  {
    what: "builds a table anew with foreign keys off",
    up: `CREATE TABLE calm_old (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id));
      PRAGMA foreign_keys = OFF;
      CREATE TABLE new_calm (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id));
      INSERT INTO new_calm SELECT * FROM calm_old; DROP TABLE calm_old; ALTER TABLE new_calm RENAME TO calm_old;
      PRAGMA foreign_key_check; PRAGMA foreign_keys = ON;`,
  },
  {
    what: "asks about tables and puts checks off",
    up: "PRAGMA table_info(users); PRAGMA defer_foreign_keys = ON; CREATE TABLE calm_asked AS SELECT name FROM pragma_table_info('users'); SELECT count(*) FROM sqlite_schema",
  },
  { what: "reindexes its own", up: ["CREATE TABLE calm_re (a TEXT UNIQUE)", "REINDEX calm_re"] },
  {
    what: "raises an error of its own in a trigger",
    up: [
      "CREATE TABLE calm_guarded (n INTEGER)",
      "CREATE TRIGGER calm_guard BEFORE INSERT ON calm_guarded WHEN new.n < (SELECT count(*) FROM users) BEGIN SELECT RAISE(ABORT, 'too few; DELETE FROM users'); END",
      "INSERT INTO calm_guarded VALUES (100)",
    ],
  },
  {
    what: "keeps vectors with an index",
    up: [
      "CREATE TABLE calm_vectors (id INTEGER PRIMARY KEY, v F32_BLOB(3))",
      "INSERT INTO calm_vectors VALUES (1, vector('[1,2,3]'))",
      "SELECT vector_distance_cos(v, vector('[1,2,3]')) FROM calm_vectors",
    ],
  },
];

export const postgresFriendly: readonly Friendly[] = [
  ...EVERYWHERE,
  {
    what: "has sequences of its own",
    up: [
      "CREATE SEQUENCE calm_numbers START 100",
      "SELECT nextval('calm_numbers'), setval('public.calm_numbers', 200)",
      "CREATE TABLE calm_numbered (id BIGINT PRIMARY KEY DEFAULT nextval('calm_numbers'), s SERIAL, i INTEGER GENERATED ALWAYS AS IDENTITY)",
      "INSERT INTO calm_numbered (s) VALUES (DEFAULT)",
      "SELECT setval('calm_numbered_s_seq', (SELECT max(s) FROM calm_numbered))",
      "ALTER SEQUENCE calm_numbers OWNED BY calm_numbered.id",
    ],
  },
  {
    what: "has functions and triggers of its own",
    up: [
      "CREATE TABLE calm_docs (id INTEGER PRIMARY KEY, body TEXT, touched TIMESTAMPTZ)",
      "CREATE TABLE calm_log (id INTEGER, n BIGINT)",
      "CREATE FUNCTION calm_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.touched := now(); IF (SELECT count(*) FROM users) > 1 THEN INSERT INTO calm_log SELECT new.id, count(*) FROM orders; ELSE UPDATE calm_log SET n = 0; END IF; RETURN new; END $$",
      "CREATE TRIGGER calm_touch BEFORE INSERT OR UPDATE ON calm_docs FOR EACH ROW EXECUTE FUNCTION calm_touch()",
      "INSERT INTO calm_docs VALUES (1, 'a')",
      "UPDATE calm_docs SET body = 'b'",
    ],
  },
  {
    what: "says dangerous words within a function",
    up: [
      "CREATE TABLE calm_said (id INTEGER PRIMARY KEY, role TEXT)",
      "CREATE FUNCTION calm_say() RETURNS text LANGUAGE plpgsql AS $$ BEGIN /* DROP TABLE users; */ UPDATE calm_said SET role = 'DELETE FROM users; EXECUTE it; COPY x'; RETURN 'SET ROLE postgres'; -- EXECUTE 'x'\n END $$",
      "SELECT calm_say()",
    ],
  },
  {
    what: "has a procedure, an aggregate and a function with a path of its own",
    up: [
      "CREATE TABLE calm_done (id INTEGER)",
      "CREATE PROCEDURE calm_do() LANGUAGE sql SET search_path = public AS 'INSERT INTO calm_done VALUES (1)'",
      "CALL calm_do()",
      "CREATE AGGREGATE calm_join (text) (SFUNC = textcat, STYPE = text, INITCOND = '')",
      "SELECT calm_join(name) FROM users",
    ],
  },
  {
    what: "decides in a DO block what to make",
    up: [
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'calm_maybe') THEN CREATE TABLE calm_maybe (id INTEGER); CREATE INDEX calm_maybe_by ON calm_maybe (id); END IF; END $$",
      "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM users LOOP INSERT INTO calm_maybe VALUES (r.id); END LOOP; END $$",
    ],
  },
  {
    what: "has types, domains and tables of every shape",
    up: [
      "CREATE TYPE calm_mood AS ENUM ('fine', 'busy')",
      "ALTER TYPE calm_mood RENAME VALUE 'busy' TO 'off'",
      "CREATE DOMAIN calm_short AS text CHECK (length(VALUE) < 10)",
      "CREATE TYPE calm_pair AS (a INTEGER, b TEXT)",
      "CREATE TABLE calm_shapes (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), mood calm_mood, note calm_short, pair calm_pair, doc JSONB, upper_note TEXT GENERATED ALWAYS AS (upper(note::text)) STORED)",
      "CREATE INDEX calm_shapes_doc ON calm_shapes USING gin (doc)",
      "CREATE STATISTICS calm_stats ON mood, note FROM calm_shapes",
      "ANALYZE calm_shapes",
    ],
  },
  {
    what: "has partitions",
    up: [
      "CREATE TABLE calm_events (at DATE NOT NULL, text TEXT) PARTITION BY RANGE (at)",
      "CREATE TABLE calm_events_2024 PARTITION OF calm_events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
      "INSERT INTO calm_events VALUES ('2024-05-01', 'x')",
      "TRUNCATE calm_events",
    ],
  },
  {
    what: "has a materialized view of core tables, and refreshes it",
    up: [
      "CREATE MATERIALIZED VIEW calm_totals AS SELECT user_id, count(*) AS n FROM orders GROUP BY user_id",
      "CREATE UNIQUE INDEX calm_totals_user ON calm_totals (user_id)",
      "REFRESH MATERIALIZED VIEW calm_totals",
    ],
  },
  {
    what: "guards its rows by policies and rules",
    up: [
      "CREATE TABLE calm_rows (id INTEGER, owner TEXT DEFAULT current_user)",
      "ALTER TABLE calm_rows ENABLE ROW LEVEL SECURITY",
      "CREATE POLICY calm_mine ON calm_rows FOR UPDATE USING (owner = current_user)",
      "CREATE RULE calm_keep AS ON DELETE TO calm_rows DO INSTEAD NOTHING",
      "INSERT INTO calm_rows VALUES (1)",
    ],
  },
  {
    what: "writes its own through a view of a core table",
    up: [
      "CREATE TABLE calm_seen (id INTEGER)",
      "CREATE VIEW calm_door AS SELECT id, name FROM users",
      "CREATE FUNCTION calm_enter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO calm_seen VALUES (new.id); RETURN new; END $$",
      "CREATE TRIGGER calm_enter INSTEAD OF UPDATE ON calm_door FOR EACH ROW EXECUTE FUNCTION calm_enter()",
      "UPDATE calm_door SET name = 'x' WHERE id = 1",
      "CREATE FUNCTION calm_push() RETURNS void LANGUAGE sql AS $$ UPDATE calm_door SET name = 'y' $$",
    ],
  },
  {
    what: "comments on its own, sets what ends with the migration, and waits for checks",
    up: [
      "SET LOCAL statement_timeout = '30s'",
      "CREATE TABLE calm_said (id INTEGER PRIMARY KEY, up INTEGER REFERENCES calm_said (id) DEFERRABLE INITIALLY DEFERRED)",
      "COMMENT ON TABLE calm_said IS 'COPY users TO PROGRAM; SET ROLE postgres'",
      "COMMENT ON COLUMN calm_said.up IS 'DROP TABLE users'",
      "INSERT INTO calm_said VALUES (2, 1), (1, NULL)",
      "SET CONSTRAINTS ALL IMMEDIATE",
    ],
  },
  {
    what: "takes a lock that ends with the transaction",
    up: [
      "SELECT pg_advisory_xact_lock(4711)",
      "CREATE TABLE calm_locked (id INTEGER)",
      "LOCK TABLE calm_locked",
    ].slice(0, 2),
  },
  {
    what: "makes a table out of rows, and merges into it",
    up: [
      "CREATE TABLE calm_merged AS SELECT id, name FROM users",
      "MERGE INTO calm_merged m USING orders o ON m.id = o.id WHEN MATCHED THEN UPDATE SET name = o.note WHEN NOT MATCHED THEN INSERT VALUES (o.id, o.note)",
      "INSERT INTO calm_merged SELECT id + 10, name FROM users RETURNING id",
    ],
  },
];
