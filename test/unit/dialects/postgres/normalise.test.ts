import { expect, test } from "vitest";
import { postgres } from "../../../../src/dialects/postgres/index.js";
import { introspect } from "../../../../src/dialects/postgres/introspect.js";
import { postgresSchema } from "../../../../src/dialects/postgres/schema.js";
import { postgresDatabase } from "../../../servers/postgres.js";
import { opened } from "../../connection/pg-opened.js";

const SCHEMA = `
  CREATE SCHEMA shop;
  CREATE TYPE shop.size AS ENUM ('s', 'm');
  CREATE TABLE shop.goods (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, size shop.size DEFAULT 's', name varchar(20) UNIQUE);
  CREATE TABLE parts (good int REFERENCES shop.goods, other int, CHECK (other IN (1, 2)));
  CREATE INDEX parts_by_other ON parts ((other + 1)) WHERE other > 1;
  CREATE VIEW shown AS SELECT name FROM shop.goods WHERE size = 's'`;

test("a model is the same, built to be taken back or built to stay in a database that is thrown away", async () => {
  const connection = await opened(await postgresDatabase());
  await connection.executeScript(SCHEMA);
  const model = await introspect(connection);
  const scratch = await postgres.openScratch(connection);
  try {
    const takenBack = await postgresSchema.normalise(model, connection);
    const stayed = await postgresSchema.normalise(model, scratch, { isThrownAway: true });

    expect(postgresSchema.compare(model, takenBack).changes).toEqual([]);
    expect(stayed).toEqual(takenBack);
    expect(await introspect(connection)).toEqual(model);
    // It stands there, in a schema of its own.
    expect(await scratch.query("SELECT relname FROM pg_class WHERE relname = 'goods'")).toEqual([
      { relname: "goods" },
    ]);
  } finally {
    await scratch.close();
  }
});
