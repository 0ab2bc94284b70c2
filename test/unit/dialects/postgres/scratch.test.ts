import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../../../src/connection/index.js";
import { postgres } from "../../../../src/dialects/postgres/index.js";
import { postgresDatabase, postgresWitness } from "../../../servers/postgres.js";
import { errorOf, opened } from "../../connection/pg-opened.js";

const SCRATCHES = "SELECT datname FROM pg_database WHERE datname LIKE 'tenon_scratch_%'";

test("a scratch database is empty, on the same server, and gone when it is closed", async () => {
  const url = await postgresDatabase();
  const connection = await opened(url);
  await connection.execute("CREATE TABLE notes (id int)");
  const scratch = await postgres.openScratch(connection);
  expect(await scratch.tableExists("notes")).toBe(false);
  await scratch.execute("CREATE TABLE notes (id int)");
  const [name] = await scratch.query("SELECT current_database()::text AS datname");
  const witness = await postgresWitness(url);
  expect((await witness.query(SCRATCHES)).rows).toContainEqual(name);
  await scratch.close();
  expect((await witness.query(SCRATCHES)).rows).not.toContainEqual(name);
});

test("where there is no server it is a PGlite in memory", async () => {
  const scratch = await postgres.openScratch(undefined);
  expect(scratch.description).toBe("pglite:");
  await scratch.close();
});

test("a user without CREATEDB is told what is missing, and so is one whose client was lent", async () => {
  const url = await postgresDatabase();
  const admin = await opened(url);
  const name = `tenon_scratcher_${process.pid}`;
  await admin.executeScript(`CREATE ROLE ${name} LOGIN PASSWORD 'x'`);
  onTestFinished(async () => {
    const last = await connect(url);
    await last.execute(`DROP ROLE ${name}`);
    await last.close();
  });
  const asUser = new URL(url);
  asUser.username = name;
  asUser.password = "x";
  const user = await connect(asUser.href);
  const refused = await errorOf(postgres.openScratch(user));
  await user.close();
  expect(refused).toMatchObject({ code: "UNSUPPORTED", hint: expect.stringContaining("CREATEDB") });

  const lent = new pg.Client({ connectionString: url });
  await lent.connect();
  onTestFinished(() => lent.end());
  expect((await errorOf(postgres.openScratch(await connect(lent)))).hint).toContain("URL");
});
