import { adoptHistory, openContext, type RunContext, readState, utcTime } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { layoutOf } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { Adoption, AdoptionItem, AdoptionRequest } from "./adoption.js";
import { chosenModule } from "./chosen-module.js";
import { type FoundTool, readHistoryOf } from "./find-tools.js";
import { type Matched, matchHistory } from "./match.js";
import { NewFiles } from "./new-files.js";
import { convert, isKnownAlready } from "./plan-conversion.js";
import type { ForeignHistory } from "./tools/index.js";

export interface FoundHistory {
  /** All tools that have tables here. */
  readonly found: readonly FoundTool[];
  /** The one that counts. */
  readonly tool: FoundTool;
}

/** Matches the rows of another tool's table with the files of a module. */
export async function planHistory(
  request: AdoptionRequest,
  { tool: found, found: all }: FoundHistory,
): Promise<Adoption> {
  const { connection, modules, lockTimeoutMs } = request;
  const module = chosenModule(modules, request.module);
  const context = await openContext(connection, modules, request.context);
  await context.journal.settle({ isNew: true });
  const history = await readHistoryOf(connection, found);
  const migrations = context.catalogue.migrations.filter((each) => each.module === module.name);
  const matched = matchHistory(found.tool.name, history, migrations);
  const { rows, journal } = await readState(context);
  const known = new Set(rows.filter((row) => row.module === module.name).map((row) => row.version));
  const items = matched.map((each) => itemOf(each, module.name, known));
  const refusals = [...refusalsOf(request, found, matched), ...(history.troubles ?? [])];
  const applied = matched.filter((each) => each.state === "applied" || each.state === "changed");
  const conversion =
    request.convertTo === undefined ? undefined : await convert(context, migrations, request.convertTo);
  if (conversion !== undefined && known.size > 0) throw isKnownAlready(module.name);
  const newFiles = new NewFiles(conversion?.files ?? []);
  const isDone =
    conversion === undefined &&
    journal === "current" &&
    applied.every(({ migration }) => known.has(migration?.version ?? ""));
  return {
    kind: "history",
    from: found.tool.name,
    table: addressOf(found),
    journal: context.journal.address.table,
    items,
    files: conversion?.files ?? [],
    notes: [...(conversion?.notes ?? []), ...layoutNotes(module, found), ...notesOf(context, found, matched)],
    refusals,
    isDone,
    run: async () => {
      refuse(refusals);
      const toAdopt = applied.flatMap(({ migration, entry }) =>
        migration === undefined
          ? []
          : [
              {
                migration: conversion?.converted.get(migration) ?? migration,
                appliedAt: timeOf(entry?.appliedAt),
                appliedBy: entry?.appliedBy ?? null,
                durationMs: entry?.durationMs ?? null,
              },
            ],
      );
      const part = {
        module: module.name,
        from: found.tool.name,
        tables: tablesOf(all),
        applied: toAdopt,
        check: async () => {
          await refuseChangedHistory(request, found, history);
          newFiles.write();
        },
      };
      return newFiles.unlessFailing(() => adoptHistory(context, [part], { lockTimeoutMs }));
    },
  };
}

/** What belongs to tools, as patterns. */
export function tablesOf(found: readonly FoundTool[]): readonly string[] {
  return [...new Set(found.flatMap(({ patterns }) => patterns))];
}

export function addressOf({ address }: FoundTool): string {
  return address.schema === "main" ? address.table : `${address.schema}.${address.table}`;
}

/** @throws TenonError `ADOPTION_REFUSED` */
export function refuse(refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  throw new TenonError("ADOPTION_REFUSED", `${refusals.join(" ")} Nothing was written.`, {
    hint: "Put that in order with the tool itself, or by hand, and then try again.",
    details: { refusals },
  });
}

/** Another process may have used that tool since: what is written must be what was shown. @throws TenonError `PLAN_OUTDATED` */
export async function refuseChangedHistory(
  { connection }: AdoptionRequest,
  found: FoundTool,
  planned: ForeignHistory,
): Promise<void> {
  const now = await readHistoryOf(connection, found);
  const textOf = (history: ForeignHistory) => JSON.stringify(history, bigintsAsText);
  if (textOf(now) === textOf(planned)) return;
  throw new TenonError(
    "PLAN_OUTDATED",
    `${addressOf(found)} was changed after it was looked at. Nothing was written.`,
    { where: { object: addressOf(found) }, hint: "Look at it again." },
  );
}

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function itemOf(matched: Matched, module: string, known: ReadonlySet<string>): AdoptionItem {
  const { state, id, migration, entry, reason } = matched;
  return {
    state,
    id,
    name: migration?.name ?? entry?.name ?? undefined,
    module,
    version: migration?.version,
    file: migration?.file,
    reason,
    isKnown: migration !== undefined && known.has(migration.version),
  };
}

function refusalsOf(
  { acceptChanged = false }: AdoptionRequest,
  { tool }: FoundTool,
  matched: readonly Matched[],
): readonly string[] {
  const idsOf = (state: Matched["state"]) =>
    matched.filter((each) => each.state === state).map((each) => each.id);
  const [failed, missing, changed] = [idsOf("failed"), idsOf("missing"), idsOf("changed")];
  return [
    ...(failed.length === 0
      ? []
      : [
          `${tool.name} began ${shown(failed)} and did not finish, so nobody knows what of it is in the database: settle that with ${tool.name} first.`,
        ]),
    ...(missing.length === 0
      ? []
      : [
          `${tool.name} applied ${shown(missing)}, and there is no such file: restore it, or take the database over with --baseline.`,
        ]),
    ...(changed.length === 0 || acceptChanged
      ? []
      : [
          `${shown(changed)} was changed after ${tool.name} applied it: restore the file, or take it as it is now with --accept-changed.`,
        ]),
  ];
}

/** A folder that is read as another tool's may give other transactions, and other migrations, than the history knows. */
function layoutNotes({ source }: Module, { tool }: FoundTool): readonly string[] {
  if (source.kind !== "folder") return [];
  const { layout, reason } = layoutOf(source.path, { layout: source.layout });
  if (layout === tool.name) return [];
  const whose = layout === "native" ? "in Tenon's own layout" : `as one of ${layout}`;
  return [
    `The folder ${source.path} is read ${whose} (${reason}); \`--layout ${tool.name}\` reads it as ${tool.name} does.`,
  ];
}

function notesOf({ journal }: RunContext, found: FoundTool, matched: readonly Matched[]): readonly string[] {
  const isMoved = journal.address.table.startsWith("tenon_") && found.address.table === "schema_migrations";
  const last = matched.findLastIndex((each) => each.state === "applied");
  const late = matched.filter((each, index) => each.state === "pending" && index < last).map(({ id }) => id);
  return [
    ...(isMoved
      ? [
          `The table ${found.address.table} stays with ${found.tool.name}; Tenon's journal is ${journal.address.table}, and is found there by every command.`,
        ]
      : []),
    ...(late.length === 0
      ? []
      : [
          `${shown(late)} was never applied, though later ones were: \`tenon up --allow-out-of-order\` runs it.`,
        ]),
  ];
}

function shown(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(", ") : `${ids.slice(0, 5).join(", ")} and ${ids.length - 5} more`;
}

function timeOf(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : utcTime(value);
}
