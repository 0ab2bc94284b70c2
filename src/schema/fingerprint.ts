import { createHash } from "node:crypto";
import { canonicalJson, type PlainObject } from "./canonical.js";
import { comparablesBy, sortedByJson } from "./comparable.js";
import type { DatabaseModel, Grant } from "./model.js";
import type { ModelRules } from "./rules.js";
import type { Table } from "./table.js";
import type { View } from "./view.js";

/**
 * A hash (SHA-256, hex) of all that counts in a model. Two models have the same fingerprint when the comparison
 * finds no difference between them; the order of columns is left out, as it is there.
 */
export function fingerprint(model: DatabaseModel, rules: ModelRules): string {
  return createHash("sha256")
    .update(canonicalJson(fingerprintForm(model, rules)))
    .digest("hex");
}

function fingerprintForm(model: DatabaseModel, rules: ModelRules): PlainObject {
  const comparable = comparablesBy(rules);
  const labelled = (item: Labelled, form: PlainObject) => ({ ...label(item), ...form });

  const parts = (item: Table | View) => ({
    indexes: sortedByJson(item.indexes.map((index) => labelled(index, comparable.index(index)))),
    triggers: sortedByJson(item.triggers.map((trigger) => labelled(trigger, comparable.trigger(trigger)))),
  });

  return {
    version: model.version,
    engine: model.engine,
    schemas: sortedByJson(model.schemas.map((item) => label(item))),
    extensions: sortedByJson(model.extensions.map((item) => labelled(item, comparable.extension(item)))),
    types: sortedByJson(model.types.map((item) => labelled(item, comparable.type(item)))),
    sequences: sortedByJson(model.sequences.map((item) => labelled(item, comparable.sequence(item)))),
    routines: sortedByJson(
      model.routines.map((item) => ({
        arguments: item.arguments,
        ...labelled(item, comparable.routine(item)),
      })),
    ),
    tables: sortedByJson(
      model.tables.map((table) => ({
        ...labelled(table, comparable.table(table)),
        ...parts(table),
        columns: sortedByJson(table.columns.map((column) => labelled(column, comparable.column(column)))),
        constraints: sortedByJson(
          table.constraints.map((constraint) => ({
            name: constraint.name === undefined ? undefined : rules.nameKey(constraint.name),
            comment: constraint.comment,
            ...comparable.constraint(constraint),
          })),
        ),
        policies: sortedByJson(
          (table.policies ?? []).map((policy) => labelled(policy, comparable.policy(policy))),
        ),
      })),
    ),
    views: sortedByJson(
      model.views.map((view) => ({
        ...labelled(view, comparable.view(view)),
        ...parts(view),
        columnComments: view.columns?.map((column) => column.comment ?? ""),
      })),
    ),
    others: sortedByJson(model.others.map((item) => labelled(item, comparable.other(item)))),
  };
}

interface Labelled {
  readonly schema?: string;
  readonly name: string;
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

function label({ schema, name, comment, grants }: Labelled): PlainObject {
  return { schema, name, comment, grants: grants && sortedByJson(grants.map((grant) => ({ ...grant }))) };
}
