import { describe, expect, it } from "vitest";
import {
  cannotRunInTransaction,
  readAddedEnumValue,
  readConcurrentIndex,
  type SqlSyntax,
} from "../../../src/sql/index.js";

const what = (text: string, syntax: SqlSyntax) => cannotRunInTransaction({ text }, syntax)?.what;

describe("statements that cannot run in a transaction of SQLite", () => {
  it.each([
    ["vacuum", "VACUUM"],
    ["VACUUM main INTO 'a.db'", "VACUUM"],
    ["/* a */ ATTACH DATABASE 'a' AS b", "ATTACH"],
    ["DETACH b", "DETACH"],
    ["PRAGMA Journal_Mode = WAL", "PRAGMA journal_mode"],
    ["PRAGMA main.journal_mode(delete)", "PRAGMA journal_mode"],
    ["PRAGMA synchronous = off", "PRAGMA synchronous"],
    ["PRAGMA wal_checkpoint", "PRAGMA wal_checkpoint"],
    ["PRAGMA rekey = 'x'", "PRAGMA rekey"],
  ])("%s", (text, expected) => {
    expect(what(text, "sqlite")).toBe(expected);
  });

  it.each([
    "PRAGMA journal_mode",
    "PRAGMA foreign_keys = off",
    "PRAGMA user_version = 1",
    "ANALYZE",
    "REINDEX",
    "COMMIT",
  ])("are not: %s", (text) => {
    expect(what(text, "sqlite")).toBeUndefined();
  });
});

describe("statements that cannot run in a transaction of PostgreSQL", () => {
  // What the engine can say for itself is compared with it in postgres-engine.test.ts.
  it.each([
    ["DROP SUBSCRIPTION a", "DROP SUBSCRIPTION"],
    ["ALTER SUBSCRIPTION a REFRESH PUBLICATION", "ALTER SUBSCRIPTION … REFRESH PUBLICATION"],
    ["ALTER SUBSCRIPTION a ADD PUBLICATION b, c", "ALTER SUBSCRIPTION … ADD PUBLICATION"],
    ["ALTER SUBSCRIPTION a SET (binary = true, failover = true)", "ALTER SUBSCRIPTION … SET (failover)"],
    ["REINDEX (VERBOSE, CONCURRENTLY on) INDEX i", "REINDEX INDEX CONCURRENTLY"],
  ])("%s", (text, expected) => {
    expect(what(text, "postgres")).toBe(expected);
  });

  it.each([
    "ALTER SUBSCRIPTION a SET PUBLICATION b WITH (copy_data, refresh = false)",
    "ALTER SUBSCRIPTION a DISABLE",
    "ALTER SUBSCRIPTION a SET (binary = true)",
    "CREATE SUBSCRIPTION a CONNECTION 'c' PUBLICATION p WITH (connect = 'off')",
    "ALTER TYPE mood ADD VALUE 'b'",
    "CREATE TABLE vacuum (a int)",
    "COMMENT ON INDEX i IS 'CREATE INDEX CONCURRENTLY'",
  ])("are not: %s", (text) => {
    expect(what(text, "postgres")).toBeUndefined();
  });
});

describe("readConcurrentIndex", () => {
  it.each([
    [
      "CREATE INDEX CONCURRENTLY I ON T (a)",
      { name: "i", table: { schema: undefined, name: "t" }, ifNotExists: false },
    ],
    [
      'create unique index /* a */ concurrently if not exists "I" on only S."T" using btree (a)',
      { name: "I", table: { schema: "s", name: "T" }, ifNotExists: true },
    ],
    [
      "CREATE INDEX CONCURRENTLY ON t (a)",
      { name: undefined, table: { schema: undefined, name: "t" }, ifNotExists: false },
    ],
    ["CREATE INDEX i ON t (a)", undefined],
    ["DROP INDEX CONCURRENTLY i", undefined],
    ["CREATE INDEX concurrently_built ON t (a)", undefined],
  ])("%s", (text, expected) => {
    expect(readConcurrentIndex({ text })).toEqual(expected);
  });
});

describe("readAddedEnumValue", () => {
  it.each([
    [
      "ALTER TYPE S.Mood ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'b'",
      { type: { schema: "s", name: "mood" }, value: "it's" },
    ],
    ["ALTER TYPE mood RENAME VALUE 'a' TO 'b'", undefined],
    ["ALTER TABLE t ADD COLUMN value int", undefined],
  ])("%s", (text, expected) => {
    expect(readAddedEnumValue({ text })).toEqual(expected);
  });
});
