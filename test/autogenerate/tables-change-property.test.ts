import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type Connection,
  connect,
  defineModule,
  generate,
  type Module,
  SchemaManager,
} from "../../src/index.js";
import { randomCases } from "../generators/case-count.js";
import {
  columnsOf,
  drizzleTables,
  type Engine,
  ROWS,
  rowsSql,
  type SchemaSpec,
  schemaSpec,
} from "../generators/drizzle-tables.js";
import { readShape as readPostgres } from "../generators/postgres-reading.js";
import { readShape as readSqlite } from "../generators/sqlite-reading.js";
import { counting } from "../live/counting.js";
import { postgresDatabase } from "../servers/postgres.js";
import { type Drizzle, drizzles } from "./drizzles.js";

const engines: readonly { readonly engine: Engine; readonly usual: number }[] = [
  { engine: "sqlite", usual: 20 },
  { engine: "postgres", usual: 4 },
];

describe.each(engines)("random Drizzle tables on $engine", ({ engine, usual }) => {
  const CASES = randomCases(usual);
  test.each(drizzles)(
    "follow one another by sync or by generated files alike, keep their rows, and can go back, Drizzle $version",
    { timeout: 60_000 + CASES.numRuns * 3000 },
    async (drizzle) => {
      const [synced, migrated] = [await openDatabase(engine), await openDatabase(engine)];
      await fc.assert(
        fc.asyncProperty(schemaSpec, schemaSpec, async (before, after) => {
          await trySync(await synced(), { engine, drizzle, before, after });
          const shapes = await shapesOf(await synced(), { engine, drizzle, before, after });
          await tryGenerate(await migrated(), { engine, drizzle, before, after }, shapes);
        }),
        CASES,
      );
    },
  );
});

interface Case {
  readonly engine: Engine;
  readonly drizzle: Drizzle;
  readonly before: SchemaSpec;
  readonly after: SchemaSpec;
}

async function trySync(bare: Connection, { engine, drizzle, before, after }: Case): Promise<void> {
  const { connection, sent } = counting(bare);
  const managerOf = (schema: SchemaSpec) =>
    new SchemaManager(connection, moduleOf({ tables: drizzleTables(schema, engine, drizzle) }));
  const costOfNothing = async (manager: SchemaManager) => {
    const start = sent();
    expect((await manager.migrateToLatest()).steps).toEqual([]);
    return sent() - start;
  };
  const first = managerOf(before);
  await first.migrateToLatest();
  expect(await costOfNothing(first)).toBe(1);
  expect((await first.plan()).toSql()).toBe("");
  const original = await shapeOf(bare, engine);
  for (const statement of rowsSql(before, engine)) await bare.execute(statement);
  const rows = await survivors(bare, { engine, before, after });

  const second = managerOf(after);
  const gone = goneFrom(before, after, engine);
  if (gone.length > 0) {
    await expect(second.migrateToLatest({ askRename })).rejects.toMatchObject({ code: "CHANGE_LOSES_DATA" });
    expect(await shapeOf(bare, engine)).toEqual(original);
  }
  const { steps } = await second.migrateToLatest({ askRename, allowLoss: gone });

  expect(await survivors(bare, { engine, before, after })).toEqual(rows);
  expect(await costOfNothing(second)).toBe(1);
  expect((await second.plan()).toSql()).toBe("");
  if (steps.length === 0) return;
  await second.rollbackToVersion(1);
  expect(await survivors(bare, { engine, before, after })).toEqual(rows);
  expect(await shapeOf(bare, engine)).toEqual(original);
}

/** What both schemas look like when nothing was there before. */
async function shapesOf(bare: Connection, { engine, drizzle, before, after }: Case) {
  const shapes = [];
  for (const schema of [before, after]) {
    await empty(bare, engine);
    const tables = drizzleTables(schema, engine, drizzle);
    await new SchemaManager(bare, moduleOf({ tables })).migrateToLatest();
    shapes.push(await shapeOf(bare, engine));
  }
  return { before: shapes[0], after: shapes[1] };
}

