import { describe, expect, test } from "vitest";
import type { Connection } from "../../../../src/connection/index.js";
import type { Loss } from "../../../../src/dialects/index.js";
import { postgres } from "../../../../src/dialects/postgres/index.js";
import { splitStatements } from "../../../../src/sql/index.js";
import { pgEngines } from "../../connection/pg-engines.js";

/** Runs a script as the runner does, and gives the losses in short: `3 of 5 orders`, `view: recent`. */
async function lossesOf(
  connection: Connection,
  script: string,
  how: "script" | "code" = "script",
): Promise<string[]> {
  const statements = splitStatements(script, "postgres");
  await connection.execute("BEGIN");
  const watch = postgres.watchLosses(connection);
  if (how === "script") watch.declare(statements);
  for (const statement of statements) {
    await watch.before(statement);
    await connection.execute(statement.text);
    await watch.after(statement);
  }
  await postgres.settleConstraints?.(connection);
  const losses = await watch.finish();
  await connection.execute("ROLLBACK");
  return losses.map(inShort);
}

function inShort({ kind, object, column, before, after }: Loss): string {
  switch (kind) {
    case "rows":
      return `${before - after} of ${before} ${object}`;
    case "values":
      return `${before - after} of ${before} ${object}.${column}`;
    case "object":
      return object;
  }
}

const FAMILY = `
  CREATE TABLE users (id int PRIMARY KEY, name text);
  CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE, total int);
  CREATE TABLE lines (id int PRIMARY KEY, order_id int REFERENCES orders ON DELETE CASCADE);
  CREATE TABLE letters (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE SET NULL);
  CREATE TABLE visits (id int PRIMARY KEY, user_id int DEFAULT 1 REFERENCES users ON DELETE SET DEFAULT);
  INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid');
  INSERT INTO orders VALUES (1, 1, 10), (2, 2, 20), (3, 2, 30);
  INSERT INTO lines VALUES (1, 1), (2, 2), (3, 2), (4, 3);
  INSERT INTO letters VALUES (1, 1), (2, 2), (3, NULL);
  INSERT INTO visits VALUES (1, 2), (2, 3)`;

