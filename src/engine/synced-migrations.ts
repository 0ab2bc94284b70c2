import type { Migration, Step } from "../migrations/index.js";
import type { JournalRow } from "./journal-row.js";

/**
 * The applied versions of modules that write no migrations: their database follows their tables, and the journal alone
 * knows what was done. They are handed on like any other, so that they are counted, verified, replayed and rolled back.
 */
export function syncedMigrations(
  rows: readonly JournalRow[],
  synced: ReadonlySet<string>,
): readonly Migration[] {
  return rows
    .filter((row) => row.status === "applied" && synced.has(row.module))
    .map((row) => ({
      module: row.module,
      version: row.version,
      name: row.name,
      description: row.description ?? undefined,
      up: stepOf(row.upSql ?? []),
      down: row.downSql === null ? undefined : stepOf(row.downSql),
      checksum: row.checksum ?? "",
      transaction: "inside",
      allowLoss: [],
      dependsOn: row.dependsOn,
    }));
}

function stepOf(texts: readonly string[]): Step {
  return { kind: "sql", scripts: texts.map((text) => ({ text })) };
}
