import type { SyncOptions, SyncPlan } from "../autogenerate/index.js";
import { nextVersionOf, type RunContext, readState, type StepResult } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { publicVersion } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { DiffChange, DiffHazard } from "./described-plan.js";
import { migrateLatest, orderToSync } from "./migrate-latest.js";

export interface SyncRequest extends SyncOptions {
  /** Finds what would change and writes nothing: no table, no schema, no extension, no journal. */
  readonly dryRun?: boolean | undefined;
}

/** What a sync did, or would do. */
export interface SyncResult {
  readonly changes: readonly (DiffChange & { readonly module: string })[];
  readonly hazards: readonly (DiffHazard & { readonly module: string })[];
  /** What cannot be taken back, or means the same without it on this engine. */
  readonly notes: readonly string[];
  /** The changes as SQL; empty when there is nothing to do. */
  readonly sql: string;
  /** The versions that were written; empty with `dryRun`. */
  readonly steps: readonly StepResult[];
}

/**
 * Lets the database follow the tables of modules, and tells what changed. Only modules that have tables alone are meant; the
 * others are left to their migrations.
 */
export async function syncModules(
  context: RunContext,
  modules: readonly Module[],
  request: SyncRequest,
): Promise<SyncResult> {
  const synced = orderToSync(modules, context.catalogue.synced).filter(({ name }) =>
    context.catalogue.synced.has(name),
  );
  if (synced.length === 0) throw nothingToSync(modules);
  const { isSynced, planSync } = await import("../autogenerate/index.js");
  const results: SyncResult[] = [];
  for (const module of synced) {
    const facts = await context.journal.readSynced();
    if (await isSynced(context, module, facts)) continue;
    const planned = await planSync(context, module, request);
    const { steps } =
      request.dryRun === true ? { steps: [] } : await migrateLatest(context, [module], request);
    results.push(await describeSync(context, planned, steps));
  }
  return {
    changes: results.flatMap((result) => result.changes),
    hazards: results.flatMap((result) => result.hazards),
    notes: results.flatMap((result) => result.notes),
    sql: results
      .map((result) => result.sql)
      .filter((sql) => sql !== "")
      .join("\n"),
    steps: results.flatMap((result) => result.steps),
  };
}

async function describeSync(
  context: RunContext,
  { module, plan, upSql, notes }: SyncPlan,
  steps: readonly StepResult[],
): Promise<SyncResult> {
  const { describePlan } = await import("./described-plan.js");
  const [step] = steps;
  const version = publicVersion(step?.version ?? nextVersionOf((await readState(context)).rows, module));
  const told = describePlan(plan);
  return {
    changes: told.changes.map((change) => ({ module, ...change })),
    hazards: told.hazards.map((hazard) => ({ module, ...hazard })),
    notes,
    sql: upSql === "" ? "" : `-- ${module}@${version}\n\n${upSql}`,
    steps,
  };
}

function nothingToSync(modules: readonly Module[]): TenonError {
  const names = modules.map((module) => module.name).join(", ");
  return new TenonError("USAGE", `None of the modules has tables alone: ${names || "there is none"}.`, {
    hint: "Define one as { tables: { users, posts } }; modules with migrations are brought up by `tenon up`.",
  });
}