describe.each(pgEngines)("rows that a step loses on $name", ({ open }) => {
  const withFamily = async () => {
    const connection = await open();
    await connection.executeScript(FAMILY);
    return connection;
  };

  test("a DELETE that cascades over two keys, clears a third and resets a fourth", async () => {
    const losses = await lossesOf(await withFamily(), "DELETE FROM users WHERE id = 2");
    expect(losses.sort()).toEqual([
      "1 of 2 letters.user_id",
      "1 of 2 visits.user_id",
      "2 of 3 orders",
      "3 of 4 lines",
    ]);
  });

  test("a DELETE that reaches nothing", async () => {
    expect(await lossesOf(await withFamily(), "DELETE FROM lines")).toEqual([]);
    expect(await lossesOf(await withFamily(), "DELETE FROM users WHERE id = 99")).toEqual([]);
  });

  test("tables that another statement of the step deletes from, also a later one", async () => {
    const connection = await withFamily();
    const script = "DELETE FROM users WHERE id = 1; DELETE FROM orders; TRUNCATE lines; DELETE FROM letters";
    expect(await lossesOf(connection, script)).toEqual([]);
  });

  test("in code a name counts from when it is said, and for what came before it too", async () => {
    const connection = await withFamily();
    const script = "DELETE FROM orders WHERE id = 2; DELETE FROM lines";
    expect(await lossesOf(connection, script, "code")).toEqual([]);
    expect(await lossesOf(connection, "DELETE FROM orders WHERE id = 2", "code")).toEqual(["2 of 4 lines"]);
  });

  test("TRUNCATE … CASCADE empties what refers, whatever the keys say", async () => {
    const losses = await lossesOf(await withFamily(), "TRUNCATE users CASCADE");
    expect(losses.sort()).toEqual(["2 of 2 visits", "3 of 3 letters", "3 of 3 orders", "4 of 4 lines"]);
  });

  test("TRUNCATE of all tables by name", async () => {
    expect(await lossesOf(await withFamily(), "TRUNCATE users, orders, lines, letters, visits")).toEqual([]);
  });

  test("TRUNCATE … CASCADE of tables whose heirs hold nothing", async () => {
    const connection = await withFamily();
    await connection.execute("DELETE FROM lines");
    expect(await lossesOf(connection, "TRUNCATE orders CASCADE")).toEqual([]);
  });

  test("rows that a DO block deletes", async () => {
    const losses = await lossesOf(await withFamily(), "DO $$ BEGIN DELETE FROM orders WHERE id = 1; END $$");
    expect(losses.sort()).toEqual(["1 of 3 orders", "1 of 4 lines"]);
  });

  test("rows that a DO block truncates", async () => {
    const losses = await lossesOf(await withFamily(), "DO $$ BEGIN TRUNCATE lines; END $$");
    expect(losses).toEqual(["1 of 1 lines"]);
  });

  test("rows that a function deletes, called from SELECT, from an INSERT and from a CALL", async () => {
    const connection = await withFamily();
    await connection.executeScript(`
      CREATE FUNCTION forget(which int) RETURNS int LANGUAGE sql AS 'DELETE FROM lines WHERE id = which RETURNING id';
      CREATE PROCEDURE purge() LANGUAGE sql AS 'DELETE FROM letters'`);
    expect(await lossesOf(connection, "SELECT forget(1)")).toEqual(["1 of 4 lines"]);
    expect(await lossesOf(connection, "INSERT INTO users SELECT forget(2) + 50")).toEqual(["1 of 4 lines"]);
    expect(await lossesOf(connection, "CALL purge()")).toEqual(["3 of 3 letters"]);
  });

  test("rows that a trigger deletes, on INSERT, UPDATE and DELETE", async () => {
    const connection = await withFamily();
    await connection.executeScript(`
      CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM letters WHERE id = 1; RETURN NULL; END';
      CREATE TRIGGER forget AFTER INSERT OR UPDATE OR DELETE ON lines FOR EACH ROW EXECUTE FUNCTION forget()`);
    for (const statement of [
      "INSERT INTO lines VALUES (9, 1)",
      "UPDATE lines SET order_id = 1 WHERE id = 1",
      "DELETE FROM lines WHERE id = 1",
      "WITH one AS (SELECT 9 AS id) INSERT INTO lines SELECT id, 1 FROM one",
    ]) {
      expect([statement, await lossesOf(connection, statement)]).toEqual([statement, ["1 of 3 letters"]]);
    }
  });

  test("rows that a trigger deletes which the step itself made", async () => {
    const script = `
      CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM letters; RETURN NULL; END';
      CREATE TRIGGER forget AFTER UPDATE ON users EXECUTE FUNCTION forget();
      UPDATE users SET name = 'Zoe' WHERE id = 1`;
    expect(await lossesOf(await withFamily(), script)).toEqual(["3 of 3 letters"]);
  });

  test("rows that a deferred trigger deletes at the end of the step", async () => {
    const connection = await withFamily();
    await connection.executeScript(`
      CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM letters; RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER forget AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION forget()`);
    expect(await lossesOf(connection, "UPDATE users SET name = 'Zoe' WHERE id = 1; SELECT 1")).toEqual([
      "3 of 3 letters",
    ]);
  });

  test("rows that a rule deletes", async () => {
    const connection = await withFamily();
    await connection.execute(
      "CREATE RULE forget AS ON UPDATE TO users DO ALSO DELETE FROM letters WHERE id = 3",
    );
    expect(await lossesOf(connection, "UPDATE users SET name = 'Zoe'")).toEqual(["1 of 3 letters"]);
  });

  test("rows that a trigger moves elsewhere are gone from where they were", async () => {
    const connection = await withFamily();
    await connection.executeScript(`
      CREATE TABLE old_letters (LIKE letters);
      CREATE FUNCTION archive() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN WITH gone AS (DELETE FROM letters WHERE user_id = OLD.id RETURNING *) INSERT INTO old_letters SELECT * FROM gone; RETURN OLD; END';
      CREATE TRIGGER archive BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION archive()`);
    expect(await lossesOf(connection, "DELETE FROM users WHERE id = 3; DELETE FROM visits")).toEqual([]);
    expect(
      await lossesOf(connection, "DELETE FROM users WHERE id = 1; DELETE FROM orders; DELETE FROM lines"),
    ).toEqual(["1 of 3 letters"]);
  });

  test("a DELETE in a WITH clause, EXPLAIN ANALYZE and MERGE names its table", async () => {
    const connection = await withFamily();
    for (const script of [
      "WITH gone AS (DELETE FROM orders WHERE id = 2 RETURNING id) SELECT count(*) FROM gone",
      "EXPLAIN ANALYZE DELETE FROM orders WHERE id = 2",
      "MERGE INTO orders o USING (VALUES (2)) v (id) ON o.id = v.id WHEN MATCHED THEN DELETE",
    ]) {
      expect([script, await lossesOf(connection, script)]).toEqual([script, ["2 of 4 lines"]]);
    }
  });

  test("EXECUTE of a prepared statement names nothing", async () => {
    const script = "PREPARE away AS DELETE FROM orders WHERE id = 2; EXECUTE away; DEALLOCATE away";
    expect((await lossesOf(await withFamily(), script)).sort()).toEqual(["1 of 3 orders", "2 of 4 lines"]);
  });

  test("ON UPDATE SET NULL takes values away, ON UPDATE CASCADE does not", async () => {
    const connection = await open();
    await connection.executeScript(`
      CREATE TABLE p (id int PRIMARY KEY);
      CREATE TABLE a (p int REFERENCES p ON UPDATE SET NULL); CREATE TABLE b (p int REFERENCES p ON UPDATE CASCADE);
      INSERT INTO p VALUES (1), (2); INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (1)`);
    expect(await lossesOf(connection, "UPDATE p SET id = 7 WHERE id = 1")).toEqual(["1 of 2 a.p"]);
  });

  test("ON DELETE SET NULL of one column of a key takes the values of that column", async () => {
    const connection = await open();
    await connection.executeScript(`
      CREATE TABLE p (tenant int, id int, PRIMARY KEY (tenant, id));
      CREATE TABLE c (tenant int, p int, FOREIGN KEY (tenant, p) REFERENCES p ON DELETE SET NULL (p));
      INSERT INTO p VALUES (1, 1); INSERT INTO c VALUES (1, 1)`);
    expect(await lossesOf(connection, "DELETE FROM p")).toEqual(["1 of 1 c.p"]);
  });

  test("partitions: a cascade is told for the whole table, naming it names its parts, and moving a row is no loss", async () => {
    const connection = await open();
    await connection.executeScript(`
      CREATE TABLE days (day int PRIMARY KEY);
      CREATE TABLE events (id int, day int REFERENCES days ON DELETE CASCADE, kind int) PARTITION BY LIST (kind);
      CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1); CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2);
      INSERT INTO days VALUES (1), (2);
      INSERT INTO events VALUES (1, 1, 1), (2, 1, 2), (3, 2, 2)`);
    expect(await lossesOf(connection, "DELETE FROM days WHERE day = 1")).toEqual(["2 of 3 events"]);
    expect(
      await lossesOf(connection, "DELETE FROM days WHERE day = 1; DELETE FROM events WHERE false"),
    ).toEqual([]);
    expect(await lossesOf(connection, "DELETE FROM events WHERE id < 3")).toEqual([]);
    expect(await lossesOf(connection, "UPDATE events SET kind = 2 WHERE id = 1")).toEqual([]);
    expect(await lossesOf(connection, "TRUNCATE events")).toEqual([]);
    expect((await lossesOf(connection, "TRUNCATE days CASCADE")).sort()).toEqual([
      "1 of 1 events_1",
      "2 of 2 events_2",
    ]);
  });

  test("inheritance: a DELETE from the parent takes rows of its heirs by itself", async () => {
    const connection = await open();
    await connection.executeScript(`
      CREATE TABLE base (id int); CREATE TABLE heir (more int) INHERITS (base);
      INSERT INTO base VALUES (1); INSERT INTO heir VALUES (2, 2)`);
    expect(await lossesOf(connection, "DELETE FROM base")).toEqual([]);
    expect(await lossesOf(connection, "TRUNCATE base")).toEqual([]);
  });

  test("a DELETE through a view names the table of the view", async () => {
    const connection = await withFamily();
    await connection.execute("CREATE VIEW bobs AS SELECT * FROM lines WHERE id > 1");
    expect(await lossesOf(connection, "DELETE FROM bobs")).toEqual([]);
  });

  test("names in quotes, in other schemas, and two tables of one name", async () => {
    const connection = await open();
    await connection.executeScript(`
      CREATE SCHEMA "App"; CREATE TABLE "App"."Us ers" (id int PRIMARY KEY);
      CREATE TABLE "App".orders (u int REFERENCES "App"."Us ers" ON DELETE CASCADE);
      CREATE TABLE orders (id int);
      INSERT INTO "App"."Us ers" VALUES (1); INSERT INTO "App".orders VALUES (1); INSERT INTO orders VALUES (1)`);
    const away = 'DELETE FROM "App"."Us ers"';
    expect(await lossesOf(connection, away)).toEqual(["1 of 1 App.orders"]);
    expect(await lossesOf(connection, `${away}; DELETE FROM orders`)).toEqual(["1 of 1 App.orders"]);
    expect(await lossesOf(connection, `${away}; DELETE FROM "App".orders`)).toEqual([]);
    expect(await lossesOf(connection, `SET LOCAL search_path = "App"; ${away}; DELETE FROM orders`)).toEqual(
      [],
    );
  });

  test("values that the step itself sets to NULL before it deletes their rows", async () => {
    const connection = await withFamily();
    const script = `DELETE FROM users WHERE id = 99; UPDATE letters SET user_id = NULL; DELETE FROM visits;
      DELETE FROM orders; DELETE FROM lines; DELETE FROM users`;
    expect(await lossesOf(connection, script)).toEqual([]);
  });

  test("what was inserted, deleted or updated without a loss", async () => {
    const connection = await withFamily();
    for (const script of [
      "INSERT INTO users VALUES (7, 'Eve') ON CONFLICT (id) DO UPDATE SET name = 'x'",
      "UPDATE orders SET total = 0",
      "CREATE TABLE copy AS SELECT * FROM users; DROP TABLE copy",
      "DROP TABLE lines; DROP TABLE orders",
      "SELECT count(*) FROM users",
      "ALTER TABLE orders ALTER COLUMN total TYPE bigint",
    ]) {
      expect([script, await lossesOf(connection, script)]).toEqual([script, []]);
    }
  });

  test("rows that go within a savepoint of the server and come back are counted, to be on the safe side", async () => {
    const script = `DO $$ BEGIN
      BEGIN DELETE FROM lines; RAISE EXCEPTION 'no'; EXCEPTION WHEN OTHERS THEN NULL; END;
    END $$`;
    expect(await lossesOf(await withFamily(), script)).toEqual(["4 of 8 lines"]);
  });
});

