import { applyStamped, type RunContext } from "../engine/index.js";
import { TenonError } from "../errors.js";
import type { Module } from "../modules/index.js";
import { draftMigration } from "./generate.js";
import { planSync, type SyncOptions } from "./sync.js";

/**
 * Builds what a module with migrations and tables has straight from its tables, and marks its migrations as applied. Rows that
 * migrations insert do not come this way.
 * @throws TenonError `USAGE` when the tables ask for more than the migrations build
 */
export async function buildFromTables(
  context: RunContext,
  module: Module,
  others: readonly Module[],
  options: SyncOptions = {},
): Promise<void> {
  const { source } = module;
  const version = context.catalogue.latest.get(module.name);
  if (source.kind !== "folder" || source.tables === undefined || version === undefined) {
    throw new TenonError("USAGE", `${module.name} has not both migrations and tables.`, {
      where: { module: module.name },
      hint: "Initialize it from its migrations.",
    });
  }
  const { plan: ahead } = await draftMigration({
    module,
    others,
    title: "check",
    engine: context.connection.engine,
    connection: context.connection,
    now: context.clock.now(),
    check: true,
  });
  if (ahead.statements.length > 0) {
    throw new TenonError("USAGE", `The tables of ${module.name} ask for more than its migrations build.`, {
      where: { module: module.name },
      hint: "Write the missing migration first: `tenon generate NAME`.",
    });
  }
  const follows: Module = { ...module, source: { kind: "tables", tables: source.tables } };
  const { plan } = await planSync(context, follows, options);
  const target = { module: module.name, version };
  await applyStamped(context, { plan, target, lockTimeoutMs: options.lockTimeoutMs });
}
