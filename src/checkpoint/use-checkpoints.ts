import { readFileSync } from "node:fs";

import { applyToEmpty, type RunContext, type RunOptions, type StepResult } from "../engine/index.js";
import type { Migration, ModuleReference, Version } from "../migrations/index.js";
import { compareVersions } from "../migrations/index.js";
import { type Module, orderModules } from "../modules/index.js";
import { applyCheckpoint } from "./apply-checkpoint.js";
import { type Checkpoint, replacedBy } from "./checkpoint.js";
import { parseCheckpoint } from "./checkpoint-file.js";

/**
 * Builds modules in an empty database from their checkpoints, and marks what they replace as applied, all in one
 * transaction. A checkpoint that does not stand for the migrations as they are now is told in a warning and not used; in a
 * database that holds anything nothing is done.
 */
export async function useCheckpoints(
  context: RunContext,
  modules: readonly Module[],
  files: ReadonlyMap<string, string>,
  options: RunOptions,
): Promise<readonly StepResult[]> {
  const { connection, dialect, onEvent } = context;
  const migrations = await context.catalogue.ordered([], () => false);
  const reached = new Map<string, Version>();
  const chosen: Checkpoint[] = [];
  for (const module of orderModules(modules)) {
    const file = files.get(module.name);
    if (file === undefined) continue;
    try {
      const checkpoint = parseCheckpoint(readFileSync(file, "utf8"), file, dialect);
      const own = replacedMigrations(migrations, module, checkpoint);
      const why = whyNot(checkpoint, module, own, reached);
      if (why === undefined) {
        chosen.push(checkpoint);
        reached.set(module.name, checkpoint.version);
      } else onEvent({ kind: "warning", message: `The checkpoint ${file} is not used: ${why}.` });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      onEvent({ kind: "warning", message: error.message });
    }
  }
  if (chosen.length === 0) return [];
  return applyToEmpty(
    context,
    chosen.map((checkpoint) => ({
      module: checkpoint.module,
      version: checkpoint.version,
      name: `checkpoint of all versions up to ${checkpoint.version}`,
      apply: () => applyCheckpoint(connection, dialect, checkpoint),
    })),
    options,
  );
}

function replacedMigrations(
  migrations: readonly Migration[],
  module: Module,
  { version }: Checkpoint,
): readonly Migration[] {
  return migrations
    .filter(
      (migration) => migration.module === module.name && compareVersions(migration.version, version) <= 0,
    )
    .sort((a, b) => compareVersions(a.version, b.version));
}

/** Why a checkpoint cannot stand for these migrations here; undefined when it can. */
function whyNot(
  checkpoint: Checkpoint,
  module: Module,
  own: readonly Migration[],
  reached: ReadonlyMap<string, Version>,
): string | undefined {
  if (checkpoint.module !== module.name) return `it is that of ${checkpoint.module}`;
  if (checkpoint.replaces !== replacedBy(own))
    return "the migrations have changed since; write it anew with `tenon checkpoint`";
  const isReached = ({ module: name, version }: ModuleReference) => {
    const here = name === module.name ? checkpoint.version : reached.get(name);
    return here !== undefined && (version === undefined || compareVersions(here, version) >= 0);
  };
  const needs = [...module.dependsOn, ...own.flatMap((migration) => migration.dependsOn)];
  const missing = needs.find((need) => !isReached(need));
  if (missing === undefined) return undefined;
  return `it needs ${missing.module}${missing.version === undefined ? "" : `@${missing.version}`}, which no checkpoint brings before it`;
}
