import type { OtherObject } from "../../../schema/index.js";
import { rareTraits } from "./columns.js";
import type { Context } from "./context.js";
import type { CatalogueRows } from "./rows.js";

/** What tables and indexes can have and the model does not describe. */
export function traitsOf(rows: CatalogueRows, context: Context): readonly OtherObject[] {
  const traits: OtherObject[] = [];
  const add = (kind: string, schema: string, name: string, definition: string) => {
    traits.push({ kind, schema, name, definition });
  };

  for (const row of rows.relations) {
    if (row.tablespace !== null) add("tablespace", row.schema, row.name, row.tablespace);
    if (row.of_type !== null) add("type of table", row.schema, row.name, row.of_type);
    if (row.kind === "m" && row.method !== "heap" && row.method !== null) {
      add("access method of materialized view", row.schema, row.name, row.method);
    }
  }
  for (const row of rows.columns.special()) {
    const relation = context.relations.get(row.relation);
    if (relation === undefined || relation.kind === "f") continue;
    const name = `${relation.name}.${row.name}`;
    const { statistics_target: target, options } = rareTraits(row);
    if (target != null) add("statistics target", relation.schema, name, String(target));
    if (options != null) add("column options", relation.schema, name, options.join(", "));
    if (row.default !== null && relation.kind === "v")
      add("default of view", relation.schema, name, row.default);
  }
  for (const row of rows.indexes.special()) {
    const relation = context.relations.get(row.relation);
    if (relation === undefined) continue;
    if (row.tablespace !== null) add("tablespace", relation.schema, row.name, row.tablespace);
    if (row.clustered) add("cluster order", relation.schema, relation.name, row.name);
  }
  for (const row of rows.indexParts) {
    const relation = context.relations.get(row.relation);
    if (relation === undefined || row.statistics_target === null) continue;
    const index = rows.indexes.of(row.relation).find(({ oid }) => oid === row.index);
    add("statistics target", relation.schema, `${index?.name}.${row.number}`, String(row.statistics_target));
  }
  return traits;
}
