import { describe, expect, test } from "vitest";
import {
  type Connection,
  defineModule,
  type ModuleOptions,
  SchemaManager,
  type SchemaVersions,
} from "../../src/index.js";
import { engines, type LiveDatabase, sqliteEngines } from "./engines.js";
import { readEverything } from "./hostile/read-everything.js";
import { core, shop } from "./hostile/shop.js";

type Up = string | readonly string[];

/** Applies versions of one plugin, one after the other as they come. */
async function install(connection: Connection, options: ModuleOptions, ...ups: readonly Up[]): Promise<void> {
  const versions: SchemaVersions = Object.fromEntries(
    ups.map((up, index) => [index + 1, { name: `Version ${index + 1}`, up }]),
  );
  const plugin = defineModule("evil", "plugin", options, versions);
  await new SchemaManager(connection, plugin, { others: [core] }).migrateToLatest();
}

/** The last version is refused with this, and leaves everything as the ones before it did. */
async function expectRefused(
  database: LiveDatabase,
  connection: Connection,
  options: ModuleOptions,
  ups: readonly Up[],
  told: RegExp,
): Promise<void> {
  if (ups.length > 1) await install(connection, options, ...ups.slice(0, -1));
  const before = await readEverything(database);
  await expect(install(connection, options, ...ups)).rejects.toMatchObject({
    code: expect.stringMatching(/^(?:OWNERSHIP_VIOLATED|PLUGIN_FORBIDDEN)$/),
    message: expect.stringMatching(told),
    where: { module: "evil", version: String(ups.length) },
  });
  expect(await readEverything(database)).toEqual(before);
}

const PREFIX = { prefix: "evil_" };

