import { spawnSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { expect, test } from "vitest";
import { temporaryFolder } from "../live/engines.js";
import { TORTURE_ROWS, TORTURE_SCHEMA } from "../unit/dialects/sqlite/torture.js";

/** Changes that need rebuilds of tables with children, triggers, views, checks and counters, and plain ones. */
const CHANGES: readonly (readonly [string, string])[] = [
  [
    "note TEXT NOT NULL ON CONFLICT IGNORE DEFAULT 'x'",
    "note TEXT NOT NULL DEFAULT 'x', extra INTEGER NOT NULL DEFAULT 7",
  ],
  [
    "code TEXT UNIQUE, up INTEGER REFERENCES parent ON DELETE CASCADE",
    "code TEXT UNIQUE CHECK (code <> ''), up INTEGER REFERENCES parent ON DELETE CASCADE, born TEXT",
  ],
  ["c INT DEFAULT -5", "c BIGINT DEFAULT -6"],
  ["CHECK (age >= 0)", "CHECK (age > 0)"],
  ["CREATE INDEX plain_a ON plain (a);", "CREATE INDEX plain_a ON plain (a DESC);"],
];

interface Contents {
  readonly schema: readonly unknown[];
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
}

/** Everything in the file, read by the bare driver. */
function read(path: string): Contents {
  const database = new Database(path);
  try {
    const objects = database
      .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
      .all();
    const tables = (objects as { type: string; name: string }[]).filter((each) => each.type === "table");
    const rows = tables.map(({ name }) => {
      const found = database
        .prepare(`SELECT * FROM "${name.replaceAll('"', '""')}"`)
        .raw()
        .safeIntegers()
        .all();
      return [
        name,
        found.map((row) =>
          JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value)),
        ),
      ] as const;
    });
    expect(database.prepare("PRAGMA integrity_check").raw().all()).toEqual([["ok"]]);
    return { schema: objects, rows: Object.fromEntries(rows) };
  } finally {
    database.close();
  }
}

function make(path: string, ...scripts: readonly string[]): void {
  const database = new Database(path);
  for (const script of scripts) database.exec(script);
  database.close();
}

test("a change that is killed before any of its statements leaves the database exactly as it was", () => {
  const folder = temporaryFolder();
  const [original, wanted] = [join(folder, "original.db"), join(folder, "wanted.db")];
  const target = CHANGES.reduce((schema, [old, replacement]) => {
    expect(schema).toContain(old);
    return schema.replace(old, replacement);
  }, TORTURE_SCHEMA);
  make(original, TORTURE_SCHEMA, TORTURE_ROWS);
  make(wanted, target);
  const untouched = read(original);
  const script = fileURLToPath(new URL("./rebuild-worker.mjs", import.meta.url));
  const run = (from: string, before: number) =>
    spawnSync(
      process.execPath,
      [script, JSON.stringify({ from, to: wanted, before, renames: [], allowLoss: [] })],
      {
        encoding: "utf8",
      },
    );

  const whole = join(folder, "whole.db");
  copyFileSync(original, whole);
  const complete = run(whole, 0);
  expect(complete.stderr).toBe("");
  const statements = Number(complete.stdout);
  expect(statements).toBeGreaterThan(20);
  expect(read(whole).rows["counted"]).toEqual([
    expect.stringContaining('"a"'),
    expect.stringContaining('"b"'),
  ]);

  for (let before = 1; before <= statements; before++) {
    const killed = join(folder, `killed-${before}.db`);
    copyFileSync(original, killed);
    expect(run(killed, before).signal).toBe("SIGKILL");
    expect(read(killed)).toEqual(untouched);
  }
}, 240_000);
