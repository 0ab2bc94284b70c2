import { type Attempt, forbidden, owned } from "./attempt.js";

const TABLE = "CREATE TABLE evil_notes (id INTEGER PRIMARY KEY, text TEXT)";

const doing = (body: string) => `DO $evil$ BEGIN ${body} END $evil$`;

const plpgsql = (name: string, body: string) =>
  `CREATE FUNCTION ${name}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`;

/** What acts only later, when the application uses what the plugin left behind. */
export const postgresLaterAttempts: readonly Attempt[] = [
  owned("leaves a rule that updates a core table instead", [
    TABLE,
    "CREATE RULE evil_rule AS ON INSERT TO evil_notes DO INSTEAD UPDATE users SET name = 'M'",
  ]),
  owned("leaves a rule that updates a core table as well", [
    TABLE,
    "CREATE RULE evil_rule AS ON INSERT TO evil_notes DO ALSO UPDATE users SET name = 'M'",
  ]),
  owned(
    "leaves a loop over an UPDATE",
    plpgsql("evil_loop", "FOR r IN UPDATE users SET name = 'M' RETURNING id LOOP NULL; END LOOP;").replace(
      "BEGIN",
      "DECLARE r record; BEGIN",
    ),
  ),
  owned(
    "leaves an UPDATE behind an alias",
    plpgsql("evil_label", "IF true THEN UPDATE ONLY users AS u SET name = 'M'; END IF;"),
  ),
  forbidden("leaves a TRUNCATE of a quoted name", plpgsql("evil_empty", 'TRUNCATE "users";')),
  forbidden("leaves a TRUNCATE behind comments", plpgsql("evil_empty", "truncate/**/only/**/users;")),
  forbidden(
    "leaves a DROP in the branch of an IF",
    plpgsql("evil_if", "IF true THEN DROP VIEW order_list; END IF;"),
  ),
  forbidden("leaves a GRANT", plpgsql("evil_grant", "GRANT ALL ON users TO PUBLIC;")),
  forbidden("leaves a LOCK", plpgsql("evil_lock", "LOCK TABLE users;")),
  forbidden("leaves a NOTIFY", plpgsql("evil_notify", "NOTIFY evil;")),
  forbidden("leaves a SET", plpgsql("evil_set", "SET row_security = off;")),
  owned("leaves a function that writes through its own view of a core table", [
    "CREATE VIEW evil_window AS SELECT id, name FROM users",
    "CREATE FUNCTION evil_clear() RETURNS void LANGUAGE sql AS $$ DELETE FROM evil_window $$",
  ]),
  owned("leaves a function that writes through a view of its own view", [
    "CREATE VIEW evil_inner AS SELECT id, name FROM users",
    "CREATE VIEW evil_window AS SELECT id, name FROM evil_inner",
    plpgsql("evil_clear", "UPDATE evil_window SET name = 'M';"),
  ]),
  owned(
    "leaves a function that writes through a view of the core",
    plpgsql("evil_clear", "DELETE FROM order_list;"),
  ),
  owned(
    "leaves a default that draws from a core sequence",
    "CREATE TABLE evil_notes (id bigint DEFAULT nextval('orders_id_seq'))",
  ),
  owned(
    "leaves a function that moves a core sequence",
    plpgsql("evil_move", "PERFORM setval('public.order_numbers', 999);"),
  ),
  owned(
    "leaves a function that writes the journal",
    plpgsql("evil_journal", "DELETE FROM schema_migrations;"),
  ),
  forbidden("leaves an aggregate that reads files", [
    "CREATE AGGREGATE evil_read (text) (SFUNC = textcat, STYPE = text, FINALFUNC = pg_read_file)",
  ]),
  forbidden(
    "leaves a domain whose check reads a file",
    "CREATE DOMAIN evil_text AS text CHECK (length(pg_read_file(VALUE)) > 0)",
  ),
  forbidden(
    "leaves a function with a name in escapes",
    plpgsql("evil_escape", `PERFORM U&"pg\\005fread\\005ffile"('PG_VERSION');`),
  ),
  forbidden(
    "leaves a function that runs a text of a cursor",
    plpgsql("evil_cursor", "OPEN c FOR EXECUTE 'DELETE FROM users';").replace(
      "BEGIN",
      "DECLARE c refcursor; BEGIN",
    ),
  ),
  forbidden(
    "leaves a function that reads a query into XML",
    "CREATE FUNCTION evil_xml() RETURNS xml LANGUAGE sql AS $$ SELECT query_to_xml('DELETE FROM users', true, true, '') $$",
  ),
  forbidden("leaves an index that calls a function of another language", [
    "CREATE FUNCTION evil_internal(text) RETURNS text LANGUAGE internal IMMUTABLE AS 'pg_read_file_all'",
  ]),
  forbidden(
    "leaves a function that ends other sessions",
    plpgsql("evil_kill", "PERFORM pg_terminate_backend(1);"),
  ),
  forbidden(
    "leaves a function that sends word",
    plpgsql("evil_word", "PERFORM pg_notify('orders', 'evil');"),
  ),
  forbidden(
    "leaves a function that holds a lock for the session",
    plpgsql("evil_hold", "PERFORM pg_advisory_lock(1);"),
  ),
];

