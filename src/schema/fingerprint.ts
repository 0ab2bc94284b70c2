import { createHash } from "node:crypto";
import { canonicalJson, type PlainObject } from "./canonical.js";
import { type Comparables, comparablesBy, sortedByJson } from "./comparable.js";
import type { DatabaseModel, Grant } from "./model.js";
import type { ModelRules } from "./rules.js";
import type { Table } from "./table.js";
import { signatureOf } from "./type.js";
import type { View } from "./view.js";

/**
 * A hash (SHA-256, hex) of all that counts in a model. Two models have the same fingerprint when the
 * comparison finds no difference between them; the order of columns is left out, as it is there.
 */
export function fingerprint(model: DatabaseModel, rules: ModelRules): string {
  const hash = createHash("sha256");
  for (const line of factsOf(model, rules).sort()) hash.update(`${line}\n`);
  return hash.digest("hex");
}

/** One line for every object and every part of one. */
function factsOf(model: DatabaseModel, rules: ModelRules): string[] {
  const comparable = comparablesBy(rules);
  const facts = [`model ${model.version} ${model.engine}`];
  const add = (kind: string, item: Labelled, form: PlainObject, name = item.name) =>
    facts.push(
      `${kind} ${JSON.stringify([item.schema ?? "", name])} ${canonicalJson({ ...form, ...labelsOf(item) })}`,
    );

  for (const item of model.schemas) add("schema", item, {});
  for (const item of model.extensions) add("extension", item, comparable.extension(item));
  for (const item of model.types) add("type", item, comparable.type(item));
  for (const item of model.sequences) add("sequence", item, comparable.sequence(item));
  for (const item of model.routines) add("routine", item, comparable.routine(item), signatureOf(item));
  for (const item of model.others) add("other", item, comparable.other(item));
  for (const table of model.tables) {
    add("table", table, comparable.table(table));
    facts.push(...partFacts(table, comparable));
    const path = pathOf(table);
    for (const column of table.columns)
      facts.push(partFact("column", path, column, comparable.column(column)));
    for (const policy of table.policies ?? [])
      facts.push(partFact("policy", path, policy, comparable.policy(policy)));
    for (const constraint of table.constraints) {
      const name = constraint.name === undefined ? "" : rules.nameKey(constraint.name);
      facts.push(partFact("constraint", path, { ...constraint, name }, comparable.constraint(constraint)));
    }
  }
  for (const view of model.views) {
    add("view", view, {
      ...comparable.view(view),
      columnComments: view.columns?.map(({ comment }) => comment ?? ""),
    });
    facts.push(...partFacts(view, comparable));
  }
  return facts;
}

function partFacts(owner: Table | View, comparable: Comparables): readonly string[] {
  const path = pathOf(owner);
  return [
    ...owner.indexes.map((index) => partFact("index", path, index, comparable.index(index))),
    ...owner.triggers.map((trigger) => partFact("trigger", path, trigger, comparable.trigger(trigger))),
  ];
}

function partFact(kind: string, path: string, part: Labelled, form: PlainObject): string {
  return `${kind} ${path} ${JSON.stringify(part.name)} ${canonicalJson({ ...form, ...labelsOf(part) })}`;
}

function pathOf(owner: Table | View): string {
  return JSON.stringify([owner.schema, owner.name]);
}

interface Labelled {
  readonly schema?: string;
  readonly name: string;
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

function labelsOf({ comment, grants }: Labelled): PlainObject {
  return { comment, grants: grants && sortedByJson(grants.map((grant) => ({ ...grant }))) };
}
