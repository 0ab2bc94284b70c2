import { PGlite } from "@electric-sql/pglite";
import { expect, test } from "vitest";
import { pgliteFolder } from "./pglite.js";
import { postgresDatabase, postgresWitness } from "./postgres.js";

test("every test gets an empty PostgreSQL database of its own", async () => {
  const [one, other] = await Promise.all([postgresDatabase(), postgresDatabase()]);
  await (await postgresWitness(one)).query("CREATE TABLE notes (id int)");
  const found = await (await postgresWitness(other)).query("SELECT to_regclass('notes') AS found");
  expect(found.rows).toEqual([{ found: null }]);
});

test("every test gets a PGlite data folder of its own", async () => {
  const folder = await pgliteFolder();
  const database = await PGlite.create(folder);
  const { rows } = await database.query("SELECT 1 AS one");
  await database.close();
  expect(rows).toEqual([{ one: 1 }]);
});
