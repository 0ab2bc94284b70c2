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
import { moduleNames, type PlannedPart, partsOf, sourceOfPart } from "./baseline-parts.js";
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

/** Makes the schema as it stands the first migration of a module, or of several where the tool has such. */
export async function planBaseline(request: AdoptionRequest, ground: BaselineGround): Promise<Adoption> {
  const { connection, modules, lockTimeoutMs } = request;
  const { dialect, found, tool } = ground;
  const module = chosenModule(modules, request.module);
  const history = tool === undefined ? undefined : await readHistoryOf(connection, tool);
  const partsRequest = { connection, modules, module, folder: folderOf(module), tool, history };
  const names = new Set(moduleNames(partsRequest));
  const standing = modules.map((each) => (names.has(each.name) ? withoutVersions(each) : each));
  const context = await openContext(connection, standing, request.context);
  await context.journal.settle({ isNew: true });
  const told = {
    kind: "baseline" as const,
    from: tool?.tool.name,
    table: tool && addressOf(tool),
    journal: context.journal.address.table,
  };
  const items = itemsOf(history, module.name);
  const { rows } = await readState(context);
  if (rows.some((row) => names.has(row.module) && row.status === "applied")) {
    const isKnown = items.map((item) => ({ ...item, isKnown: true }));
    return { ...told, items: isKnown, files: [], notes: [], refusals: [], isDone: true, run: async () => [] };
  }
  const patterns = await patternsOf(context, request, found);
  const model = await readSchema(context, patterns);
  refuseEmpty(model);
  const parts = partsOf(partsRequest, model);
  for (const part of parts) refuseOtherMigrations(part.folder, part.module, dialect);
  const baselines = await writeBaselines({ connection, dialect, parts });
  const written = baselines.map((baseline, index) => ({
    migration: baseline.migration,
    files: filesOf(parts[index]?.folder ?? "", dialect, baseline),
  }));
  const files = written.flatMap((each) => each.files);
  const newFiles = new NewFiles(files);
  const refusals = refusalsOf(tool, history);
  const check = async (): Promise<void> => {
    if (tool !== undefined && history !== undefined) await refuseChangedHistory(request, tool, history);
    await refuseChangedSchema(context, model, patterns);
    newFiles.write();
  };
  return {
    ...told,
    items: [...items, ...written.map((each) => fileItem(each.migration, each.files[0]?.path))],
    files,
    notes: [...NOTES, ...moduleNotes(parts, modules)],
    refusals,
    isDone: false,
    run: async () => {
      refuse(refusals);
      const histories = written.map(({ migration }, index) => ({
        module: migration.module,
        from: tool?.tool.name ?? "baseline",
        tables: tablesOf(found),
        applied: [{ migration, appliedAt: undefined, appliedBy: null, durationMs: null }],
        check: index === 0 ? check : undefined,
      }));
      return newFiles.unlessFailing(() => adoptHistory(context, histories, { lockTimeoutMs }));
    },
  };
}

/** What a person has to write into the config, so that later commands know the modules that came of apps. */
function moduleNotes(parts: readonly PlannedPart[], modules: readonly Module[]): readonly string[] {
  const fresh = parts.filter((part) => !modules.some((module) => module.name === part.module));
  if (fresh.length === 0) return [];
  const lines = fresh.map(({ module, folder }) => `    { name: "${module}", migrations: "./${folder}" },`);
  return [`Each app is a module from then on. Add to \`modules\` of the config:\n${lines.join("\n")}`];
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

function refuseOtherMigrations(folder: string, module: string, { engine }: Dialect): void {
  const versions = versionsIn(folder, module, engine);
  if (versions === undefined || versions.length === 0) return;
  throw new TenonError(
    "USAGE",
    `The folder ${folder} has migrations already, and a baseline is the first one.`,
    {
      where: { module, file: folder },
      hint: "Give the baseline a new folder with --dir: `--dir db/migrations`. Migrations that are applied already are marked with `tenon stamp`.",
    },
  );
}

/** Undefined for a folder that is not there yet. */
function versionsIn(
  folder: string,
  module: string,
  engine: Dialect["engine"],
): readonly string[] | undefined {
  try {
    return versionsOf(sourceOfPart(folder), { module, engine });
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
    module: entry.group ?? module,
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
