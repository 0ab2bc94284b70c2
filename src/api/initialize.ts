import type { RunContext } from "../engine/index.js";
import type { Module } from "../modules/index.js";
import { orderModules } from "../modules/index.js";
import { type MigrateOptions, type MigrateResult, migrateLatest } from "./migrate-latest.js";

export interface InitializeOptions extends MigrateOptions {
  /**
   * How modules that have both are built in an empty database: by their `migrations`, one after the other (unless told
   * otherwise), or at once from their `tables`, the migrations marked as applied. Rows that migrations insert only come
   * with the first.
   */
  readonly from?: "migrations" | "tables" | undefined;
}

export interface InitializeResult extends MigrateResult {
  /** Whether the database had no table and no view before. */
  readonly wasEmpty: boolean;
}

/** Brings modules into a database that may be empty; in one that is not, only what is pending is done. */
export async function initialize(
  context: RunContext,
  modules: readonly Module[],
  wasEmpty: boolean,
  options: InitializeOptions,
): Promise<InitializeResult> {
  if (wasEmpty && options.from === "tables") {
    const { buildFromTables } = await import("../autogenerate/index.js");
    for (const module of orderModules(modules)) {
      const { source } = module;
      if (
        source.kind === "folder" &&
        source.tables !== undefined &&
        context.catalogue.latest.has(module.name)
      ) {
        const others = context.catalogue.modules.filter((each) => each !== module);
        await buildFromTables(context, module, others, options);
      } else await migrateLatest(context, [module], options);
    }
  }
  return { ...(await migrateLatest(context, modules, options)), wasEmpty };
}
