// How long tables in TypeScript take: a sync that has nothing to do beside one SELECT of the same session, and
// `generate` for modules of many tables. Needs the built `dist`.
//
//   node bench/tables.mjs                      SQLite, and a PostgreSQL server of its own
//   node bench/tables.mjs --url postgres://…   another server; it gets a database of its own, which is dropped
//   node bench/tables.mjs --tables 50,500      other sizes than 50, 500 and 2,000 tables
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { connect, defineModule, generate, SchemaManager } from "tenon";

const { values: options } = parseArgs({
  options: { url: { type: "string" }, tables: { type: "string", default: "50,500,2000" } },
});
const sizes = options.tables.split(",").map(Number);
/** How many new tables one migration brings. */
const STEP = 500;
const folder = mkdtempSync(join(tmpdir(), "tenon-bench-"));
// The server may run as another user.
chmodSync(folder, 0o755);
try {
  await measure("SQLite", `file:${join(folder, "app.db")}`);
  await withServer((url) => measure("PostgreSQL", url));
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function measure(name, url) {
  console.log(`\n${name}`);
  const connection = await connect(url);
  try {
    await measureSync(connection);
    for (const size of sizes) await measureGenerate(connection, size);
  } finally {
    await connection.close();
  }
}

/** A program that is up to date starts: what does that cost beside the cheapest thing that it can ask? */
async function measureSync(connection) {
  const source = { tables: tablesOf(connection.engine, 50) };
  const first = await timeOf(() => managerOf(connection, source).migrateToLatest());
  console.log(`  sync of 50 new tables: ${shown(first)}`);
  const manager = managerOf(connection, source);
  await manager.migrateToLatest();
  const select = await median(200, () => connection.query("SELECT 1 AS one"));
  const nothing = await median(200, () => manager.migrateToLatest());
  const fresh = await median(20, () =>
    managerOf(connection, { tables: tablesOf(connection.engine, 50) }).migrateToLatest(),
  );
  console.log(`  one SELECT: ${shown(select)}`);
  console.log(`  sync with nothing to do: ${shown(nothing)}, the first in a program ${shown(fresh)}`);
}

async function measureGenerate(connection, size) {
  const migrations = join(folder, `${connection.engine}-${size}`);
  const run = (tables, more = {}) =>
    timeOf(() =>
      generate("bench", {
        module: defineModule("bench", "core", {}, { migrations, tables }),
        connection,
        ...more,
      }),
    );
  // A transaction of PostgreSQL cannot lock everything that thousands of new tables bring; nobody writes them at once, either.
  let all = 0;
  for (let count = STEP; count < size + STEP; count += STEP)
    all += await run(tablesOf(connection.engine, Math.min(count, size)));
  const nothing = await run(tablesOf(connection.engine, size), { check: true });
  const one = await run({ ...tablesOf(connection.engine, size), ...tablesOf(connection.engine, 1, "more") });
  console.log(
    `  generate, ${size} tables: all new${size > STEP ? `, ${STEP} at a time,` : ""} ${shown(all)}, nothing to do ${shown(nothing)}, one new ${shown(one)}`,
  );
}

function managerOf(connection, source) {
  return new SchemaManager(connection, defineModule("bench", "core", {}, source));
}

/** Tables of eight columns with a key, an index, a check, a default and a reference to the one before. */
function tablesOf(engine, count, prefix = "bench") {
  const tables = {};
  let parent;
  for (let number = 1; number <= count; number++) {
    const name = `${prefix}_${number}`;
    parent = engine === "sqlite" ? sqliteTable(name, parent) : postgresTable(name, parent);
    tables[name] = parent;
  }
  return tables;
}

function sqliteTable(name, parent) {
  const { check, index, integer, real, sqliteTable: table, text } = lite;
  const pointer = integer("parent_id");
  return table(
    name,
    {
      id: integer().primaryKey(),
      name: text().notNull(),
      email: text().unique(),
      age: integer(),
      score: real().default(0.5),
      isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
      made: text().notNull().default(sql`CURRENT_TIMESTAMP`),
      parent: parent === undefined ? pointer : pointer.references(() => parent.id, { onDelete: "cascade" }),
    },
    (own) => [index(`${name}_by_name`).on(own.name, own.made), check(`${name}_age`, sql`${own.age} >= 0`)],
  );
}

function postgresTable(name, parent) {
  const { boolean, check, doublePrecision, index, integer, pgTable: table, text, timestamp } = pg;
  const pointer = integer("parent_id");
  return table(
    name,
    {
      id: integer().primaryKey().generatedAlwaysAsIdentity(),
      name: text().notNull(),
      email: text().unique(),
      age: integer(),
      score: doublePrecision().default(0.5),
      isActive: boolean("is_active").notNull().default(true),
      made: timestamp({ withTimezone: true }).notNull().defaultNow(),
      parent: parent === undefined ? pointer : pointer.references(() => parent.id, { onDelete: "cascade" }),
    },
    (own) => [index(`${name}_by_name`).on(own.name, own.made), check(`${name}_age`, sql`${own.age} >= 0`)],
  );
}

/** Lends a database of its own on the server that is given, or on one that is started for this. */
async function withServer(work) {
  const server = options.url === undefined ? await startServer() : { url: options.url, stop: async () => {} };
  const name = `tenon_bench_${randomBytes(6).toString("hex")}`;
  const keeper = await connect(server.url);
  try {
    await keeper.execute(`CREATE DATABASE ${name} TEMPLATE template0`);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    await work(url.href);
    await keeper.execute(`DROP DATABASE ${name} WITH (FORCE)`);
  } finally {
    await keeper.close();
    await server.stop();
  }
}

async function startServer() {
  const { startPostgres } = await import("../test/servers/postgres-server.mjs");
  const place = join(folder, "server");
  mkdirSync(place);
  return startPostgres(place);
}

async function timeOf(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function median(times, work) {
  const found = [];
  for (let time = 0; time < times; time++) found.push(await timeOf(work));
  return found.sort((a, b) => a - b)[Math.floor(times / 2)];
}

function shown(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds.toFixed(milliseconds < 1 ? 3 : milliseconds < 10 ? 1 : 0)} ms`;
}
