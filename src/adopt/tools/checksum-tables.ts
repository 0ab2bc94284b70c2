// Tools whose table holds checksums of the files.
import type { Row } from "../../connection/index.js";
import { cellOf, isTrue, numberOf, sortedBy, textOf, wordOf } from "./cell.js";
import type { ForeignEntry, ForeignTool } from "./foreign-tool.js";

export const sqlx: ForeignTool = {
  name: "sqlx",
  tables: ["_sqlx_migrations"],
  columns: ["version", "success", "checksum"],
  migrations: "files",
  read: (rows) => ({
    entries: sortedBy(rows, "version").map((row): ForeignEntry => {
      const nanoseconds = numberOf(row, "execution_time");
      return {
        id: wordOf(row, "version"),
        name: textOf(row, "description"),
        state: isTrue(row, "success") ? "applied" : "failed",
        appliedAt: cellOf(row, "installed_on"),
        appliedBy: null,
        durationMs: nanoseconds === null || nanoseconds < 0 ? null : Math.round(nanoseconds / 1e6),
        checksum: textOf(row, "checksum"),
        ...(isTrue(row, "success") ? {} : { why: "the table says that it had no success" }),
      };
    }),
  }),
};

/**
 * One row for each thing that Flyway did; what was taken back has a row of its own behind it.
 * https://documentation.red-gate.com/fd/flyway-schema-history-table-273973417.html
 */
export const flyway: ForeignTool = {
  name: "flyway",
  tables: ["flyway_schema_history", "schema_version"],
  columns: ["installed_rank", "version", "script", "checksum", "success"],
  migrations: "files",
  read: (rows) => {
    const entries = new Map<string, ForeignEntry>();
    let baselineId: string | undefined;
    for (const row of sortedBy(rows, "installed_rank")) {
      const type = wordOf(row, "type").toUpperCase();
      const version = textOf(row, "version");
      const id = version ?? wordOf(row, "script");
      if (type === "SCHEMA") continue;
      if (type === "BASELINE" || type === "SQL_BASELINE") {
        baselineId = id;
        continue;
      }
      const isUndone = type.startsWith("UNDO") || type === "DELETE";
      entries.delete(id);
      if (!isUndone) entries.set(id, flywayEntry(row, id));
    }
    return { entries: [...entries.values()], baselineId };
  },
};

function flywayEntry(row: Row, id: string): ForeignEntry {
  const isDone = isTrue(row, "success");
  return {
    id,
    name: textOf(row, "description"),
    state: isDone ? "applied" : "failed",
    appliedAt: cellOf(row, "installed_on"),
    appliedBy: textOf(row, "installed_by"),
    durationMs: numberOf(row, "execution_time"),
    checksum: textOf(row, "checksum"),
    ...(isDone ? {} : { why: "the table says that it had no success" }),
  };
}

/** A migration that was marked as rolled back counts as never applied; it may have a later row of its own. */
export const prisma: ForeignTool = {
  name: "prisma",
  tables: ["_prisma_migrations"],
  columns: ["migration_name", "checksum", "finished_at", "rolled_back_at"],
  migrations: "files",
  read: (rows) => {
    const standing = rows
      .filter((row) => textOf(row, "rolled_back_at") === null)
      .sort((a, b) => (wordOf(a, "migration_name") < wordOf(b, "migration_name") ? -1 : 1));
    return {
      entries: standing.map((row): ForeignEntry => {
        const isDone = textOf(row, "finished_at") !== null;
        return {
          id: wordOf(row, "migration_name"),
          name: null,
          state: isDone ? "applied" : "failed",
          appliedAt: cellOf(row, "finished_at"),
          appliedBy: null,
          durationMs: null,
          checksum: textOf(row, "checksum"),
          ...(isDone ? {} : { why: "the table says that it was started and not finished" }),
        };
      }),
    };
  },
};

/** Drizzle knows a migration by its time; the table of version 1 has its name, too. */
export const drizzle: ForeignTool = {
  name: "drizzle",
  tables: ["__drizzle_migrations"],
  schemas: ["drizzle"],
  columns: ["hash", "created_at"],
  migrations: "files",
  read: (rows) => ({
    entries: [...rows]
      .sort((a, b) => (numberOf(a, "created_at") ?? 0) - (numberOf(b, "created_at") ?? 0))
      .map((row): ForeignEntry => {
        const when = numberOf(row, "created_at");
        return {
          id: textOf(row, "name") ?? String(when),
          name: textOf(row, "name"),
          state: "applied",
          appliedAt: cellOf(row, "applied_at") ?? when,
          appliedBy: null,
          durationMs: null,
          checksum: textOf(row, "hash"),
          when: when ?? undefined,
        };
      }),
  }),
};
