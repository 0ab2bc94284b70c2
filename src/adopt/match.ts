import { readFileSync } from "node:fs";
import { messageOf, TenonError } from "../errors.js";
import { compareVersions, type Migration } from "../migrations/index.js";
import { isUnchanged } from "./foreign-checksum.js";
import { isCalled, type KnownMigration, knownMigration } from "./known-migration.js";
import type { ForeignEntry, ForeignHistory } from "./tools/index.js";

/** How a migration stands in another tool's table and in its folder. */
export type AdoptionState =
  /** In both. */
  | "applied"
  /** In the folder alone. */
  | "pending"
  /** In the table alone. */
  | "missing"
  /** In both, and the file is no longer what was applied. */
  | "changed"
  /** Begun there and not finished. */
  | "failed";

/** One migration that is matched. */
export interface Matched {
  readonly state: AdoptionState;
  /** As that tool knows it. */
  readonly id: string;
  /** Undefined for one that is missing. */
  readonly migration: Migration | undefined;
  /** Undefined for one that is pending, or that the table tells only by a later one. */
  readonly entry: ForeignEntry | undefined;
  /** Why it is in this state, where that is not plain. */
  readonly reason?: string | undefined;
}

/** Puts what another tool's table says beside the migrations of a folder: what it applied first, then what is pending. */
export function matchHistory(
  tool: string,
  history: ForeignHistory,
  migrations: readonly Migration[],
): readonly Matched[] {
  const known = migrations.map(knownMigration);
  if (history.isLevel === true) return matchLevel(history.entries, known);
  const left = new Set(known);
  const matched = history.entries.map((entry) => {
    const found = known.find((each) => left.has(each) && isOf(each, entry));
    if (found !== undefined) left.delete(found);
    return matchOne(tool, entry, found);
  });
  const before = [...left].filter((each) => isBelow(each, history.baselineId));
  const pending = [...left].filter((each) => !before.includes(each));
  return [
    ...before.map((each) => ({
      ...matchedOf(each, "applied"),
      reason: `below the baseline ${history.baselineId}`,
    })),
    ...matched,
    ...pending.map((each) => matchedOf(each, "pending")),
  ];
}

/** The table tells the last one alone: everything before it in that tool's order is applied. */
function matchLevel(entries: readonly ForeignEntry[], known: readonly KnownMigration[]): readonly Matched[] {
  const [level] = entries;
  if (level === undefined) return known.map((each) => matchedOf(each, "pending"));
  const at = known.findIndex((each) => isCalled(each, level.id));
  if (at < 0) {
    const missing: Matched = { state: "missing", id: level.id, migration: undefined, entry: level };
    return [missing, ...known.map((each) => matchedOf(each, "pending"))];
  }
  return known.map((each, index): Matched => {
    if (index > at) return matchedOf(each, "pending");
    if (index < at) return matchedOf(each, "applied");
    return { ...matchedOf(each, level.state), entry: level, reason: level.why };
  });
}

function matchOne(tool: string, entry: ForeignEntry, found: KnownMigration | undefined): Matched {
  const id = entry.id;
  if (entry.state === "failed") {
    return { state: "failed", id, migration: found?.migration, entry, reason: entry.why };
  }
  if (found === undefined) return { state: "missing", id, migration: undefined, entry };
  const isSame =
    entry.checksum === null || found.path === undefined
      ? undefined
      : isUnchanged(tool, entry.checksum, readBytes(found.path));
  const state = isSame === false ? "changed" : "applied";
  return { state, id, migration: found.migration, entry };
}

function matchedOf(known: KnownMigration, state: AdoptionState): Matched {
  return { state, id: idOf(known), migration: known.migration, entry: undefined };
}

/** Drizzle knows a migration by its time alone; all others by an id. */
function isOf(known: KnownMigration, entry: ForeignEntry): boolean {
  if (entry.when !== undefined && known.when !== undefined) return known.when === entry.when;
  return isCalled(known, entry.id);
}

function idOf({ ids, migration }: KnownMigration): string {
  return ids[0] ?? migration.version;
}

function isBelow(known: KnownMigration, baselineId: string | undefined): boolean {
  const id = idOf(known);
  const isNumbered = (text: string) => /^\d+(\.\d+)*$/.test(text);
  return (
    baselineId !== undefined &&
    isNumbered(id) &&
    isNumbered(baselineId) &&
    compareVersions(id, baselineId) <= 0
  );
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new TenonError("FILE_FAILED", `${path} cannot be read: ${messageOf(cause)}`, {
      where: { file: path },
      hint: "Correct the rights of the file, then try again.",
      cause,
    });
  }
}