async function tryGenerate(
  connection: Connection,
  { engine, drizzle, before, after }: Case,
  shapes: Awaited<ReturnType<typeof shapesOf>>,
): Promise<void> {
  const migrations = mkdtempSync(join(tmpdir(), "tenon-tables-"));
  try {
    const sourceOf = (schema: SchemaSpec) =>
      moduleOf({ migrations, tables: drizzleTables(schema, engine, drizzle) });
    const options = {
      engine,
      connection: engine === "postgres" ? connection : undefined,
      askRename,
    } as const;
    await generate("before", { module: sourceOf(before), ...options });
    await new SchemaManager(connection, sourceOf(before)).migrateToLatest();
    for (const statement of rowsSql(before, engine)) await connection.execute(statement);
    const rows = await survivors(connection, { engine, before, after });
    const allowLoss = goneFrom(before, after, engine);

    const { files } = await generate("after", { module: sourceOf(after), ...options, allowLoss });
    const manager = new SchemaManager(connection, sourceOf(after));
    await manager.migrateToLatest();

    expect(await shapeOf(connection, engine)).toEqual(shapes.after);
    expect(await survivors(connection, { engine, before, after })).toEqual(rows);
    expect((await generate("nothing", { module: sourceOf(after), ...options })).files).toEqual([]);
    if (files.length === 0) return;
    await manager.rollbackToVersion(1);
    expect(await shapeOf(connection, engine)).toEqual(shapes.before);
    expect(await survivors(connection, { engine, before, after })).toEqual(rows);
  } finally {
    rmSync(migrations, { recursive: true, force: true });
  }
}

const askRename = () => "dropped" as const;

function moduleOf(source: Parameters<typeof defineModule>[3]): Module {
  return defineModule("random", "core", {}, source);
}

/** Tables and columns that are not there any more, as they are allowed to go. */
function goneFrom(before: SchemaSpec, after: SchemaSpec, engine: Engine): readonly string[] {
  return Object.entries(before.tables).flatMap(([name, spec]) => {
    const kept = after.tables[name];
    if (kept === undefined) return [name];
    const left = new Set(columnsOf(kept, engine));
    return columnsOf(spec, engine)
      .filter((column) => !left.has(column))
      .map((column) => `${name}.${column}`);
  });
}

/** The values of what both schemas have, as texts that do not depend on the type of their column. */
async function survivors(
  connection: Connection,
  { engine, before, after }: Pick<Case, "engine" | "before" | "after">,
): Promise<unknown> {
  const found: unknown[] = [];
  for (const [name, spec] of Object.entries(before.tables)) {
    const kept = after.tables[name];
    if (kept === undefined) continue;
    const left = new Set(columnsOf(kept, engine));
    const columns = columnsOf(spec, engine).filter((column) => left.has(column));
    const list = columns.map((column) => `CAST(${column} AS text) AS ${column}`).join(", ");
    const rows = await connection.query(`SELECT ${list} FROM ${name} ORDER BY id`);
    expect(rows).toHaveLength(ROWS.length);
    found.push(
      name,
      rows.map((row) => Object.values(row).map((value) => plainValue(String(value)))),
    );
  }
  return found;
}

/** `1`, `1.0` and `1.00` are one number; a time with its zone is the same moment, in UTC. */
function plainValue(text: string): string {
  return /^\d+(\.\d+)?$/.test(text) ? String(Number(text)) : text.replace(/\+00$/, "");
}

/** What the engine's own catalogue tells, the journal and the numbers that were given out aside. */
async function shapeOf(connection: Connection, engine: Engine): Promise<unknown> {
  const isOurs = (part: unknown) => !JSON.stringify(part).includes("schema_migrations");
  if (engine === "postgres") return (await readPostgres(connection)).filter(isOurs);
  const { shapes, others } = (await readSqlite(connection)) as { shapes: unknown[]; others: unknown[] };
  return { shapes: shapes.filter(isOurs), others: others.filter(isOurs) };
}

/** Opens a database that is emptied each time it is asked for. */
async function openDatabase(engine: Engine): Promise<() => Promise<Connection>> {
  const connection = await connect(engine === "sqlite" ? ":memory:" : await postgresDatabase());
  onTestFinished(() => connection.close());
  if (engine === "postgres") await connection.execute("SET TimeZone = 'UTC'");
  return async () => {
    await empty(connection, engine);
    return connection;
  };
}

async function empty(connection: Connection, engine: Engine): Promise<void> {
  if (engine === "postgres") {
    await connection.executeScript("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    return;
  }
  await connection.execute("PRAGMA foreign_keys = OFF");
  const objects = await connection.query<{ type: string; name: string }>(
    "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY type DESC",
  );
  for (const { type, name } of objects) await connection.execute(`DROP ${type} "${name}"`);
  await connection.execute("PRAGMA foreign_keys = ON");
}
