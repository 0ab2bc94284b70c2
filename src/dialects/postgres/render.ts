import type { Comparison } from "../../schema/index.js";
import type { PlannedStatement } from "../schema-dialect.js";
import { build } from "./change/build.js";
import { ChangeWork, type RenderOptions } from "./change/change-work.js";
import { finish } from "./change/finish.js";
import { type Kept, keepRights } from "./change/keep-rights.js";
import { partKey, routineName } from "./change/model-index.js";
import { renameObjects, renameParts } from "./change/rename.js";
import { takeDown } from "./change/take-down.js";

export interface Rendered {
  readonly statements: readonly PlannedStatement[];
  readonly transaction: "inside" | "outside";
  readonly work: ChangeWork;
}

/** Turns changes into statements, in an order in which PostgreSQL can make them. */
export function renderChanges(comparison: Comparison, options: RenderOptions = {}): Rendered {
  const work = new ChangeWork(comparison, options);
  renameObjects(work);
  const start = work.statements.length;
  takeDown(work);
  renameParts(work);
  const middle = work.statements.length;
  finish(work, build(work));
  withUncheckedBodies(work, middle);
  withRights(work, start);
  return { statements: work.statements, transaction: work.isOutside ? "outside" : "inside", work };
}

/**
 * The body of a routine may name what is made later. PostgreSQL reads it only when it runs, if told so:
 * https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-CHECK-FUNCTION-BODIES
 */
function withUncheckedBodies(work: ChangeWork, position: number): void {
  const isRead = work.statements.some(
    ({ text }) =>
      /^CREATE OR REPLACE (?:FUNCTION|PROCEDURE) /.test(text) && !/\n LANGUAGE (?:internal|c)\b/i.test(text),
  );
  if (!isRead) return;
  const set = work.isOutside ? "SET" : "SET LOCAL";
  work.statements.splice(position, 0, { text: `${set} check_function_bodies = off`, changes: [] });
  work.statements.push({ text: "RESET check_function_bodies", changes: [] });
}

/** What is put back as another object gets its owner and rights back. */
function withRights(work: ChangeWork, position: number): void {
  const kept = keptObjects(work);
  if (kept.length === 0) return;
  const { before, after } = keepRights(kept, { inTransaction: !work.isOutside });
  work.statements.splice(position, 0, ...before.map((text) => ({ text, changes: [] })));
  work.statements.push({ text: after, changes: [] });
}

function keptObjects(work: ChangeWork): readonly Kept[] {
  const { aside, after } = work;
  const kept: Kept[] = [];
  for (const { item } of aside.views.values()) {
    const { schema, name } = item;
    if (after.view(item) !== undefined) {
      kept.push({ kind: "relation", schema, name, detail: "" });
    }
  }
  for (const { item } of aside.routines.values()) {
    if (after.routine(routineName(item)) === undefined) continue;
    const { schema, name } = item;
    kept.push({
      kind: "routine",
      schema,
      name,
      detail: item.arguments,
    });
  }
  for (const { item } of aside.rebuilt.values()) {
    const { schema, name } = item;
    if (after.type(item) !== undefined) kept.push({ kind: "type", schema, name, detail: "" });
  }
  for (const { item, owner } of aside.remade.values()) {
    const isKept = after.table(owner)?.columns.some((column) => column.name === item.name) === true;
    if (isKept && aside.remade.has(partKey(owner, item.name))) {
      kept.push({ kind: "column", ...owner, detail: item.name });
    }
  }
  return kept;
}
