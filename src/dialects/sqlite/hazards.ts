import { type Change, type Hazard, hazardsOf } from "../../schema/index.js";
import { contentOf } from "./change-virtual-table.js";
import type { TableWork } from "./table-work.js";
import { affinityOf } from "./types.js";

/** The risks of changes on SQLite: those of any engine, and what types and rebuilds do here. */
export function sqliteHazards(changes: readonly Change[], works: readonly TableWork[]): readonly Hazard[] {
  const hazards = changes.flatMap((change) => [
    ...hazardsOf(change).filter((hazard) => hazard.kind !== "loses-data" || !isOnlyAnIndex(change)),
    ...typeHazards(change),
  ]);
  for (const { after, method, changes: own } of works) {
    const object = { kind: "table", schema: after.schema, name: after.name } as const;
    const dropsInPlace = method.kind === "in place" && own.some((change) => change.kind === "drop-column");
    if (method.kind === "in place" && !dropsInPlace) continue;
    hazards.push({
      kind: "rewrites-table",
      object,
      description: `Every row of ${after.name} is written anew.`,
    });
    hazards.push({
      kind: "blocks-writes",
      object,
      description: `Nobody else can write to the database while ${after.name} is written anew.`,
    });
  }
  return hazards;
}

/** An FTS table over another table holds nothing that could not be built again. */
function isOnlyAnIndex(change: Change): boolean {
  const virtual = change.kind === "drop-table" ? change.from.virtual : undefined;
  return virtual !== undefined && contentOf(virtual) === "external";
}

function typeHazards(change: Change): readonly Hazard[] {
  const { object } = change;
  if (change.kind === "change-table" && change.differences.includes("strict") && change.to.strict === true)
    return [
      {
        kind: "can-fail",
        object,
        description: `${object.name} becomes STRICT and takes only values of its columns' types.`,
      },
    ];
  if (change.kind !== "change-column" || !change.differences.includes("type")) return [];
  const { from, to } = change;
  if (affinityOf(from.type) === affinityOf(to.type)) return [];
  const name = `${object.table ?? ""}.${object.name}`;
  return [
    {
      kind: "can-fail",
      object,
      description: `Values of ${name} are converted from ${from.type || "no type"} to ${to.type || "no type"}; refused where a value would not come out the same.`,
    },
  ];
}
