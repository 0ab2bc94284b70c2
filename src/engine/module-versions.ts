import { compareVersions, isRepeatable, type Version } from "../migrations/index.js";
import type { JournalRow } from "./journal-row.js";

/** One above every version that the module ever had, those that were rolled back too. */
export function nextVersionOf(rows: readonly JournalRow[], module: string): Version {
  const highest = highestOf(rows.filter((row) => row.module === module));
  return highest === undefined ? "1" : (BigInt(highest.split(".")[0] ?? "0") + 1n).toString();
}

/** The version at which a module is; undefined when nothing of it is applied. */
export function highestApplied(rows: readonly JournalRow[], module: string): Version | undefined {
  return highestOf(rows.filter((row) => row.module === module && row.status === "applied"));
}

function highestOf(rows: readonly JournalRow[]): Version | undefined {
  return rows
    .map((row) => row.version)
    .filter((version) => !isRepeatable(version))
    .sort(compareVersions)
    .at(-1);
}
