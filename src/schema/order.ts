import type { Change } from "./change.js";
import { isOwnership } from "./compare-sequence.js";
import { appendTo } from "./matching.js";
import type { DatabaseModel } from "./model.js";
import { objectGraph } from "./object-graph.js";
import { orderBuilds } from "./order-builds.js";
import { orderDrops } from "./order-drops.js";
import type { ModelRules } from "./rules.js";

export interface OrderOptions {
  readonly rules: ModelRules;
  /** Whether a foreign key to a table that is not there yet is cut out of CREATE TABLE. */
  readonly circularKeys: "cut" | "inline";
}

/**
 * Puts changes into an order in which they can be made: first everything that stands in the way is taken down
 * (what depends on something goes before it), then everything is built (what is needed comes before what
 * needs it), keys between tables and triggers after all tables, and at last what nobody needs any more is
 * dropped.
 */
export function orderChanges(
  changes: readonly Change[],
  from: DatabaseModel,
  to: DatabaseModel,
  options: OrderOptions,
): readonly Change[] {
  const { rules } = options;
  const dropped = orderDrops(changes, objectGraph(from, rules), options);
  const built = orderBuilds(changes, objectGraph(to, rules), options);
  const byPhase = new Map<string, Change[]>();
  for (const change of [...dropped.changes, ...built])
    appendTo(byPhase, phaseOf(change, dropped.early), change);
  return PHASES.flatMap((phase) => byPhase.get(phase) ?? []);
}

const PHASES = [
  "give up sequences",
  "drop policies and triggers",
  "drop views",
  "drop foreign keys",
  "drop indexes",
  "drop constraints",
  "drop tables",
  "drop columns",
  "schemas and extensions",
  "build",
  "own sequences",
  "add foreign keys",
  "triggers and policies",
  "drop what is left over",
  "drop schemas and extensions",
  "labels",
] as const;
type Phase = (typeof PHASES)[number];

/** `early` are the routines that must go before the tables and views that they depend on. */
function phaseOf(change: Change, early: ReadonlySet<Change>): Phase {
  switch (change.kind) {
    case "drop-policy":
    case "drop-trigger":
      return "drop policies and triggers";
    case "drop-view":
      return "drop views";
    case "drop-index":
      return "drop indexes";
    case "drop-constraint":
      return change.from.kind === "foreign-key" ? "drop foreign keys" : "drop constraints";
    case "drop-table":
      return "drop tables";
    case "drop-column":
      return "drop columns";
    case "create-schema":
    case "create-extension":
    case "change-extension":
      return "schemas and extensions";
    case "add-constraint":
    case "change-constraint":
    case "rename-constraint":
      return change.to.kind === "foreign-key" ? "add foreign keys" : "build";
    case "change-sequence": {
      const ownership = isOwnership(change);
      if (ownership === undefined) return "build";
      return ownership === "given" ? "own sequences" : "give up sequences";
    }
    case "create-trigger":
    case "change-trigger":
    case "create-policy":
    case "change-policy":
      return "triggers and policies";
    case "drop-routine":
      return early.has(change) ? "drop views" : "drop what is left over";
    case "drop-sequence":
    case "drop-type":
      return "drop what is left over";
    case "drop-extension":
    case "drop-schema":
      return "drop schemas and extensions";
    case "change-comment":
    case "change-grants":
      return "labels";
    default:
      return "build";
  }
}
