import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Connection, EngineName } from "../connection/index.js";
import { type ChangePlan, type Dialect, loadDialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import {
  type FileToWrite,
  layoutOf,
  nextVersion,
  type SourceTables,
  safeName,
  type Version,
  writeNewFiles,
} from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import { formatAddress, parseRenameHint, type RenameAnswers } from "../schema/index.js";
import { planBack } from "./change-texts.js";
import { notesOn, readDesiredModel } from "./desired-model.js";
import { keepInexpressible } from "./expressible.js";
import { type MigrationTexts, migrationTexts } from "./migration-files.js";
import { refuseTaken } from "./owned-objects.js";
import { replayModules } from "./replay-modules.js";
import { normaliseDesired } from "./scratch-model.js";
import { targetModel } from "./target-model.js";
import { tryOut } from "./try-out.js";

export interface GenerateRequest {
  /** A module that has a folder of migrations and tables. */
  readonly module: Module;
  /** The other modules of the program: what this one refers to is built from them. */
  readonly others: readonly Module[];
  /** What the migration does, in a few words. */
  readonly title: string;
  readonly engine: EngineName;
  /** The files say in their names that they are for this engine: `002_add_email.sqlite.sql`. */
  readonly isForEngineAlone?: boolean | undefined;
  /** PostgreSQL: the server on which the scratch is made; PGlite in memory where there is none. */
  readonly connection?: Connection | undefined;
  readonly now: Date;
  /** What relative folders are found from; the process's working directory when left out. */
  readonly baseFolder?: string | undefined;
  readonly renames?: readonly string[] | undefined;
  readonly askRename?: RenameAnswers["ask"];
  /** Tables and columns whose loss is acknowledged, though no rollback brings it back. */
  readonly allowLoss?: readonly string[] | undefined;
  /** Looks whether the tables have moved ahead of the migrations, and writes nothing. */
  readonly check?: boolean | undefined;
}

export interface Generated {
  /** Undefined when there is nothing to do. */
  readonly version: Version | undefined;
  readonly plan: ChangePlan;
  readonly notes: readonly string[];
  readonly texts: MigrationTexts | undefined;
  /** Empty with `check`. */
  readonly files: readonly FileToWrite[];
}

/**
 * Writes the migration that brings a module from what its migrations build to what its tables ask for: the migrations are
 * replayed in a scratch database, compared with the tables, and what comes out is run there, forth and back, before it is
 * written. Several requests (one module, several engines) are written as one version, or none of them. Nothing is ever
 * overwritten.
 *
 * @throws TenonError `CHANGE_LOSES_DATA` when what would go is not acknowledged, `RENAME_AMBIGUOUS`, `CHANGE_UNSUPPORTED`,
 * `FILE_EXISTS`, `FILE_FAILED`, and what is wrong with the migrations that are there
 */
export async function generateMigrations(
  requests: readonly GenerateRequest[],
): Promise<readonly Generated[]> {
  const generated: Generated[] = [];
  for (const request of requests) generated.push(await draftMigration(request));
  const files = generated.flatMap((draft, index) => {
    const baseFolder = requests[index]?.baseFolder ?? ".";
    return draft.files.map((file) => ({ ...file, path: resolve(baseFolder, file.path) }));
  });
  writeNewFiles(files);
  return generated;
}

/** Works out a migration and tries it out in a scratch; writes nothing. */
export async function draftMigration(request: GenerateRequest): Promise<Generated> {
  const { module, engine } = request;
  try {
    const dialect = await loadDialect(engine);
    const scratch = await dialect.openScratch(request.connection);
    try {
      return await generateIn(scratch, dialect, request);
    } finally {
      await scratch.close();
    }
  } catch (error) {
    throw error instanceof TenonError ? error.at({ module: module.name }) : error;
  }
}

async function generateIn(
  scratch: Connection,
  dialect: Dialect,
  request: GenerateRequest,
): Promise<Generated> {
  const { module, baseFolder, allowLoss = [] } = request;
  const schema = await dialect.loadSchema();
  const { tables, folder } = sourceOf(module, baseFolder);
  const desired = await readDesiredModel(tables, { engine: dialect.engine, baseFolder });
  const { current, own, owners } = await replayModules(scratch, dialect, {
    module,
    others: request.others,
    folder,
    baseFolder,
    desired,
  });
  const normalised = await normaliseDesired({ desired, current, dialect, connection: scratch });
  await refuseTaken({
    module: module.name,
    desired: normalised,
    current,
    own,
    others: new Map(),
    readOwners: async () => owners,
    schema,
  });
  const kept = keepInexpressible(normalised, current, schema, {
    impliedNames: desired.impliedNames,
    keepsSecurity: () => false,
  });
  const plan = await schema.planChanges(current, targetModel(current, kept, own, schema), {
    renames: {
      hints: (request.renames ?? []).map(parseRenameHint),
      // Renamed or dropped: either way the tables have moved ahead.
      ask: request.check === true ? () => "dropped" : request.askRename,
    },
  });
  const notes = notesOn(desired, plan.comparison.changes);
  if (plan.statements.length === 0) {
    return { version: undefined, plan, notes, texts: undefined, files: [] };
  }
  if (request.check === true) return { version: undefined, plan, notes, texts: undefined, files: [] };
  refuseUnacknowledged(plan, allowLoss);

  if (existsSync(folder)) refuseOtherLayout(module, folder);
  const next = existsSync(folder)
    ? nextVersion(folder, module.name, request.now)
    : { version: "1", digits: "001" };
  const baseName = `${next.digits}_${safeName(request.title)}`;
  const ending = request.isForEngineAlone === true ? `.${dialect.engine}.sql` : ".sql";
  const way = await planBack(plan.comparison, schema);
  const texts = migrationTexts({
    title: request.title,
    module: module.name,
    plan,
    back: way.plan,
    reason: way.plan === undefined ? way.reason : undefined,
    allowLoss,
    notes,
    dialect,
    fileName: `${baseName}${ending}`,
  });
  await tryOut(scratch, dialect, schema, { texts, plan });
  const fileOf = (role: string, text: string | undefined): readonly FileToWrite[] =>
    text === undefined ? [] : [{ path: join(sourcePath(module), `${baseName}${role}${ending}`), text }];
  const files = [
    ...fileOf("", texts.up),
    ...fileOf("_rollback", texts.down),
    ...fileOf("_verify", texts.verify),
  ];
  return { version: next.version, plan, notes, texts, files };
}

/** What goes with the migration is gone for good, also after its rollback: somebody has to say that it may. */
function refuseUnacknowledged(plan: ChangePlan, allowLoss: readonly string[]): void {
  const allowed = new Set(allowLoss.map((name) => name.toLowerCase()));
  const losing = plan.hazards.filter(({ kind, object }) => {
    const name = formatAddress(object).toLowerCase();
    const table = name.slice(0, Math.max(0, name.lastIndexOf(".")));
    return kind === "loses-data" && !allowed.has(name) && !(object.kind === "column" && allowed.has(table));
  });
  if (losing.length === 0) return;
  const names = [...new Set(losing.map((hazard) => formatAddress(hazard.object)))];
  throw new TenonError(
    "CHANGE_LOSES_DATA",
    `${losing.map((hazard) => hazard.description).join(" ")} A rollback cannot bring that back. Nothing was written.`,
    {
      where: { object: names[0] },
      hint: `If it is meant, acknowledge it by name: ${names.map((name) => `--allow-loss ${name}`).join(" ")}. If it is a rename, say --rename OLD:NEW.`,
      details: { objects: names },
    },
  );
}

function sourceOf(
  module: Module,
  baseFolder: string | undefined,
): { readonly tables: SourceTables; readonly folder: string } {
  const { source } = module;
  if (source.kind === "folder" && source.tables !== undefined) {
    return { tables: source.tables, folder: resolve(baseFolder ?? ".", source.path) };
  }
  throw new TenonError(
    "USAGE",
    source.kind === "tables"
      ? `${module.name} has tables and no folder of migrations: its database follows the tables by itself.`
      : `${module.name} has no tables to generate a migration from.`,
    {
      where: { module: module.name },
      hint: 'Give both: { migrations: "./migrations", tables: { users, posts } }.',
    },
  );
}

function sourcePath({ source }: Module): string {
  return source.kind === "folder" ? source.path : "";
}

/** What is generated is written as Tenon's own files, which no other tool would read. */
function refuseOtherLayout({ name, source }: Module, folder: string): void {
  const { layout } = layoutOf(folder, { layout: source.kind === "folder" ? source.layout : undefined });
  if (layout === "native") return;
  throw new TenonError(
    "USAGE",
    `The folder of ${name} is in the layout of ${layout}, and a migration is generated in Tenon's own.`,
    {
      where: { module: name },
      hint: "Let the tables belong to a module with a folder of its own.",
    },
  );
}
