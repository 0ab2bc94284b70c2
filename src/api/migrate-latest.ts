import type { SyncOptions } from "../autogenerate/index.js";
import {
  hasNothingToDo,
  pendingMigrations,
  planInput,
  type RunContext,
  type RunOptions,
  type RunResult,
  readState,
  run,
  runPending,
  type StepResult,
} from "../engine/index.js";
import { findCheckpoint, publicVersion } from "../migrations/index.js";
import { type Module, orderModules } from "../modules/index.js";

/** What a run to the latest version may be told: also what a sync of tables needs to be allowed or to know. */
export interface MigrateOptions extends RunOptions, SyncOptions {
  /**
   * Whether an empty database is built from the checkpoints that stand beside the migrations, where they stand for them;
   * it is, unless told to `ignore` them.
   */
  readonly checkpoints?: "use" | "ignore" | undefined;
}

/** What a run to the latest version did, and where each module is now. */
export interface MigrateResult extends RunResult {
  readonly versions: Readonly<Record<string, number | string>>;
}

/** What was asked before, so that it need not be asked again. */
export interface Known {
  readonly isPending?: boolean;
}

/**
 * Brings modules to their latest version in their order: those that have migrations by applying what is pending, those that
 * have tables alone by letting the database follow them. When nothing has changed, one query tells so for all of them.
 */
export async function migrateLatest(
  context: RunContext,
  modules: readonly Module[],
  options: MigrateOptions,
  known: Known = {},
): Promise<MigrateResult> {
  await refuseForeignHistory(context, known);
  const begun = await startFromCheckpoints(context, modules, options);
  const result = await migratePending(context, modules, options, known);
  return begun.length === 0 ? result : { ...result, steps: [...begun, ...result.steps] };
}

/** Only folders of other tools can hold what another tool has applied; the rest is not looked at. */
export async function refuseForeignHistory(context: RunContext, known: Known = {}): Promise<void> {
  if (!context.catalogue.migrations.some(({ origin }) => origin !== undefined)) return;
  if (known.isPending !== true && (await hasNothingToDo(context, { kind: "latest" }))) return;
  const { refuseUnadopted } = await import("../adopt/index.js");
  await refuseUnadopted(context);
}

/** Builds what checkpoints stand for, where there are some and the database has no journal yet. */
async function startFromCheckpoints(
  context: RunContext,
  modules: readonly Module[],
  options: MigrateOptions,
): Promise<readonly StepResult[]> {
  if (options.checkpoints === "ignore" || options.agreed !== undefined) return [];
  const files = new Map<string, string>();
  for (const { name, kind, source } of modules) {
    // A plugin's SQL is contained migration by migration, so that it is never built at once.
    const file = kind === "core" ? findCheckpoint(source, context.dialect.engine) : undefined;
    if (file !== undefined) files.set(name, file);
  }
  if (files.size === 0 || (await context.journal.readDigests()) !== undefined) return [];
  const { useCheckpoints } = await import("../checkpoint/index.js");
  return useCheckpoints(context, modules, files, options);
}

async function migratePending(
  context: RunContext,
  modules: readonly Module[],
  options: MigrateOptions,
  known: Known,
): Promise<MigrateResult> {
  const { catalogue } = context;
  if (!modules.some((module) => catalogue.synced.has(module.name))) {
    const start = known.isPending === true ? runPending : run;
    const result = await start(context, { kind: "latest" }, options);
    return { ...result, versions: versionsOf(context, modules, new Map()) };
  }
  // Loaded only where a module follows its tables: the others need none of it.
  const { isSynced, syncedVersion, syncTables } = await import("../autogenerate/index.js");
  const facts = await context.journal.readSynced();
  const steps: StepResult[] = [];
  const synced = new Map(modules.map((module) => [module.name, syncedVersion(module, facts)]));
  const isMigrated = (module: Module) =>
    facts?.digests !== undefined && catalogue.digests.get(module.name) === facts.digests.get(module.name);

  for (const group of groupsOf(modules, catalogue.synced)) {
    const [first] = group;
    if (first === undefined) continue;
    if (catalogue.synced.has(first.name)) {
      // What was read before the first step holds until something is done.
      const known = steps.length === 0 ? facts : undefined;
      if (known !== undefined && (await isSynced(context, first, known))) continue;
      const step = await syncTables(context, first, options);
      if (step === undefined)
        synced.set(first.name, syncedVersion(first, await context.journal.readSynced()));
      else {
        steps.push(step);
        synced.set(first.name, step.version);
      }
    } else if (steps.length > 0 || !group.every(isMigrated)) {
      const names = group.map((module) => module.name);
      steps.push(...(await run(context, { kind: "latest", modules: names }, options)).steps);
    }
  }
  return { steps, versions: versionsOf(context, modules, synced) };
}

/** Whether anything is pending, or the tables of a module ask for something else than what stands. */
export async function needsMigration(context: RunContext, modules: readonly Module[]): Promise<boolean> {
  const synced = modules.filter((module) => context.catalogue.synced.has(module.name));
  if (synced.length > 0) {
    const { isSynced, planSync } = await import("../autogenerate/index.js");
    const facts = await context.journal.readSynced();
    for (const module of synced) {
      if (await isSynced(context, module, facts)) continue;
      if ((await planSync(context, module)).plan.statements.length > 0) return true;
    }
  }
  if (await hasNothingToDo(context, { kind: "latest" })) return false;
  return pendingMigrations(await planInput(context, await readState(context))).length > 0;
}

/** Modules that have migrations run together as far as no module with tables alone stands between them. */
export function groupsOf(
  modules: readonly Module[],
  synced: ReadonlySet<string>,
): readonly (readonly Module[])[] {
  const groups: Module[][] = [];
  for (const module of orderToSync(modules, synced)) {
    const last = groups.at(-1);
    const joins = last?.[0] !== undefined && !synced.has(last[0].name) && !synced.has(module.name);
    if (joins) last?.push(module);
    else groups.push([module]);
  }
  return groups;
}

/** A module that follows its tables has no migrations that could be put between those of another: so what it needs is brought up before it as a whole. */
export function orderToSync(modules: readonly Module[], synced: ReadonlySet<string>): readonly Module[] {
  const known = new Map(modules.map((module) => [module.name, module]));
  const whole = modules.map((module) =>
    synced.has(module.name)
      ? {
          ...module,
          dependsOn: module.dependsOn.map(({ module: name }) => ({ module: name, version: undefined })),
        }
      : module,
  );
  return orderModules(whole).map((module) => known.get(module.name) ?? module);
}

function versionsOf(
  { catalogue }: RunContext,
  modules: readonly Module[],
  synced: ReadonlyMap<string, string>,
): Readonly<Record<string, number | string>> {
  return Object.fromEntries(
    modules.map(({ name }) => {
      const version = catalogue.synced.has(name) ? synced.get(name) : catalogue.latest.get(name);
      return [name, publicVersion(version ?? "0")];
    }),
  );
}