describe.each(engines.filter(({ engine }) => engine === "postgres"))(
  "ruses of a plugin on $name",
  (engine) => {
    test("a function of its own table cannot get another table later", async () => {
      const { database, connection } = await shop(engine);
      await expectRefused(
        database,
        connection,
        PREFIX,
        [
          [
            "CREATE TABLE evil_list (id INTEGER, name TEXT)",
            "CREATE FUNCTION evil_clear() RETURNS void LANGUAGE sql AS $$ DELETE FROM evil_list $$",
          ],
          ["DROP TABLE evil_list", "CREATE VIEW evil_list AS SELECT id, name FROM users"],
        ],
        /writes rows of table users, which belongs to module shop/,
      );
    });

    test("a function cannot mean the table of its own schema here and that of the core at its caller's", async () => {
      const { database, connection } = await shop(engine);
      const own = "CREATE TABLE users (id INTEGER)";
      const clear = (path: string) =>
        `CREATE FUNCTION clear() RETURNS void LANGUAGE sql ${path} AS $$ DELETE FROM users $$`;

      await expectRefused(
        database,
        connection,
        { schema: "evil" },
        [[own, clear("")]],
        /rows of table users, which/,
      );

      await install(connection, { schema: "evil" }, [own, clear("SET search_path = evil")]);
      await connection.execute("SELECT evil.clear()");
      expect((await database.look("SELECT id FROM public.users")).length).toBe(2);
    });

    test("a function cannot stand beside one of the core to be called in its place", async () => {
      const { database, connection } = await shop(engine);
      const up = "CREATE FUNCTION order_count(integer) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'";
      await expectRefused(
        database,
        connection,
        {},
        [up],
        /beside function order_count\(\), which belongs to/,
      );
    });

    test("a namesake in a schema of its own does not make it the owner of the core's", async () => {
      const { database, connection } = await shop(engine);
      const first = [
        "CREATE TABLE evil.orders (id INTEGER)",
        "CREATE VIEW evil.order_list AS SELECT 1 AS one",
        "CREATE SEQUENCE evil.order_numbers",
      ];
      for (const drop of [
        "TABLE public.orders CASCADE",
        "VIEW public.order_list",
        "SEQUENCE public.order_numbers",
      ]) {
        const told = /which belongs to module shop/;
        await expectRefused(database, connection, { schema: "evil" }, [first, `DROP ${drop}`], told);
      }
      const objects = await new SchemaManager(connection, core).getObjects();
      expect(
        objects.filter(({ module }) => module === "evil").map(({ schema, name }) => `${schema}.${name}`),
      ).toEqual(expect.arrayContaining([".evil", "evil.order_list", "evil.order_numbers", "evil.orders"]));
      expect(objects.filter(({ schema, module }) => schema === "public" && module === "evil")).toEqual([]);
    });

    test("a namesake that was stamped or synced does not make it the owner of the application's table", async () => {
      const { database, connection } = await shop(engine);
      const stamped = defineModule(
        "evil",
        "plugin",
        { schema: "evil" },
        {
          1: { name: "Evil", up: "CREATE TABLE settings (id INTEGER)", down: "DROP TABLE public.settings" },
        },
      );
      await new SchemaManager(connection, stamped, { others: [core] }).stamp(1);
      const before = await readEverything(database);

      await expect(
        new SchemaManager(connection, stamped, { others: [core] }).rollback(1),
      ).rejects.toMatchObject({ message: expect.stringMatching(/settings, which no module made/) });

      expect(await readEverything(database)).toEqual(before);
    });

    test("a table cannot stand before one of the core in the search path", async () => {
      const { database, connection } = await shop(engine);
      await connection.executeScript("CREATE SCHEMA first; SET search_path = first, public");
      const manager = new SchemaManager(
        connection,
        defineModule(
          "evil",
          "plugin",
          {},
          { 1: { name: "Evil", up: "CREATE TABLE first.orders (id INTEGER)" } },
        ),
        { others: [core] },
      );
      await expect(manager.migrateToLatest()).rejects.toMatchObject({
        code: "OWNERSHIP_VIOLATED",
        message: expect.stringMatching(/hides table orders, which/),
      });
      expect(
        await database.look("SELECT FROM pg_tables WHERE schemaname = 'first' AND tablename = 'orders'"),
      ).toEqual([]);
    });

    test("a plugin cannot settle in a schema of others", async () => {
      const { database, connection } = await shop(engine);
      await connection.execute("CREATE SCHEMA app");
      const told = /in schema app: its own is public|permission denied for schema app/;
      await expectRefused(database, connection, PREFIX, ["CREATE TABLE app.evil_x (id INTEGER)"], told);
      const moves = ["CREATE TABLE evil_x (id INTEGER)", "ALTER TABLE evil_x SET SCHEMA app"];
      await expectRefused(database, connection, PREFIX, moves, told);
    });

    test("what it may not read it cannot leave behind to be read", async () => {
      const { database, connection } = await shop(engine);
      const options = { prefix: "evil_", reads: ["users"] };
      const told = /reads \w+ orders, which belongs to module shop|reads table orders/;
      for (const up of [
        "CREATE VIEW evil_view AS SELECT note FROM orders",
        "CREATE VIEW evil_view AS SELECT id, (SELECT max(note) FROM orders) AS note FROM users",
        "CREATE FUNCTION evil_notes() RETURNS SETOF text LANGUAGE sql AS $$ SELECT note FROM public.orders $$",
      ]) {
        await expectRefused(database, connection, options, [up], told);
      }
      await install(connection, options, "CREATE VIEW evil_view AS SELECT id, name FROM users");
    });

    test("an index, a check or a policy of its own cannot call what no plugin may", async () => {
      const { database, connection } = await shop(engine);
      const table = "CREATE TABLE evil_x (id INTEGER, text TEXT)";
      for (const up of [
        [
          table,
          "ALTER TABLE evil_x ADD CHECK (text <> query_to_xml('DELETE FROM users', true, true, '')::text)",
        ],
        [table, "ALTER TABLE evil_x ALTER text SET DEFAULT set_config('role', 'postgres', false)"],
        [table, "CREATE POLICY evil_p ON evil_x USING (pg_notify('a', text) IS NULL)"],
        [table, "CREATE VIEW evil_v AS SELECT pg_terminate_backend(id) AS gone FROM evil_x"],
      ]) {
        await expectRefused(database, connection, PREFIX, [up], /The function \w+/);
      }
    });

    test("what is put off to the end of the transaction is watched as well", async () => {
      const { database, connection } = await shop(engine);
      const up = [
        "CREATE TABLE evil_x (id INTEGER)",
        "CREATE FUNCTION evil_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM order_purge(); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER evil_late AFTER INSERT ON evil_x DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evil_late()",
        "INSERT INTO evil_x VALUES (1)",
        "DROP TRIGGER evil_late ON evil_x",
        "DROP FUNCTION evil_late()",
      ];
      await expectRefused(
        database,
        connection,
        PREFIX,
        [up.slice(0, 4)],
        /rows of table orders|pending trigger/,
      );
    });
  },
);