/** What touches others at once, in other ways than the first hundred. */
export const postgresMoreAttempts: readonly Attempt[] = [
  owned("calls a function of the core that acts with the host's rights", "SELECT order_purge()"),
  owned("calls it in a DO block", doing("PERFORM order_purge();")),
  owned("calls it in a default", [
    TABLE,
    "ALTER TABLE evil_notes ADD COLUMN gone text DEFAULT order_purge()::text",
    "INSERT INTO evil_notes (id) VALUES (1)",
  ]),
  owned(
    "refers to the journal, so that Tenon could not write it",
    "CREATE TABLE evil_x (m TEXT, v TEXT, FOREIGN KEY (m, v) REFERENCES schema_migrations (module, version))",
  ),
  forbidden("reads the passwords of the server", [
    TABLE,
    "INSERT INTO evil_notes SELECT row_number() OVER (), rolpassword FROM pg_authid",
  ]),
  forbidden("reads the passwords through a view", [
    TABLE,
    "INSERT INTO evil_notes SELECT row_number() OVER (), passwd FROM pg_shadow",
  ]),
  forbidden("reads the passwords by a text", [
    TABLE,
    doing("EXECUTE 'insert into evil_notes select 1, max(rolpassword) from pg_au' || 'thid';"),
  ]),
  forbidden("leaves a view of the passwords", "CREATE VIEW evil_words AS SELECT rolpassword FROM pg_authid"),
  owned("becomes an heir of a core table later", [
    "CREATE TABLE evil_heirs (LIKE users)",
    "ALTER TABLE evil_heirs INHERIT users",
  ]),
  owned("adds a value to a type of the core", "ALTER TYPE order_state ADD VALUE 'evil'"),
  owned("renames a value of a type of the core", "ALTER TYPE order_state RENAME VALUE 'open' TO 'evil'"),
  owned("gives a domain of the core a default", "ALTER DOMAIN order_note SET DEFAULT 'evil'"),
  owned(
    "adds a check to a domain of the core",
    "ALTER DOMAIN order_note ADD CONSTRAINT evil CHECK (false) NOT VALID",
  ),
  owned("drops a type of the core", "DROP TYPE order_state"),
  owned("refreshes a materialized view of the core", "REFRESH MATERIALIZED VIEW order_totals"),
  owned("drops a materialized view of the core", "DROP MATERIALIZED VIEW order_totals"),
  owned("restarts a sequence of the core", "ALTER SEQUENCE order_numbers RESTART"),
  owned("takes a sequence of the core over", [TABLE, "ALTER SEQUENCE order_numbers OWNED BY evil_notes.id"]),
  owned("drops a sequence of the core", "DROP SEQUENCE order_numbers"),
  owned(
    "draws from a sequence by its number",
    "SELECT nextval((SELECT oid FROM pg_class WHERE relname = 'order_numbers')::regclass)",
  ),
  owned(
    "draws from a sequence by a name that is reckoned",
    "SELECT nextval(('order_' || 'numbers')::regclass)",
  ),
  owned(
    "draws from a sequence behind a CASE",
    "SELECT nextval(CASE WHEN 'evil_seq' = '' THEN '' ELSE 'order_numbers' END)",
  ),
  owned("comments on a column of a core table", "COMMENT ON COLUMN users.name IS 'mine'"),
  owned("comments on an index of a core table", "COMMENT ON INDEX orders_by_user IS 'mine'"),
  owned("comments on a function of the core", "COMMENT ON FUNCTION order_count() IS 'mine'"),
  forbidden("comments on the schema", "COMMENT ON SCHEMA public IS 'mine'"),
  forbidden("comments on a role", "COMMENT ON ROLE postgres IS 'mine'"),
  owned("makes statistics on a core table", "CREATE STATISTICS evil_stats ON id, name FROM users"),
  owned("switches autovacuum off for a core table", "ALTER TABLE users SET (autovacuum_enabled = off)"),
  owned("sets statistics of a core column", "ALTER TABLE users ALTER COLUMN name SET STATISTICS 1"),
  owned("makes a core table answer for another key", "ALTER TABLE users REPLICA IDENTITY FULL"),
  owned("moves a core table to another owner", "ALTER TABLE users OWNER TO CURRENT_USER"),
  owned("adds a constraint to a core table", "ALTER TABLE users ADD CONSTRAINT evil CHECK (false) NOT VALID"),
  owned("updates a core table with rows of its own", [
    TABLE,
    "UPDATE users SET name = n.text FROM evil_notes n",
  ]),
  owned("deletes with USING", [TABLE, "DELETE FROM users USING evil_notes n WHERE n.id = users.id OR true"]),
  forbidden("makes a table out of rows by SELECT INTO", "SELECT * INTO notes FROM users"),
  owned("makes a table out of rows in a DO block", doing("CREATE TABLE stolen AS SELECT * FROM users;")),
  forbidden("makes a temporary table by SELECT INTO", "SELECT * INTO TEMP users FROM users"),
  forbidden("makes a table in pg_temp", "CREATE TABLE pg_temp.users (id INTEGER)"),
  forbidden("makes a temporary view of a core name", "CREATE TEMP VIEW users AS SELECT 1 AS id"),
  forbidden("makes a temporary table in a DO block", doing("CREATE TEMPORARY TABLE users (id INTEGER);")),
  forbidden(
    "writes the server's own catalogue",
    "UPDATE pg_catalog.pg_class SET relname = 'evil' WHERE relname = 'users'",
  ),
  forbidden("writes the settings", "UPDATE pg_settings SET setting = 'off' WHERE name = 'row_security'"),
  forbidden("explains and runs", "EXPLAIN ANALYZE DELETE FROM users"),
  forbidden("prepares a statement", "PREPARE evil AS DELETE FROM users"),
  forbidden("executes a prepared statement", "EXECUTE evil"),
  forbidden("declares a cursor that outlives the transaction", "DECLARE evil CURSOR WITH HOLD FOR SELECT 1"),
  forbidden("loads a library", "LOAD 'auto_explain'"),
  forbidden("makes a checkpoint", "CHECKPOINT"),
  forbidden("discards everything", "DISCARD ALL"),
  forbidden("discards in a DO block", doing("DISCARD ALL;")),
  forbidden("sends word", "NOTIFY orders, 'evil'"),
  forbidden("sends word by a function", "SELECT pg_notify('orders', 'evil')"),
  forbidden("listens in a DO block", doing("LISTEN evil;")),
  forbidden("holds a lock for the session", "SELECT pg_advisory_lock(4711)"),
  forbidden("tries to hold a lock for the session", "SELECT pg_try_advisory_lock_shared(1, 2)"),
  forbidden("labels", "SECURITY LABEL ON TABLE users IS 'evil'"),
  forbidden("takes over what others own", "REASSIGN OWNED BY CURRENT_USER TO CURRENT_USER"),
  forbidden("drops what others own", "DROP OWNED BY CURRENT_USER"),
  forbidden("drops a role", "DROP ROLE IF EXISTS evil"),
  forbidden("makes a database", "CREATE DATABASE evil"),
  forbidden("drops a schema", "DROP SCHEMA public CASCADE"),
  forbidden("drops a schema in a DO block", doing("DROP SCHEMA public CASCADE;")),
  forbidden("makes a schema in a DO block", doing("CREATE SCHEMA evil;")),
  forbidden("gives rights away in a DO block", doing("GRANT ALL ON users TO PUBLIC;")),
  forbidden("gives rights away from now on", "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC"),
  forbidden(
    "gives rights away from now on in a DO block",
    doing("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;"),
  ),
  forbidden("reindexes a core table", "REINDEX TABLE users"),
  forbidden("clusters a core table", "CLUSTER users USING users_pkey"),
  forbidden("makes a collation", "CREATE COLLATION evil_c (provider = icu, locale = 'und')"),
  forbidden("makes a text search configuration", "CREATE TEXT SEARCH CONFIGURATION evil_ts (COPY = simple)"),
  forbidden("makes an access method", "CREATE ACCESS METHOD evil TYPE INDEX HANDLER bthandler"),
  forbidden("opens a savepoint", "SAVEPOINT evil"),
  forbidden("aborts", "ABORT"),
  forbidden("starts a transaction", [TABLE, "START TRANSACTION"]),
  forbidden("makes the transaction read only", "SET TRANSACTION READ ONLY"),
  forbidden("sets the time zone for the session", "SET TIME ZONE 'UTC'"),
  forbidden("puts a setting back", "RESET search_path"),
  forbidden(
    "sets its rights by set_config in a DO block",
    doing("PERFORM set_config('session_authorization', 'postgres', true);"),
  ),
  forbidden("reads a file by a name in escapes", `SELECT U&"pg\\005fread\\005ffile"('PG_VERSION')`),
  forbidden("reaches another server", "SELECT dblink_exec('host=localhost', 'DELETE FROM users')"),
  forbidden("runs a text by DO in another language", "DO LANGUAGE plpython3u $$ import os $$"),
];
