import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../../../src/connection/index.js";
import { postgres } from "../../../../src/dialects/postgres/index.js";
import { postgresDatabase } from "../../../servers/postgres.js";
import { pgEngines } from "../../connection/pg-engines.js";
import { errorOf, opened } from "../../connection/pg-opened.js";

const NAME = "schema_migrations";
const DEFAULT_PATH = 'SET search_path = "$user", public';

describe.each(pgEngines)("where the journal lives on $name", ({ open }) => {
  const schemaFor = async (script: string) => {
    const connection = await open();
    await connection.executeScript(script);
    return (await postgres.journalAddress(connection, NAME)).schema;
  };

  test("in public, unless the search path leads elsewhere", async () => {
    expect(await schemaFor("SELECT 1")).toBe("public");
    expect(await schemaFor("CREATE SCHEMA app; SET search_path = nowhere, app, public")).toBe("app");
  });

  test("in the schema of the user when there is one, as every table without a schema", async () => {
    expect(await schemaFor(`CREATE SCHEMA postgres; ${DEFAULT_PATH}`)).toBe("postgres");
  });

  test("where it is already, when a migration has made a schema called like the user since", async () => {
    expect(await schemaFor(`CREATE TABLE ${NAME} (id int); CREATE SCHEMA postgres; ${DEFAULT_PATH}`)).toBe(
      "public",
    );
  });

  test("in a named schema, even when one behind it in the path has a journal of its own", async () => {
    const script = `CREATE TABLE ${NAME} (id int); CREATE SCHEMA tenant; SET search_path = tenant, public`;
    expect(await schemaFor(script)).toBe("tenant");
  });

  test("in the first schema of the path that has it, whatever that is called", async () => {
    const odd = `CREATE SCHEMA "Odd "".one"; SET search_path = "Odd "".one", public`;
    expect(await schemaFor(`${odd}; CREATE TABLE ${NAME} (id int)`)).toBe('Odd ".one');
    expect(
      await schemaFor(`CREATE SCHEMA app; SET search_path = app, public; CREATE VIEW ${NAME} AS SELECT 1`),
    ).toBe("app");
  });

  test("never among the temporary tables, nor in a catalog", async () => {
    const temporary = `CREATE TEMP TABLE ${NAME} (id int)`;
    expect(await schemaFor(temporary)).toBe("public");
    expect(await schemaFor(`${temporary}; SET search_path = pg_temp, public`)).toBe("public");
    expect(await schemaFor("SET search_path = pg_catalog, information_schema, public")).toBe("public");
  });

  test("in the schema that its name gives", async () => {
    const connection = await open();
    expect(await postgres.journalAddress(connection, "ops.history")).toEqual({
      schema: "ops",
      table: "history",
      sql: '"ops"."history"',
    });
  });

  test("nowhere, when the search path leads to no schema", async () => {
    const connection = await open();
    await connection.execute("SET search_path = nowhere");
    const error = await errorOf(postgres.journalAddress(connection, NAME));
    expect(error).toMatchObject({ code: "UNSUPPORTED" });
    expect(error.message).toContain("leads to no schema that exists");
  });

  test("its columns are read by its address, whatever the search path and temporary tables say", async () => {
    const connection = await open();
    await connection.executeScript(`CREATE SCHEMA app; CREATE TABLE app.${NAME} (a int, gone int, b int);
      ALTER TABLE app.${NAME} DROP COLUMN gone; CREATE TEMP TABLE ${NAME} (other int)`);
    const address = await postgres.journalAddress(connection, `app.${NAME}`);
    expect(await postgres.readColumns(connection, address)).toEqual(["a", "b"]);
    expect(
      await postgres.readColumns(connection, postgres.addressBeside(address, "nothing")),
    ).toBeUndefined();
  });
});

test("a user without rights on public gets a journal where it may create one, and is told when there is no such place", async () => {
  const url = await postgresDatabase();
  const admin = await opened(url);
  const name = `tenon_guest_${process.pid}`;
  await admin.executeScript(
    `CREATE ROLE ${name} LOGIN PASSWORD 'x'; CREATE SCHEMA mine AUTHORIZATION ${name}`,
  );
  onTestFinished(async () => {
    const last = await connect(url);
    await last.executeScript(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    await last.close();
  });
  const asGuest = new URL(url);
  asGuest.username = name;
  asGuest.password = "x";
  const guest = await connect(asGuest.href);
  try {
    const refused = await errorOf(postgres.journalAddress(guest, NAME));
    expect(refused.message).toContain("this user may create nothing in public");
    await guest.execute("SET search_path = public, mine");
    expect((await postgres.journalAddress(guest, NAME)).schema).toBe("mine");
    await admin.execute(`CREATE TABLE public.${NAME} (id int)`);
    expect((await postgres.journalAddress(guest, NAME)).schema).toBe("public");
  } finally {
    await guest.close();
  }
});