describe.each(sqliteEngines)("ruses of a plugin on $name", (engine) => {
  test("what it may not read it cannot leave behind to be read", async () => {
    const { database, connection } = await shop(engine);
    const options = { prefix: "evil_", reads: ["users"] };
    const told = /reads table orders, which belongs to module shop/;
    for (const up of [
      "CREATE VIEW evil_view AS SELECT note FROM orders",
      "CREATE VIEW evil_view AS SELECT id, (SELECT max(note) FROM orders) AS note FROM users",
      "CREATE VIRTUAL TABLE evil_text USING fts5 (note, content = 'orders', content_rowid = 'id')",
      'CREATE VIRTUAL TABLE evil_text USING fts4 (note, content="orders")',
      [
        "CREATE TABLE evil_x (text TEXT)",
        "CREATE TRIGGER evil_t AFTER INSERT ON evil_x BEGIN UPDATE evil_x SET text = (SELECT max(note) FROM orders); END",
      ],
    ]) {
      await expectRefused(database, connection, options, [up], told);
    }
    await install(connection, options, "CREATE VIEW evil_view AS SELECT id, name FROM users");
  });

  test("tables that change their places in a savepoint do not confuse it", async () => {
    const { database, connection } = await shop(engine);
    const filler = "INSERT INTO evil_a SELECT value, hex(randomblob(4000)) FROM generate_series(1, 20)";
    const script = (last: string) => `
      SAVEPOINT evil; DROP TABLE evil_a; CREATE TABLE evil_c (x); INSERT INTO evil_c VALUES (1); ROLLBACK TO evil;
      ALTER TABLE evil_b ADD COLUMN more; ALTER TABLE evil_b ADD COLUMN most; RELEASE evil; ${last}`;
    const first = ["CREATE TABLE evil_a (id, x)", "CREATE TABLE evil_b (id)", filler];

    await expectRefused(
      database,
      connection,
      PREFIX,
      [first, script("DELETE FROM orders")],
      /rows of table orders/,
    );
    await install(connection, PREFIX, first, script("DELETE FROM evil_a"));
  });

  test("a useless key is found with foreign keys off as well", async () => {
    const { database, connection } = await shop(engine);
    const up =
      "PRAGMA foreign_keys = OFF; CREATE TABLE evil_x (a TEXT REFERENCES users (name)); PRAGMA foreign_keys = ON";
    await expect(install(connection, PREFIX, up)).rejects.toThrow(/foreign key|evil_x would refer/);
    expect(await database.look("SELECT name FROM sqlite_schema WHERE name = 'evil_x'")).toEqual([]);
  });

  test("a trigger of its own view cannot get another table later", async () => {
    const { database, connection } = await shop(engine);
    await expectRefused(
      database,
      connection,
      PREFIX,
      [
        [
          "CREATE TABLE evil_list (id INTEGER)",
          "CREATE TABLE evil_log (id INTEGER)",
          "CREATE TRIGGER evil_t AFTER INSERT ON evil_log BEGIN DELETE FROM evil_list; END",
        ],
        [
          "DROP TABLE evil_list",
          "CREATE VIEW evil_list AS SELECT id FROM users",
          "CREATE TRIGGER evil_door INSTEAD OF DELETE ON evil_list BEGIN DELETE FROM users WHERE id = old.id; END",
        ],
      ],
      /writes rows of table users/,
    );
  });
});
