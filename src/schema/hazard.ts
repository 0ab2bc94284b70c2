import type { ObjectAddress } from "./address.js";
import { formatAddress } from "./address.js";
import type { Change, ChangeOf } from "./change.js";
import type { Column } from "./table.js";

/** A risk that a change brings with it. */
export interface Hazard {
  readonly kind: HazardKind;
  readonly object: ObjectAddress;
  /** A sentence for people. */
  readonly description: string;
}

export type HazardKind =
  /** Rows or values go and cannot be brought back. */
  | "loses-data"
  /** Every row is written anew: it takes time and room. */
  | "rewrites-table"
  | "blocks-writes"
  | "blocks-reads"
  /** Rows that are there may not satisfy it. */
  | "can-fail"
  /** Programs that use the old form stop working. */
  | "breaks-code";

/**
 * What a change risks on any engine. What a change of a type does to the values, what rewrites a table and
 * what blocks whom is known to the dialect, which adds it.
 */
export function hazardsOf(change: Change): readonly Hazard[] {
  const name = formatAddress(change.object);
  const hazards: Hazard[] = [];
  const add = (kind: HazardKind, description: string) =>
    hazards.push({ kind, object: change.object, description });

  switch (change.kind) {
    case "drop-table":
      if (change.from.kind === "virtual" || change.from.columns.length > 0)
        add("loses-data", `All rows of ${name} are lost.`);
      add("breaks-code", `Programs that use ${name} stop working.`);
      break;
    case "drop-column":
      if (change.from.generated === undefined) add("loses-data", `The values of ${name} are lost.`);
      add("breaks-code", `Programs that use ${name} stop working.`);
      break;
    case "drop-view":
    case "drop-routine":
    case "drop-sequence":
    case "drop-type":
    case "drop-schema":
    case "drop-extension":
      add("breaks-code", `Programs that use ${name} stop working.`);
      break;
    case "rename-table":
    case "rename-column":
      if (!change.isInterim)
        add("breaks-code", `Programs that use ${formerName(change)} must use ${change.to}.`);
      break;
    case "add-column":
      if (isRequired(change.to))
        add(
          "can-fail",
          `${name} allows no NULL and has no default, so it can only be added while the table is empty.`,
        );
      if (isRequired(change.to)) add("breaks-code", `An INSERT that leaves out ${name} fails.`);
      break;
    case "change-column":
      columnHazards(change.from, change.to, change.differences, name, add);
      break;
    case "add-constraint":
    case "change-constraint":
      add("can-fail", CAN_FAIL[change.to.kind](name));
      break;
    case "create-index":
    case "change-index":
      if (change.to.unique === true) add("can-fail", `${name} fails where rows have the same values.`);
      break;
    case "change-type":
      if (change.from.kind === "enum" && change.to.kind === "enum") {
        const kept = new Set(change.to.values);
        const removed = change.from.values.filter((value) => !kept.has(value));
        if (removed.length > 0)
          add("can-fail", `Rows may use ${removed.join(", ")}, which ${name} no longer has.`);
      }
      break;
    default:
  }
  return hazards;
}

function formerName({ object, formerly }: ChangeOf<"rename-table" | "rename-column">): string {
  return formatAddress({ ...object, name: formerly ?? object.name });
}

const CAN_FAIL = {
  "primary-key": (name: string) => `${name} fails where rows have the same key or NULL in it.`,
  unique: (name: string) => `${name} fails where rows have the same values.`,
  check: (name: string) => `${name} fails where a row does not satisfy it.`,
  "foreign-key": (name: string) => `${name} fails where a row has no parent.`,
  exclusion: (name: string) => `${name} fails where rows exclude each other.`,
} as const;

function columnHazards(
  from: Column,
  to: Column,
  differences: readonly string[],
  name: string,
  add: (kind: HazardKind, description: string) => void,
): void {
  if (differences.includes("notNull") && to.notNull === true)
    add("can-fail", `${name} fails where a row has NULL.`);
  if (differences.includes("generated") && to.generated !== undefined && from.generated === undefined)
    add("loses-data", `The values of ${name} are replaced by generated ones.`);
  if (differences.includes("collation"))
    add("can-fail", `Under the other collation, values of ${name} may count as equal.`);
}

function isRequired(column: Column): boolean {
  const fills =
    column.default !== undefined || column.generated !== undefined || column.identity !== undefined;
  return column.notNull === true && !fills;
}
