import type { Connection } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Migration } from "../migrations/index.js";
import type { DatabaseModel } from "../schema/index.js";
import type { Direction } from "./events.js";
import { executeAsMeant } from "./execute-step.js";
import type { PlanInput } from "./plan-input.js";
import { PluginsInScratch } from "./plugin-in-scratch.js";
import { rulesOf } from "./plugin-rules.js";
import { type PreparedStep, prepareStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";
import { pluginsAmong, type ScratchPlugins } from "./scratch-plugins.js";

/**
 * Builds what is applied in a scratch database and reads it: what the migrations really make, whatever the snapshot
 * says. Runs the programs of migrations too.
 *
 * @throws TenonError `UNSUPPORTED` when something is applied that is not known here, and what the migrations throw
 */
export async function replay(context: RunContext, input: PlanInput): Promise<DatabaseModel> {
  const applied = new Set(
    input.rows.filter((row) => row.status === "applied").map((row) => `${row.module}@${row.version}`),
  );
  const order = new Map(input.rows.map((row) => [`${row.module}@${row.version}`, row.sequence]));
  const known = input.migrations
    .filter(({ module, version }) => applied.delete(`${module}@${version}`))
    .sort(
      (a, b) => (order.get(`${a.module}@${a.version}`) ?? 0) - (order.get(`${b.module}@${b.version}`) ?? 0),
    );
  if (applied.size > 0) {
    throw new TenonError(
      "UNSUPPORTED",
      `The history cannot be replayed: ${[...applied].join(", ")} is applied and not known to this program.`,
      { hint: "Run this where all modules are known, or compare with the snapshot instead." },
    );
  }
  const plugins = [];
  for (const name of new Set(known.map(({ module }) => module))) {
    plugins.push({ name, rules: await rulesOf(context, name) });
  }
  return replayMigrations(context, known, pluginsAmong(plugins));
}

/** Builds migrations in a scratch database and reads the model that they make. `plugins` are those among their modules. */
export async function replayMigrations(
  context: { readonly connection: Connection | undefined; readonly dialect: Dialect },
  migrations: readonly Migration[],
  plugins: ScratchPlugins,
): Promise<DatabaseModel> {
  const { dialect } = context;
  const scratch = await dialect.openScratch(context.connection);
  try {
    await replayInto(scratch, dialect, migrations, plugins);
    return await (await dialect.loadSchema()).introspect(scratch);
  } finally {
    await scratch.close();
  }
}

/** Runs migrations in a scratch database, under the guards of a run and without a journal; `down` takes one back. */
export async function replayInto(
  scratch: Connection,
  dialect: Dialect,
  migrations: readonly Migration[],
  plugins: ScratchPlugins,
  direction: Direction = "up",
): Promise<void> {
  const contained = new PluginsInScratch(scratch, dialect, plugins);
  for (const migration of migrations) {
    const { module, version, name } = migration;
    const way = direction === "up" ? migration.up : migration.down;
    if (way === undefined) continue;
    const planned = { direction, module, version, name, migration, row: undefined, step: way };
    contained.refuse(planned);
    const step = prepareStep(planned, dialect);
    const restore = await dialect.applySettings(scratch, step.settings);
    try {
      if (step.transaction === "outside") await runOutsideInScratch(scratch, step);
      else await scratch.transaction(() => contained.run(tolerant(step)));
    } finally {
      await restore();
    }
  }
}

/** What was written for another tool runs as it ran there: a scratch has no rows that could be lost. */
function tolerant(step: PreparedStep): PreparedStep {
  return step.planned.migration?.origin === undefined ? step : { ...step, tolerate: () => undefined };
}

/** A step without a transaction needs no record here: the scratch goes away with any failure. */
async function runOutsideInScratch(scratch: Connection, step: PreparedStep): Promise<void> {
  for (const script of step.scripts) {
    for (const statement of script.statements) await executeAsMeant(scratch, statement, step.rephrase);
  }
}
