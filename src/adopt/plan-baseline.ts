import { join } from "node:path";

import type { Dialect } from "../dialects/index.js";
import {
  adoptHistory,
  openContext,
  type RunContext,
  readOwners,
  readState,
  withoutForeignSchemas,
} from "../engine/index.js";
import { TenonError } from "../errors.js";
import { type FileToWrite, type Migration, versionsOf } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import { type DatabaseModel, describe } from "../schema/index.js";
import type { Adoption, AdoptionItem, AdoptionRequest } from "./adoption.js";
import { type Baseline, writeBaselines } from "./baseline.js";
import { chosenModule } from "./chosen-module.js";
import { type FoundTool, readHistoryOf } from "./find-tools.js";
import { NewFiles } from "./new-files.js";
import { addressOf, refuse, refuseChangedHistory, tablesOf } from "./plan-history.js";
import type { ForeignHistory } from "./tools/index.js";

export interface BaselineGround {
  readonly dialect: Dialect;
  /** All tools that have tables here: none of these is part of the schema. */
  readonly found: readonly FoundTool[];
  /** The one whose history the baseline stands for; undefined where there is none. */
  readonly tool: FoundTool | undefined;
}

/** Makes the schema as it stands the first migration of a module. */
export async function planBaseline(request: AdoptionRequest, ground: BaselineGround): Promise<Adoption> {
  const { connection, modules, lockTimeoutMs } = request;
  const { dialect, found, tool } = ground;
  const module = chosenModule(modules, request.module);
  const folder = folderOf(module);
  const standing = modules.map((each) => (each === module ? withoutVersions(each) : each));
  const context = await openContext(connection, standing, request.context);
  await context.journal.settle({ isNew: true });
  const history = tool === undefined ? undefined : await readHistoryOf(connection, tool);
  const told = { kind: "baseline" as const, from: tool?.tool.name, table: tool && addressOf(tool) };
  const { rows } = await readState(context);
  const items = itemsOf(history, module.name);
  const journal = context.journal.address.table;
  if (rows.some((row) => row.module === module.name && row.status === "applied")) {
    const isKnown = items.map((item) => ({ ...item, isKnown: true }));
    const done = { items: isKnown, files: [], notes: [], refusals: [], isDone: true, run: async () => [] };
    return { ...told, journal, ...done };
  }
  refuseOtherMigrations(module, dialect);
  const patterns = await patternsOf(context, request, found);
  const model = await readSchema(context, patterns);
  refuseEmpty(model);
  const [baseline] = await writeBaselines({
    connection,
    dialect,
    parts: [
      {
        module: module.name,
        model,
        description: descriptionOf(tool, history),
        head: headOf(connection.description, tool, history),
        dependsOn: [],
      },
    ],
  });
  if (baseline === undefined) throw new TenonError("INTERNAL", "No baseline was written.");
  const files = filesOf(folder, dialect, baseline);
  const newFiles = new NewFiles(files);
  const refusals = refusalsOf(tool, history);
  const check = async (): Promise<void> => {
    if (tool !== undefined && history !== undefined) await refuseChangedHistory(request, tool, history);
    await refuseChangedSchema(context, model, patterns);
    newFiles.write();
  };
  return {
    ...told,
    journal,
    items: [...items, fileItem(baseline.migration, files[0]?.path)],
    files,
    notes: NOTES,
    refusals,
    isDone: false,
    run: async () => {
      refuse(refusals);
      const plain = { appliedAt: undefined, appliedBy: null, durationMs: null };
      const from = tool?.tool.name ?? "baseline";
      const applied = [{ ...plain, migration: baseline.migration }];
      return newFiles.unlessFailing(() =>
        adoptHistory(context, [{ module: module.name, from, tables: tablesOf(found), applied, check }], {
          lockTimeoutMs,
        }),
      );
    },
  };
}

const NOTES = [
  "A baseline holds the schema and no rows: what a new database needs to begin with is a migration of its own.",
];

function folderOf({ name, source }: Module): string {
  if (source.kind === "folder") return source.path;
  throw new TenonError("USAGE", `${name} has no folder of migrations that a baseline could be written to.`, {
    where: { module: name },
    hint: "Give one with --dir, or `migrations` in the config.",
  });
}

/** What the folder holds is judged apart: it may be that of the other tool, or not be there yet. */
function withoutVersions(module: Module): Module {
  return { ...module, source: { kind: "inline", versions: {} } };
}

function refuseOtherMigrations(module: Module, { engine }: Dialect): void {
  const versions = versionsIn(module, engine);
  if (versions === undefined || versions.length === 0) return;
  throw new TenonError(
    "USAGE",
    `The folder ${folderOf(module)} has migrations already, and a baseline is the first one.`,
    {
      where: { module: module.name, file: folderOf(module) },
      hint: "Give the baseline a new folder with --dir: `--dir db/migrations`. Migrations that are applied already are marked with `tenon stamp`.",
    },
  );
}

