import { describe, expect, test } from "vitest";
import { FOREIGN_TOOLS, type ForeignHistory } from "../../../src/adopt/tools/index.js";
import type { Row } from "../../../src/connection/index.js";

function read(
  tool: string,
  rows: readonly Row[],
  companions: Readonly<Record<string, Row[]>> = {},
): ForeignHistory {
  const found = FOREIGN_TOOLS.find(({ name }) => name === tool);
  if (found === undefined) throw new Error(`${tool} is known`);
  return found.read(rows, (table) => companions[table] ?? []);
}

function idsOf({ entries }: ForeignHistory): string[] {
  return entries.map(({ id, state }) => `${id} ${state}`);
}

describe("tables of other tools", () => {
  test("golang-migrate before its first migration is at -1, which is none", () => {
    expect(read("golang-migrate", [{ version: -1, dirty: false }]).entries).toEqual([]);
    expect(read("golang-migrate", []).isLevel).toBe(true);
    expect(idsOf(read("golang-migrate", [{ version: 20240101120000n, dirty: "true" }]))).toEqual([
      "20240101120000 failed",
    ]);
  });

  test("goose counts the last row of each version, and its version 0 not at all", () => {
    const rows = [
      { id: 4, version_id: 2, is_applied: false, tstamp: null },
      { id: 1, version_id: 0, is_applied: true, tstamp: null },
      { id: 2, version_id: 1, is_applied: true, tstamp: null },
      { id: 3, version_id: 2, is_applied: true, tstamp: null },
      { id: 5, version_id: 3, is_applied: 1, tstamp: null },
    ];
    expect(idsOf(read("goose", rows))).toEqual(["1 applied", "3 applied"]);
  });

  test("Flyway: what was undone does not count, a baseline is no migration, a repeatable counts once", () => {
    const row = (
      rank: number,
      version: string | null,
      type: string,
      script: string,
      success = true,
    ): Row => ({
      installed_rank: rank,
      version,
      description: "x",
      type,
      script,
      checksum: rank,
      installed_by: "ann",
      installed_on: "2024-01-31 12:00:00",
      execution_time: 5,
      success,
    });
    const history = read("flyway", [
      row(0, null, "SCHEMA", '"public"'),
      row(1, "1", "BASELINE", "<< Flyway Baseline >>"),
      row(2, "2", "SQL", "V2__a.sql"),
      row(3, "3", "SQL", "V3__b.sql"),
      row(4, "3", "UNDO_SQL", "U3__b.sql"),
      row(5, null, "SQL", "R__v.sql"),
      row(6, null, "SQL", "R__v.sql"),
      row(7, "4", "SQL", "V4__c.sql", false),
    ]);
    expect(history.baselineId).toBe("1");
    expect(idsOf(history)).toEqual(["2 applied", "R__v.sql applied", "4 failed"]);
    expect(history.entries[1]?.checksum).toBe("6");
  });

  test("Prisma: what was marked as rolled back does not count, what was not finished failed", () => {
    const row = (name: string, finished: string | null, rolledBack: string | null): Row => ({
      migration_name: name,
      checksum: "x",
      finished_at: finished,
      rolled_back_at: rolledBack,
    });
    const rows = [row("2_b", null, null), row("1_a", "2024-01-31", null), row("3_c", null, "2024-01-31")];
    expect(idsOf(read("prisma", rows))).toEqual(["1_a applied", "2_b failed"]);
  });

  test("sqlx tells nanoseconds, and -1 for a migration that did not finish", () => {
    const row = (version: number, success: boolean, time: number): Row => ({
      version,
      description: "x",
      installed_on: "2024-01-31 12:00:00",
      success,
      checksum: new Uint8Array([0xab, 1]),
      execution_time: time,
    });
    const { entries } = read("sqlx", [row(2, false, -1), row(1, true, 4_200_000)]);
    expect(entries).toMatchObject([
      { id: "1", state: "applied", durationMs: 4, checksum: "ab01" },
      { id: "2", state: "failed", durationMs: null },
    ]);
  });

  test("Liquibase: names in capitals, a change that failed, a lock that is held", () => {
    const row = (id: string, order: number, exectype: string): Row => ({
      ID: id,
      AUTHOR: "ann",
      FILENAME: "log.xml",
      DATEEXECUTED: "2024-01-31",
      ORDEREXECUTED: order,
      EXECTYPE: exectype,
      DESCRIPTION: null,
    });
    const history = read("liquibase", [row("b", 2, "FAILED"), row("a", 1, "EXECUTED")], {
      databasechangeloglock: [{ ID: 1, LOCKED: 1 }],
    });
    expect(idsOf(history)).toEqual(["log.xml::a::ann applied", "log.xml::b::ann failed"]);
    expect(history.troubles?.length).toBe(1);
  });

  test("ids that are numbers are ordered as such, whatever their length", () => {
    const rows = ["10", "9", "20240101120000", "1"].map((version) => ({ version }));
    expect(read("dbmate", rows).entries.map(({ id }) => id)).toEqual(["1", "9", "10", "20240101120000"]);
  });

  test("every tool is known by a name of its own", () => {
    const names = FOREIGN_TOOLS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBe(21);
  });
});
