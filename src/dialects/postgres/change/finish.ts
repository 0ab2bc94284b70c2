import type { Change, ObjectAddress, Table } from "../../../schema/index.js";
import { qualified, quote } from "../names.js";
import { rowSecurity } from "./alter-table.js";
import { oldTypeName } from "./build.js";
import { addConstraint, type OpenParts } from "./build-tables.js";
import type { ChangeWork } from "./change-work.js";
import { nameKey, partKey } from "./model-index.js";
import { labelsOf } from "./object-labels.js";
import { finishRenamedSequences } from "./rename.js";
import { alterPolicy, createPolicy, enableTrigger } from "./statements/create-policy.js";
import { dropType } from "./statements/create-type.js";
import { comment, grantChanges } from "./statements/labels.js";
import { ownerOf } from "./take-down.js";

/** Adds what ties finished objects together, drops what nobody needs any more, and labels. */
export function finish(work: ChangeWork, open: OpenParts): void {
  for (const { table, key, changes } of open.foreignKeys) addConstraint(work, table, key, changes);
  createTriggers(work);
  createPolicies(work);
  for (const change of work.of("create-table")) {
    for (const text of rowSecurity({ rowSecurity: undefined }, change.to)) work.add(text, [change]);
  }
  dropLeftOvers(work);
  label(work);
}

function createTriggers(work: ChangeWork): void {
  const done = new Set<string>();
  const create = (
    owner: { schema: string; name: string },
    trigger: Table["triggers"][number],
    changes: Iterable<Change>,
  ) => {
    const key = partKey(owner, trigger.name);
    if (done.has(key)) return;
    done.add(key);
    work.add(trigger.definition, changes);
    if (trigger.enabled !== undefined) work.add(enableTrigger(trigger, owner), changes);
    const object: ObjectAddress = {
      kind: "trigger",
      schema: owner.schema,
      table: owner.name,
      name: trigger.name,
    };
    labelsOf(work, object, trigger, changes);
  };
  for (const change of work.of("create-trigger")) create(ownerOf(change), change.to, [change]);
  for (const change of work.of("change-trigger")) {
    const owner = ownerOf(change);
    const aside = work.aside.triggers.get(partKey(owner, change.to.name));
    if (aside !== undefined || work.aside.views.has(nameKey(owner))) create(owner, change.to, [change]);
    else work.add(enableTrigger(change.to, owner), [change]);
  }
  for (const [key, { item, owner, changes }] of work.aside.triggers) {
    const successor = (work.after.table(owner) ?? work.after.view(owner))?.triggers.find(
      (trigger) => trigger.name === item.name,
    );
    if (successor !== undefined && !done.has(key)) create(owner, successor, changes);
  }
  for (const { item, changes } of work.aside.views.values()) {
    for (const trigger of work.after.view(item)?.triggers ?? []) create(item, trigger, changes);
  }
}

function createPolicies(work: ChangeWork): void {
  const done = new Set<string>();
  const create = (
    owner: { schema: string; name: string },
    policy: NonNullable<Table["policies"]>[number],
    changes: Iterable<Change>,
  ) => {
    const key = partKey(owner, policy.name);
    if (done.has(key)) return;
    done.add(key);
    work.add(createPolicy(policy, owner), changes);
    const object: ObjectAddress = {
      kind: "policy",
      schema: owner.schema,
      table: owner.name,
      name: policy.name,
    };
    labelsOf(work, object, policy, changes);
  };
  for (const change of work.of("create-policy")) create(ownerOf(change), change.to, [change]);
  for (const change of work.of("change-policy")) {
    const owner = ownerOf(change);
    const altered = work.aside.policies.has(partKey(owner, change.to.name))
      ? undefined
      : alterPolicy(change.from, change.to, owner);
    if (altered === undefined) create(owner, change.to, [change]);
    else work.add(altered, [change]);
  }
  for (const { item, owner, changes } of work.aside.policies.values()) {
    const successor = work.after.table(owner)?.policies?.find((policy) => policy.name === item.name);
    if (successor !== undefined) create(owner, successor, changes);
  }
}

function dropLeftOvers(work: ChangeWork): void {
  finishRenamedSequences(work);
  for (const change of work.of("drop-sequence"))
    work.add(`DROP SEQUENCE ${qualified(change.from)}`, [change]);
  // A type over another stands behind it in the list, so the list is gone through backwards.
  for (const { item, changes } of [...work.aside.rebuilt.values()].reverse()) {
    work.add(dropType({ ...item, name: oldTypeName(item.name) }), changes);
  }
  for (const change of work.of("drop-type")) work.add(dropType(change.from), [change]);
  for (const change of work.of("drop-extension"))
    work.add(`DROP EXTENSION ${quote(change.from.name)}`, [change]);
  for (const change of work.of("drop-schema")) work.add(`DROP SCHEMA ${quote(change.from.name)}`, [change]);
}

function label(work: ChangeWork): void {
  const models = [work.comparison.to];
  for (const change of work.of("change-comment"))
    work.add(comment(change.object, change.to, models), [change]);
  for (const change of work.of("change-grants")) {
    for (const text of grantChanges(change.object, change.from, change.to, models)) work.add(text, [change]);
  }
}
