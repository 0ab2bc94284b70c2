import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { translateModel } from "../../src/dialects/translate/index.js";
import { type Connection, connect, SchemaManager } from "../../src/index.js";
import { emptyModel, tableOf } from "../../src/schema/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { documentedRows } from "./types-document.js";

const onSqlite = documentedRows("Defaults of PostgreSQL on SQLite");

test.each(onSqlite)("the default %s of %s is on SQLite as the document says", (text, type, expected) => {
  const column = { name: "c", type, default: text };
  const tables = [tableOf({ schema: "public", name: "t", columns: [column] })];

  const { model, refused } = translateModel(
    { ...emptyModel("postgres"), schemas: [{ name: "public" }], tables },
    "sqlite",
  );

  expect(refused).toEqual([]);
  expect(model.tables[0]?.columns[0]?.default).toBe(expected);
});

const onPostgres = documentedRows("Defaults of SQLite on PostgreSQL");

test.each(onPostgres)(
  "the default %s of %s is on PostgreSQL as the document says",
  (text, type, expected) => {
    const tables = [tableOf({ schema: "main", name: "t", columns: [{ name: "c", type, default: text }] })];

    const { model, refused } = translateModel(
      { ...emptyModel("sqlite"), schemas: [{ name: "main" }], tables },
      "postgres",
    );

    expect(refused).toEqual([]);
    expect(model.tables[0]?.columns[0]?.default).toBe(expected);
  },
);

test("every documented default of SQLite gives the same on both engines", async () => {
  const columns = onPostgres.map(
    ([text, type], index) =>
      [
        `c${index}`,
        lite
          .customType({ dataType: () => type })()
          .default(sql.raw(`(${text})`)),
      ] as const,
  );
  const table = lite.sqliteTable("defaults", {
    id: lite.integer().primaryKey(),
    ...Object.fromEntries(columns),
  });
  const memory = await connect(":memory:");
  onTestFinished(() => memory.close());
  const pglite = await sharedPglite();
  await pglite.execute("SET TIME ZONE 'UTC'");

  const [here = {}, there = {}] = [await defaultsOf(memory, table), await defaultsOf(pglite, table)];

  for (const [index, [text, type]] of onPostgres.entries()) {
    const [a, b] = [here[`c${index}`], there[`c${index}`]].map((value) =>
      shapeOf(value, type.toLowerCase(), text),
    );
    expect({ text, type, value: b }).toEqual({ text, type, value: a });
  }
});

describe("every documented default of PostgreSQL", () => {
  test("gives the same on both engines, and a second look finds nothing to change", async () => {
    const columns = onSqlite.map(
      ([text, type], index) =>
        [
          `c${index}`,
          pg
            .customType({ dataType: () => type })()
            .default(sql.raw(text)),
        ] as const,
    );
    const table = pg.pgTable("defaults", { id: pg.integer().primaryKey(), ...Object.fromEntries(columns) });
    const memory = await connect(":memory:");
    onTestFinished(() => memory.close());
    const pglite = await sharedPglite();
    await pglite.execute("SET TIME ZONE 'UTC'");

    const [here = {}, there = {}] = [await defaultsOf(memory, table), await defaultsOf(pglite, table)];

    for (const [index, [text, type]] of onSqlite.entries()) {
      const [a, b] = [here[`c${index}`], there[`c${index}`]];
      expect({ text, type, value: shapeOf(a, type, text) }).toEqual({
        text,
        type,
        value: shapeOf(b, type, text),
      });
    }
  });
});

async function defaultsOf(connection: Connection, table: unknown) {
  const manager = new SchemaManager(connection, { tables: { table } });
  await manager.migrateToLatest();
  expect((await manager.plan()).toSql()).toBe("");
  await connection.execute("INSERT INTO defaults (id) VALUES (1)");
  return (await connection.query("SELECT * FROM defaults"))[0];
}

const MINUTE = 60_000;

/** A value in the form in which those of the two engines are compared: the present time by its minute, what is random by its form. */
function shapeOf(value: unknown, type: string, source: string): unknown {
  const isRandom = source.includes("random");
  if (value instanceof Uint8Array) return isRandom ? value.length : Buffer.from(value).toString("hex");
  if (type === "boolean") return value === true || value === 1;
  // SQLite keeps a text in a BLOB column as the text that it is.
  if (type === "blob") return Buffer.from(String(value)).toString("hex");
  const text = String(value);
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text)) return "a uuid";
  if (/^(?:usr_)?[0-9a-f]{32}$/.test(text)) return text.replace(/[0-9a-f]{32}$/, "32 digits");
  if (isRandom && typeof value === "string") return text.length;
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number > 1e12) return ["milliseconds", Math.round(number / MINUTE / 2)];
    if (number > 2.4e6 && number < 2.5e6) return ["days", number.toFixed(2)];
    if (number > 1e9) return ["seconds", Math.round(number / 120)];
    return type === "double precision" || type === "integer" ? number >= 0 && number < 100 : number;
  }
  if (type.endsWith("[]")) return text.replace(/^\{/, "[").replace(/\}$/, "]").replaceAll('"', "");
  if (type.startsWith("json")) return JSON.parse(text);
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const time = new Date(
      `${text.replace(" ", "T").replace(/(?:\+00|Z)?$/, "")}${text.length > 10 ? "Z" : ""}`,
    );
    return Math.round(time.getTime() / MINUTE / 2);
  }
  return /^\d\d:\d\d:\d\d/.test(text) ? text.slice(0, 4) : text;
}
