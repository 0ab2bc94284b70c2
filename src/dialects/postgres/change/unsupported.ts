import { TenonError } from "../../../errors.js";
import { formatAddress, type ObjectAddress, type OtherObject } from "../../../schema/index.js";
import type { ModelIndex } from "./model-index.js";

/** Refuses a change that cannot be made rightly: what, why, and what a person can do. */
export function refuseUnsupported(object: ObjectAddress, reason: string, hint: string): never {
  throw new TenonError("CHANGE_UNSUPPORTED", `${formatAddress(object)} cannot be changed: ${reason}.`, {
    where: { object: formatAddress(object) },
    hint,
    details: { object },
  });
}

/**
 * Refuses to take away what an object of a kind that is not modelled stands on: the engine would drop it, or refuse, and
 * nothing could put it back.
 */
export function otherInTheWay(
  other: OtherObject,
  how: "type" | "drop" | "remake" | "drop table",
  after: ModelIndex,
): void {
  const isWanted = after.other(other.kind, other) !== undefined;
  // Statistics follow a column to its new type; what belongs to a table or column goes with it.
  if (other.kind === "statistics" && (how === "type" || !isWanted)) return;
  if (how === "drop table" && (GOES_WITH_TABLE.has(other.kind) || !isWanted)) return;
  if (other.kind === "publication" && how !== "drop table") return;
  const { kind, schema, name } = other;
  refuseUnsupported(
    { kind: "other", schema, name },
    `the ${kind} ${name} needs something that is to be changed, and Tenon does not model such objects`,
    `Drop the ${kind} before, and create it again after, in migrations of your own.`,
  );
}

const GOES_WITH_TABLE: ReadonlySet<string> = new Set(["rule", "publication"]);