describe.each(pgEngines)("objects that a step loses on $name", ({ open }) => {
  const withFamily = async () => {
    const connection = await open();
    await connection.executeScript(`${FAMILY};
      CREATE VIEW recent AS SELECT * FROM orders; CREATE VIEW newest AS SELECT * FROM recent;
      CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE people (name text, feels mood, CHECK (feels <> 'sad'));
      CREATE INDEX people_feels ON people (feels); CREATE UNIQUE INDEX people_both ON people (name, feels)`);
    return connection;
  };

  test("DROP TABLE … CASCADE takes views and keys of other tables", async () => {
    const losses = await lossesOf(await withFamily(), "DROP TABLE orders CASCADE");
    expect(losses.sort()).toEqual(["lines.lines_order_id_fkey", "newest", "recent"]);
  });

  test("DROP VIEW … CASCADE takes the views that read it", async () => {
    expect(await lossesOf(await withFamily(), "DROP VIEW recent CASCADE")).toEqual(["newest"]);
  });

  test("DROP TYPE … CASCADE takes columns, and the indexes over them and others", async () => {
    const losses = await lossesOf(await withFamily(), "DROP TYPE mood CASCADE");
    expect(losses.sort()).toEqual(["people.feels", "people.people_both"]);
  });

  test("DROP SCHEMA … CASCADE takes everything in it, told once for each thing and not for its parts", async () => {
    const connection = await withFamily();
    await connection.executeScript(`
      CREATE SCHEMA app; CREATE TABLE app.notes (id serial PRIMARY KEY, body text UNIQUE);
      CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SEQUENCE app.s; CREATE DOMAIN app.d AS int;
      CREATE VIEW shown AS SELECT * FROM app.notes`);
    const losses = await lossesOf(connection, "DROP SCHEMA app CASCADE");
    expect(losses.sort()).toEqual(["app.d", "app.f", "app.notes", "app.s", "shown"]);
  });

  test("DROP SEQUENCE … CASCADE takes the default of a column, DROP FUNCTION … CASCADE a trigger", async () => {
    const connection = await withFamily();
    await connection.executeScript(`
      CREATE SEQUENCE counter; ALTER TABLE people ADD COLUMN n int DEFAULT nextval('counter');
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER watch AFTER INSERT ON people EXECUTE FUNCTION f()`);
    expect(await lossesOf(connection, "DROP SEQUENCE counter CASCADE")).toEqual(["people.n DEFAULT"]);
    expect(await lossesOf(connection, "DROP FUNCTION f() CASCADE")).toEqual(["people.watch"]);
  });

  test("ALTER TABLE … DROP CONSTRAINT … CASCADE takes the keys that refer to it", async () => {
    const losses = await lossesOf(
      await withFamily(),
      "ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE",
    );
    expect(losses).toEqual(["lines.lines_order_id_fkey"]);
  });

  test("a dropped column takes what is about it alone, but an index or key over other columns too is a loss", async () => {
    const connection = await withFamily();
    expect(await lossesOf(connection, "ALTER TABLE people DROP COLUMN feels")).toEqual([
      "people.people_both",
    ]);
    expect(
      await lossesOf(connection, "DROP INDEX people_both; ALTER TABLE people DROP COLUMN feels"),
    ).toEqual([]);
    expect(
      await lossesOf(
        connection,
        "ALTER TABLE people DROP COLUMN feels; CREATE INDEX people_both ON people (name)",
      ),
    ).toEqual([]);
    expect(await lossesOf(connection, "ALTER TABLE users DROP COLUMN name")).toEqual([]);
    expect(await lossesOf(connection, "ALTER TABLE letters DROP COLUMN user_id")).toEqual([]);
  });

  test("what another statement of the step names, or makes anew, is not lost", async () => {
    const connection = await withFamily();
    for (const script of [
      "DROP TABLE orders CASCADE; DROP VIEW IF EXISTS recent, newest; ALTER TABLE lines DROP CONSTRAINT IF EXISTS lines_order_id_fkey",
      "DROP VIEW recent CASCADE; CREATE VIEW recent AS SELECT 1 AS one; CREATE VIEW newest AS SELECT * FROM recent",
      "DROP TABLE lines CASCADE",
    ]) {
      expect([script, await lossesOf(connection, script)]).toEqual([script, []]);
    }
  });

  test("what is dropped by a DO block or a function", async () => {
    const connection = await withFamily();
    expect(await lossesOf(connection, "DO $$ BEGIN EXECUTE 'DROP VIEW newest'; END $$")).toEqual(["newest"]);
    await connection.execute("CREATE FUNCTION away() RETURNS void LANGUAGE sql AS 'DROP TABLE people'");
    expect(await lossesOf(connection, "SELECT away()")).toEqual(["people"]);
  });

  test("what a DO block renames, changes or makes anew is still there", async () => {
    const connection = await withFamily();
    for (const script of [
      "DO $$ BEGIN ALTER TABLE people RENAME TO persons; ALTER INDEX people_feels RENAME TO persons_feels; END $$",
      "DO $$ BEGIN ALTER TABLE orders ALTER COLUMN id TYPE bigint; EXCEPTION WHEN OTHERS THEN NULL; END $$",
      "DO $$ BEGIN ALTER TABLE users ALTER COLUMN name TYPE varchar(10); END $$",
      "DO $$ BEGIN CREATE TABLE one (id int); END $$",
    ]) {
      expect([script, await lossesOf(connection, script)]).toEqual([script, []]);
    }
  });

  test("dropping a table with its indexes, triggers, sequences and partitions names them all", async () => {
    const connection = await withFamily();
    await connection.executeScript(`
      CREATE TABLE whole (id serial, kind int, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
      CREATE TABLE whole_1 PARTITION OF whole FOR VALUES IN (1); CREATE INDEX ON whole (kind)`);
    expect(await lossesOf(connection, "DROP TABLE whole CASCADE")).toEqual([]);
    expect(await lossesOf(connection, "DROP TABLE whole_1 CASCADE")).toEqual([]);
  });

  test("dropping an extension with its members", async () => {
    const connection = await open();
    const available = await connection.query("SELECT FROM pg_available_extensions WHERE name = 'plpgsql'");
    expect(available).toHaveLength(1);
    expect(await lossesOf(connection, "DROP EXTENSION plpgsql CASCADE; CREATE EXTENSION plpgsql")).toEqual(
      [],
    );
  });
});