/** Undefined for a folder that is not there yet. */
function versionsIn(module: Module, engine: Dialect["engine"]): readonly string[] | undefined {
  try {
    const source =
      module.source.kind === "folder" ? { ...module.source, layout: "native" as const } : module.source;
    return versionsOf(source, { module: module.name, engine });
  } catch (error) {
    if (error instanceof TenonError && error.code === "MIGRATIONS_FOLDER_MISSING") return undefined;
    throw error;
  }
}

/** Patterns of what is no part of the schema: journals, and what other modules own. */
async function patternsOf(
  context: RunContext,
  request: AdoptionRequest,
  found: readonly FoundTool[],
): Promise<readonly string[]> {
  const owners = await readOwners(context);
  const owned = owners.filter((each) => each.module !== undefined && each.table === undefined);
  return [
    ...(await context.journal.patternsOfNobody()),
    ...tablesOf(found),
    ...owned.map(({ schema, name }) => `${schema}.${name.replace(/\(.*$/s, "")}`),
    ...(request.exclude ?? []),
  ];
}

async function readSchema(
  { connection, dialect, journal }: RunContext,
  exclude: readonly string[],
): Promise<DatabaseModel> {
  const schema = await dialect.loadSchema();
  const model = await schema.introspect(connection, { exclude });
  return withoutForeignSchemas(model, exclude, journal.address.schema);
}

function refuseEmpty(model: DatabaseModel): void {
  const { tables, views, types, sequences, routines } = model;
  if ([tables, views, types, sequences, routines].some((list) => list.length > 0)) return;
  throw new TenonError("USAGE", "There is nothing in this database that a baseline could be written of.", {
    hint: "An empty database needs none: write the first migration with `tenon create`.",
  });
}

async function refuseChangedSchema(
  context: RunContext,
  planned: DatabaseModel,
  patterns: readonly string[],
): Promise<void> {
  const schema = await context.dialect.loadSchema();
  const { changes } = schema.compare(planned, await readSchema(context, patterns));
  if (changes.length === 0) return;
  throw new TenonError(
    "PLAN_OUTDATED",
    `The schema was changed after it was looked at: ${changes.slice(0, 5).map(describe).join("; ")}. Nothing was written.`,
    { hint: "Look at it again." },
  );
}

function filesOf(folder: string, { engine }: Dialect, { up, down }: Baseline): readonly FileToWrite[] {
  return [
    { path: join(folder, `001_baseline.${engine}.sql`), text: up },
    { path: join(folder, `001_baseline_rollback.${engine}.sql`), text: down },
  ];
}

function descriptionOf(tool: FoundTool | undefined, history: ForeignHistory | undefined): string {
  const last = history?.entries.at(-1)?.id;
  if (tool === undefined) return "The schema as it stood when Tenon took over";
  return `The schema as ${tool.tool.name} left it${last === undefined ? "" : `, at ${last}`}`;
}

function headOf(
  database: string,
  tool: FoundTool | undefined,
  history: ForeignHistory | undefined,
): readonly string[] {
  const count = history?.entries.length ?? 0;
  return [
    `Written by \`tenon adopt\` from ${database}. It counts as applied there, and builds the same schema in an empty database.`,
    ...(tool === undefined
      ? []
      : [`It stands for ${count} ${count === 1 ? "row" : "rows"} of ${addressOf(tool)}.`]),
  ];
}

function refusalsOf(tool: FoundTool | undefined, history: ForeignHistory | undefined): readonly string[] {
  const failed = (history?.entries ?? []).filter((entry) => entry.state === "failed").map(({ id }) => id);
  return [
    ...(failed.length === 0
      ? []
      : [
          `${tool?.tool.name} began ${failed.slice(0, 5).join(", ")} and did not finish, so nobody knows what of it is in the database: settle that with ${tool?.tool.name} first.`,
        ]),
    ...(history?.troubles ?? []),
  ];
}

function itemsOf(history: ForeignHistory | undefined, module: string): readonly AdoptionItem[] {
  return (history?.entries ?? []).map((entry) => ({
    state: entry.state,
    id: entry.id,
    name: entry.name ?? undefined,
    module,
    version: undefined,
    file: undefined,
    reason: entry.why,
    isKnown: false,
  }));
}

function fileItem(migration: Migration, file: string | undefined): AdoptionItem {
  const { module, version, name } = migration;
  return { state: "applied", id: "-", name, module, version, file, reason: "the baseline", isKnown: false };
}
