import { type Attempt, forbidden, owned } from "./attempt.js";

const TABLE = "CREATE TABLE evil_notes (id INTEGER PRIMARY KEY, text TEXT)";

const doing = (body: string) => `DO $evil$ BEGIN ${body} END $evil$`;

const trigger = (body: string) => [
  TABLE,
  `CREATE FUNCTION evil_reach() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN new; END $$`,
  "CREATE TRIGGER evil_notes_reach AFTER INSERT ON evil_notes FOR EACH ROW EXECUTE FUNCTION evil_reach()",
];

/** Against `users`, `orders`, the view `order_list`, the function `order_count` and a table that no module made. */
export const postgresAttempts: readonly Attempt[] = [
  owned("deletes rows of a core table", "DELETE FROM users"),
  owned("deletes rows behind nested comments", '/* a /* b */ c */ dElEtE/**/FrOm "users" -- really'),
  owned("deletes rows by its full name", "DELETE FROM ONLY public . users"),
  owned("inserts rows", "INSERT INTO users (id, name) VALUES (99, 'Mallory')"),
  owned("updates rows", "UPDATE users SET name = 'Mallory'"),
  owned(
    "upserts rows",
    "INSERT INTO users (id, name) VALUES (1, 'M') ON CONFLICT (id) DO UPDATE SET name = 'M'",
  ),
  owned(
    "merges rows",
    "MERGE INTO users USING (SELECT 1 AS id) AS s ON users.id = s.id WHEN MATCHED THEN DELETE",
  ),
  owned("deletes in a WITH", "WITH gone AS (DELETE FROM users RETURNING id) SELECT count(*) FROM gone"),
  owned("deletes in a DO block", doing("DELETE FROM users;")),
  owned("writes rows that no module made", "UPDATE settings SET value = 'mine'"),
  owned("empties a core table", "TRUNCATE orders"),
  owned("empties with CASCADE", "TRUNCATE plans CASCADE"),
  owned("empties in a DO block", doing("TRUNCATE TABLE orders;")),
  owned("locks a core table", doing("LOCK TABLE users IN ACCESS EXCLUSIVE MODE;")),
  owned("drops a core table", "DROP TABLE orders"),
  owned("drops a core table with CASCADE", "DROP TABLE users CASCADE"),
  owned("drops in a DO block", doing("DROP TABLE orders;")),
  owned("drops an index of a core table", "DROP INDEX orders_by_user"),
  owned("drops a view of the core", "DROP VIEW order_list"),
  owned("drops a function of the core", "DROP FUNCTION order_count()"),
  owned(
    "replaces a function of the core",
    "CREATE OR REPLACE FUNCTION order_count() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
  ),
  owned("alters a core table", "ALTER TABLE users ADD COLUMN evil TEXT"),
  owned("renames a core table to its own prefix", [
    "ALTER TABLE users RENAME TO evil_users",
    "DELETE FROM evil_users",
  ]),
  owned("renames a column of a core table", "ALTER TABLE users RENAME COLUMN name TO evil"),
  owned("drops a constraint of a core table", "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey"),
  owned("disables the triggers of a core table", "ALTER TABLE orders DISABLE TRIGGER USER"),
  owned("gives a core table a default", "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'Mallory'"),
  owned("comments on a core table", "COMMENT ON TABLE users IS 'mine'"),
  owned("switches row security on", "ALTER TABLE users ENABLE ROW LEVEL SECURITY"),
  owned("makes a policy on a core table", "CREATE POLICY evil_policy ON users USING (false)"),
  owned("makes an index on a core table", "CREATE INDEX evil_index ON users (name)"),
  owned("makes a rule on a core table", "CREATE RULE evil_rule AS ON INSERT TO users DO INSTEAD NOTHING"),
  owned("makes a trigger on a core table", [
    "CREATE FUNCTION evil_noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    "CREATE TRIGGER evil_spy BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION evil_noop()",
  ]),
  owned("makes a child of a core table", "CREATE TABLE evil_heirs () INHERITS (users)"),
  owned("makes a trigger of its own that writes a core table", trigger("UPDATE users SET name = new.text;")),
  owned(
    "makes a function that deletes from a core table",
    "CREATE FUNCTION evil_delete() RETURNS void LANGUAGE sql AS $$ DELETE FROM users $$",
  ),
  owned(
    "makes a function with a body of its own that writes a core table",
    "CREATE FUNCTION evil_delete() RETURNS void BEGIN ATOMIC DELETE FROM users; END",
  ),
  owned(
    "makes a function that calls itself in a WITH",
    "CREATE FUNCTION evil_delete() RETURNS bigint LANGUAGE sql AS $$ WITH gone AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM gone $$",
  ),
  owned("makes a rule on its own table that writes a core table", [
    TABLE,
    "CREATE RULE evil_rule AS ON INSERT TO evil_notes DO ALSO DELETE FROM users",
  ]),
  owned("writes through its own trigger at once", [
    ...trigger("DELETE FROM orders;"),
    "INSERT INTO evil_notes VALUES (1, 'x')",
  ]),
  owned("writes through a view of its own", [
    "CREATE VIEW evil_view AS SELECT id, name FROM users",
    "DELETE FROM evil_view",
  ]),
  owned("moves the sequence of a core table", "SELECT setval('orders_id_seq', 1000)"),
  owned("draws from the sequence of a core table", "SELECT nextval('orders_id_seq')"),
  owned("cascades into a core table", "DELETE FROM plans"),
  owned("writes the journal", "DELETE FROM schema_migrations"),
  owned("writes the journal's owners", "UPDATE schema_migrations_objects SET module = 'evil'"),
  owned("writes the journal in a DO block", doing("UPDATE public.schema_migrations SET status = 'failed';")),
  owned("drops the journal", "DROP TABLE schema_migrations"),
  owned("alters the journal", "ALTER TABLE schema_migrations ADD COLUMN evil TEXT"),
  owned("makes a table outside its prefix", "CREATE TABLE notes (id INTEGER PRIMARY KEY)"),
  owned("makes a type outside its prefix", "CREATE TYPE mood AS ENUM ('fine')"),
  owned(
    "makes a function outside its prefix",
    "CREATE FUNCTION helper() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
  ),
  owned(
    "makes a table outside its prefix in a DO block",
    doing("CREATE TABLE notes (id INTEGER PRIMARY KEY);"),
  ),
  owned("renames its own table out of its prefix", [TABLE, "ALTER TABLE evil_notes RENAME TO notes"]),
  {
    what: "makes a table of a taken name",
    up: "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY)",
    code: "OBJECT_TAKEN",
  },
  {
    what: "deletes rows in its verification",
    up: TABLE,
    verify: "DELETE FROM users RETURNING id",
    code: "OWNERSHIP_VIOLATED",
  },
  {
    what: "reads a file in its verification",
    up: TABLE,
    verify: "SELECT pg_read_file('PG_VERSION')",
    code: "PLUGIN_FORBIDDEN",
  },
  forbidden("copies to a program", "COPY users TO PROGRAM 'cat > /tmp/tenon-evil'"),
  forbidden("copies from a file", "COPY users FROM '/etc/passwd'"),
  forbidden("copies in a DO block", doing("COPY users TO '/tmp/tenon-evil';")),
  forbidden("reads a file", "SELECT pg_read_file('PG_VERSION')"),
  forbidden("reads a file by a quoted name", 'SELECT "pg_catalog"."pg_read_file"/**/(\'PG_VERSION\')'),
  forbidden(
    "reads a file in a function",
    "CREATE FUNCTION evil_read() RETURNS text LANGUAGE sql AS $$ SELECT pg_read_file('PG_VERSION') $$",
  ),
  forbidden(
    "reads a file in a view",
    "CREATE VIEW evil_file AS SELECT pg_read_file('PG_VERSION') AS content",
  ),
  forbidden("lists a folder", "SELECT pg_ls_dir('.')"),
  forbidden("imports a large object", "SELECT lo_import('/etc/passwd')"),
  forbidden("makes a large object", "SELECT lo_create(4711)"),
  forbidden("alters the system", "ALTER SYSTEM SET work_mem = '1MB'"),
  forbidden("alters the system in odd case", "aLtEr /* the */ sYsTeM RESET ALL"),
  forbidden("alters the database", doing("ALTER DATABASE postgres SET work_mem = '1MB';")),
  forbidden("makes an extension that nobody allows", "CREATE EXTENSION hstore"),
  forbidden("drops an extension", "DROP EXTENSION plpgsql"),
  forbidden("makes a role", "CREATE ROLE evil SUPERUSER"),
  forbidden("becomes another role", "SET ROLE postgres"),
  forbidden("becomes another role for now", "SET LOCAL ROLE postgres"),
  forbidden("becomes another role by set_config", "SELECT set_config('role', 'none', false)"),
  forbidden("gives its role up", "RESET ROLE"),
  forbidden("becomes another session", "SET SESSION AUTHORIZATION DEFAULT"),
  forbidden("sets the search path", "SET search_path = pg_catalog"),
  forbidden("sets a setting of the session", "SET client_min_messages = error"),
  forbidden("commits", [TABLE, "COMMIT"]),
  forbidden("commits in a DO block", doing("COMMIT;")),
  forbidden(
    "leaves the transaction by a directive",
    "-- tenon: no-transaction\nCREATE TABLE evil_notes (id INTEGER)",
  ),
  forbidden(
    "makes a security definer function",
    "CREATE FUNCTION evil_definer() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
  ),
  forbidden("makes a function a security definer later", [
    "CREATE FUNCTION evil_definer() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "ALTER FUNCTION evil_definer() SECURITY /* */ DEFINER",
  ]),
  forbidden(
    "makes a function that makes its SQL at run time",
    "CREATE FUNCTION evil_dynamic(what text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE what; END $$",
  ),
  forbidden(
    "makes a function that drops tables",
    "CREATE FUNCTION evil_drop() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE users; END $$",
  ),
  forbidden(
    "makes a function in C",
    "CREATE FUNCTION evil_c() RETURNS integer LANGUAGE c AS 'libc', 'system'",
  ),
  forbidden("makes an event trigger", [
    "CREATE FUNCTION evil_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "CREATE EVENT TRIGGER evil_all ON ddl_command_start EXECUTE FUNCTION evil_event()",
  ]),
  forbidden("makes a schema", "CREATE SCHEMA evil"),
  forbidden("makes a publication", "CREATE PUBLICATION evil_pub FOR ALL TABLES"),
  forbidden("makes a foreign server", "CREATE SERVER evil_server FOREIGN DATA WRAPPER postgres_fdw"),
  forbidden("makes a cast", "CREATE CAST (text AS integer) WITH INOUT"),
  forbidden(
    "makes an operator",
    "CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)",
  ),
  forbidden("makes a temporary table", "CREATE TEMP TABLE users (id INTEGER)"),
  forbidden(
    "runs a query from a text",
    "SELECT query_to_xml('DELETE FROM users RETURNING 1', true, true, '')",
  ),
  forbidden("ends other sessions", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"),
  forbidden("gives locks up", "SELECT pg_advisory_unlock_all()"),
  forbidden("vacuums", "VACUUM users"),
  forbidden("gives rights away", "GRANT ALL ON users TO PUBLIC"),
  forbidden("gives its role to others", "GRANT pg_read_all_data TO PUBLIC"),
  forbidden("takes rights away", "REVOKE ALL ON users FROM CURRENT_USER"),
  forbidden("listens", "LISTEN evil"),
  forbidden("prepares a transaction", "PREPARE TRANSACTION 'evil'"),
];

/** What only shows when it runs, for its SQL is made at run time: the server itself has to refuse it. */
export const postgresDynamicAttempts: readonly Attempt[] = [
  { what: "deletes by a text", up: doing("EXECUTE 'del' || 'ete from users';") },
  { what: "gives its role up by a text", up: doing("EXECUTE 'res' || 'et ro' || 'le'; DELETE FROM users;") },
  {
    what: "becomes another session by a text",
    up: doing("EXECUTE 'set session auth' || 'orization default'; DELETE FROM users;"),
  },
  {
    what: "copies to a program by a text",
    up: doing("EXECUTE 'co' || 'py users to pro' || 'gram ''true''';"),
  },
  { what: "makes a role by a text", up: doing("EXECUTE 'create ro' || 'le evil';") },
  { what: "commits by a text", up: doing("EXECUTE 'com' || 'mit';") },
  { what: "drops the journal by a text", up: doing("EXECUTE 'drop ta' || 'ble schema_migrations';") },
  {
    what: "makes a security definer function by a text",
    up: doing(
      "EXECUTE 'create function evil_f() returns int language sql secu' || 'rity definer as ''select 1''';",
    ),
  },
  {
    what: "hides a function of the server behind its own",
    up: doing(
      "EXECUTE 'create function public.concat_' || 'ws(text, \"char\") returns text language sql as ''select 1::text''';",
    ),
  },
  {
    what: "makes an operator by a text",
    up: doing(
      "EXECUTE 'create oper' || 'ator public.= (leftarg = text, rightarg = \"char\", function = pg_catalog.texteq)';",
    ),
  },
  {
    what: "makes a temporary type by a text",
    up: doing("EXECUTE 'create dom' || 'ain pg_temp.text as pg_catalog.text';"),
  },
  {
    what: "keeps a setting by a text",
    up: doing("EXECUTE 'set statement' || '_timeout = 1'; EXECUTE 'set row_sec' || 'urity = off';"),
  },
  {
    what: "holds a lock for the session by a text",
    up: doing("EXECUTE 'select pg_advis' || 'ory_lock(4711), pg_advis' || 'ory_lock_shared(-1, -2)';"),
  },
  { what: "gives Tenon's lock up by a text", up: doing("EXECUTE 'select pg_advis' || 'ory_unlock_all()';") },
];
