// Tools whose table holds versions and little else.
import type { Row } from "../../connection/index.js";
import { cellOf, isTrue, numberOf, sortedBy, wordOf } from "./cell.js";
import { type ForeignEntry, type ForeignTool, plainEntry } from "./foreign-tool.js";

/**
 * One row: the version at which the database is. It is written as dirty before a migration and as clean after it, so a dirty
 * one is a migration that failed: https://github.com/golang-migrate/migrate/blob/master/FAQ.md#what-does-dirty-database-mean
 */
export const golangMigrate: ForeignTool = {
  name: "golang-migrate",
  tables: ["schema_migrations"],
  columns: ["version", "dirty"],
  migrations: "files",
  read: (rows) => {
    const entries = rows
      // -1 is written before the first migration, and stands for none.
      .filter((row) => (numberOf(row, "version") ?? -1) >= 0)
      .map(
        (row): ForeignEntry => ({
          ...plainEntry(wordOf(row, "version")),
          state: isTrue(row, "dirty") ? "failed" : "applied",
          ...(isTrue(row, "dirty") ? { why: "the table says that it is dirty" } : {}),
        }),
      );
    return { entries, isLevel: true };
  },
};

export const dbmate: ForeignTool = {
  name: "dbmate",
  tables: ["schema_migrations"],
  columns: ["version"],
  lacks: ["dirty", "module", "inserted_at"],
  refuses: "ar_internal_metadata",
  migrations: "files",
  read: (rows) => ({ entries: inOrder(rows, "version") }),
};

/** The same table as dbmate's; Rails keeps another beside it. */
export const rails: ForeignTool = {
  name: "rails",
  tables: ["schema_migrations"],
  columns: ["version"],
  lacks: ["dirty", "module", "inserted_at"],
  needs: "ar_internal_metadata",
  companions: ["ar_internal_metadata"],
  migrations: "programs",
  read: (rows) => ({ entries: inOrder(rows, "version") }),
};

export const diesel: ForeignTool = {
  name: "diesel",
  tables: ["__diesel_schema_migrations"],
  columns: ["version", "run_on"],
  migrations: "files",
  read: (rows) => ({ entries: inOrder(rows, "version", "run_on") }),
};

/** A version may have several rows, written as it was applied and taken back: the last one counts. */
export const goose: ForeignTool = {
  name: "goose",
  tables: ["goose_db_version"],
  columns: ["version_id", "is_applied"],
  migrations: "files",
  read: (rows) => {
    const last = new Map<string, Row>();
    for (const row of sortedBy(rows, "id")) {
      const version = wordOf(row, "version_id");
      last.delete(version);
      if (version !== "0") last.set(version, row);
    }
    const entries = [...last]
      .filter(([, row]) => isTrue(row, "is_applied"))
      .map(([version, row]) => plainEntry(version, cellOf(row, "tstamp")));
    return { entries };
  },
};

export const sqlMigrate: ForeignTool = {
  name: "sql-migrate",
  tables: ["gorp_migrations"],
  columns: ["id", "applied_at"],
  migrations: "files",
  read: (rows) => ({ entries: inOrder(rows, "id", "applied_at") }),
};

export const pop: ForeignTool = {
  name: "pop",
  tables: ["schema_migration"],
  columns: ["version"],
  migrations: "files",
  read: (rows) => ({ entries: inOrder(rows, "version") }),
};

/** In the order of their times where the table keeps them, and of their ids where it does not or they are the same. */
function inOrder(rows: readonly Row[], id: string, time?: string): readonly ForeignEntry[] {
  return rows
    .map((row) => ({
      at: time === undefined ? "" : wordOf(row, time),
      entry: plainEntry(wordOf(row, id), time === undefined ? null : cellOf(row, time)),
    }))
    .sort((a, b) => compareTexts(a.at, b.at) || compareIds(a.entry.id, b.entry.id))
    .map(({ entry }) => entry);
}

/** Numbers without leading zeros: the longer one is the larger one. */
function compareIds(a: string, b: string): number {
  return /^\d+$/.test(a) && /^\d+$/.test(b) ? a.length - b.length || compareTexts(a, b) : compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
