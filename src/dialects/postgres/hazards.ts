import { type Change, formatAddress, type Hazard, type HazardKind, hazardsOf } from "../../schema/index.js";
import type { ChangeWork } from "./change/change-work.js";
import { convertColumn } from "./change/convert-column.js";
import { quote } from "./names.js";

/** The risks of changes on PostgreSQL: those of any engine, and what rewrites tables and holds locks here. */
export function postgresHazards(work: ChangeWork): readonly Hazard[] {
  const hazards = work.comparison.changes.flatMap((change) => [
    ...hazardsOf(change),
    ...ownHazards(change, work),
  ]);
  for (const { item, owner, changes } of work.aside.retyped.values()) {
    const [change] = changes;
    if (change === undefined) continue;
    const object = { kind: "table", schema: owner.schema, name: owner.name } as const;
    hazards.push({
      kind: "rewrites-table",
      object,
      description: `${change.object.name} is made anew, and every row of ${formatAddress(object)} with it (${item.name}); nobody can read or write the table meanwhile.`,
    });
  }
  for (const { item } of work.aside.views.values()) {
    if (item.materialized !== true || work.after.view(item) === undefined) continue;
    const object = { kind: "view", schema: item.schema, name: item.name } as const;
    hazards.push({
      kind: "blocks-reads",
      object,
      description: `The materialised view ${formatAddress(object)} is made anew and computed again.`,
    });
  }
  return hazards;
}

function ownHazards(change: Change, work: ChangeWork): readonly Hazard[] {
  const name = formatAddress(change.object);
  const table = change.object.table ?? change.object.name;
  const hazard = (kind: HazardKind, description: string): Hazard => ({
    kind,
    object: change.object,
    description,
  });
  switch (change.kind) {
    case "change-column":
      return columnHazards(change, work, hazard);
    case "add-column": {
      const { generated, default: value, identity } = change.to;
      const isComputed = generated?.storage === "stored" || identity !== undefined || isVolatile(value);
      if (!isComputed) return [];
      return [hazard("rewrites-table", `Every row of ${table} is written anew to give ${name} its value.`)];
    }
    case "create-index":
    case "change-index":
      if (work.isConcurrent({ schema: change.object.schema, name: table })) return [];
      return [hazard("blocks-writes", `Nobody can write to ${table} while ${name} is built.`)];
    case "add-constraint":
    case "change-constraint":
      return constraintHazards(change, table, hazard);
    case "change-table":
      if (!change.differences.includes("unlogged") && !change.differences.includes("accessMethod")) return [];
      return [hazard("rewrites-table", `Every row of ${name} is written anew.`)];
    case "change-type":
      return typeHazards(change, hazard);
    default:
      return [];
  }
}

type MakeHazard = (kind: HazardKind, description: string) => Hazard;

function columnHazards(
  change: Extract<Change, { kind: "change-column" }>,
  work: ChangeWork,
  hazard: MakeHazard,
): readonly Hazard[] {
  const { from, to, differences, object } = change;
  const name = formatAddress(object);
  const hazards: Hazard[] = [];
  if (differences.includes("type") && to.generated === undefined) {
    const { renamed, to: after } = work.comparison;
    const { rewrites, loses, fails } = convertColumn({
      from,
      to,
      before: renamed,
      after,
      name: quote(to.name),
    });
    if (rewrites) {
      const reason = `Every row of ${object.table} is written anew to convert ${name}; nobody can read or write it meanwhile.`;
      hazards.push(hazard("rewrites-table", reason));
    }
    if (loses !== undefined || fails !== undefined) {
      const reason = `Values of ${name} may not be ${to.type}; refused where one would not come out the same.`;
      hazards.push(hazard("can-fail", reason));
    }
    if (isClock(from.type) !== isClock(to.type)) {
      hazards.push(hazard("breaks-code", `Times in ${name} without a zone are taken as UTC.`));
    }
  }
  if (differences.includes("generated") && to.generated?.storage === "stored") {
    hazards.push(
      hazard("rewrites-table", `Every row of ${object.table} is written anew to compute ${name}.`),
    );
  }
  return hazards;
}

function isClock(type: string): boolean {
  return type.startsWith("timestamp") && type.endsWith("without time zone");
}

function constraintHazards(
  change: Extract<Change, { kind: "add-constraint" | "change-constraint" }>,
  table: string,
  hazard: MakeHazard,
): readonly Hazard[] {
  const name = formatAddress(change.object);
  switch (change.to.kind) {
    case "primary-key":
    case "unique":
    case "exclusion":
      return [hazard("blocks-writes", `Nobody can write to ${table} while the index of ${name} is built.`)];
    case "foreign-key":
      return [
        hazard(
          "blocks-writes",
          `Nobody can write to ${table} or ${change.to.references.table} until ${name} is there and the transaction ends.`,
        ),
      ];
    case "check":
      return [];
  }
}

function typeHazards(
  change: Extract<Change, { kind: "change-type" }>,
  hazard: MakeHazard,
): readonly Hazard[] {
  const { from, to } = change;
  if (from.kind !== "composite" || to.kind !== "composite") return [];
  const kept = new Set(to.attributes.map(({ name }) => name));
  const gone = from.attributes.filter(({ name }) => !kept.has(name)).map(({ name }) => name);
  if (gone.length === 0) return [];
  return [hazard("loses-data", `Values of ${formatAddress(change.object)} lose ${gone.join(", ")}.`)];
}

/** Whether each row needs its own value: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES */
function isVolatile(value: string | undefined): boolean {
  if (value === undefined) return false;
  const calls = value.match(/[\w."]+(?=\()/g) ?? [];
  return calls.some((call) => !STABLE.has(call));
}

const STABLE: ReadonlySet<string> = new Set([
  "now",
  "transaction_timestamp",
  "statement_timestamp",
  "numeric",
  "char",
]);
