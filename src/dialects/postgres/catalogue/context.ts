import { groupRows } from "./catalogue.js";
import type { ColumnRow } from "./columns.js";
import { dependenciesBy, type FoundObject } from "./dependencies.js";
import { OperatorClasses } from "./operator-classes.js";
import type { RelationRow } from "./relations.js";
import type { CatalogueRows } from "./rows.js";

/** The rows of the catalogue, ready to be looked up. */
export type Context = ReturnType<typeof contextOf>;

export function contextOf(rows: CatalogueRows) {
  const relations = new Map(rows.relations.map((row) => [row.oid, row]));
  const column = (relation: string, number: number): ColumnRow | undefined => {
    const all = rows.columns.of(relation);
    // Only dropped columns make a column's number differ from its place.
    const guess = all[number - 1];
    return guess?.number === number ? guess : all.find((row) => row.number === number);
  };
  const columnName = (relation: string, number: number) => column(relation, number)?.name;

  const types = new Map(rows.types.map((row) => [row.oid, row]));
  const routines = new Map(rows.routines.map((row) => [row.oid, row]));
  const find = (catalogue: string, oid: string, number: number): FoundObject | undefined => {
    if (catalogue === "pg_class") return foundRelation(relations.get(oid), number);
    const found = catalogue === "pg_type" ? types.get(oid) : routines.get(oid);
    if (found === undefined) return undefined;
    const { schema, name } = found;
    if (catalogue === "pg_type") return { kind: "type", schema, name };
    return { kind: "routine", schema, name: `${name}(${routines.get(oid)?.arguments ?? ""})` };
  };
  const foundRelation = (row: RelationRow | undefined, number: number): FoundObject | undefined => {
    const kind = KINDS[row?.kind ?? ""];
    if (row === undefined || kind === undefined) return undefined;
    return { kind, schema: row.schema, name: row.name, column: columnName(row.oid, number) };
  };

  return {
    rows,
    relations,
    columnName,
    parents: groupRows(rows.parents, (row) => row.child),
    triggers: groupRows(rows.triggers, (row) => row.relation),
    policies: groupRows(rows.policies, (row) => row.relation),
    /** The sequences behind the identity columns of a table. */
    identities: groupRows(
      rows.sequences.filter((row) => row.internal),
      (row) => row.owner ?? "",
    ),
    indexParts: groupRows(rows.indexParts, (row) => row.index),
    dependenciesOf: dependenciesBy(rows.dependencies, find),
    hasDependencies: rows.dependencies.length > 0,
    indexLookup: {
      column: (relation: string, number: number) => {
        const row = number === 0 ? undefined : column(relation, number);
        return row && { name: row.name, typeOid: row.type_oid, collationOid: row.collation_oid };
      },
      parts: new Map(rows.indexParts.map((row) => [`${row.index}.${row.number}`, row])),
      classes: new OperatorClasses(rows.operatorClasses),
      collations: new Map(rows.indexCollations.map((row) => [row.oid, row.name])),
    },
  };
}

const KINDS: Readonly<Record<string, FoundObject["kind"]>> = {
  r: "table",
  p: "table",
  v: "view",
  m: "view",
  S: "sequence",
  c: "type",
};
