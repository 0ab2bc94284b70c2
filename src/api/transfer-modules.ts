import type { Connection } from "../connection/index.js";
import { loadDialect } from "../dialects/index.js";
import { Catalogue, pluginsAmong, replayMigrations } from "../engine/index.js";
import { messageOf } from "../errors.js";
import type { Module } from "../modules/index.js";
import type { DatabaseModel } from "../schema/index.js";
import { SchemaManager, type SchemaManagerOptions } from "./schema-manager.js";

/** What the modules of the source build on the target. */
export interface ModuleSchema {
  readonly model: DatabaseModel;
  /** The versions that the source has, as the journal of the target is to have them. */
  readonly versions: readonly { readonly module: string; readonly version: string }[];
}

export interface ModuleSchemaRequest {
  readonly from: Connection;
  readonly to: Connection;
  readonly modules: readonly Module[];
  readonly journal: SchemaManagerOptions["journal"];
}

/**
 * Builds, in a scratch of the target's engine, what the modules have applied in the source. Gives a sentence where they cannot: then the
 * schema comes from the source itself.
 */
export async function readModuleSchema(request: ModuleSchemaRequest): Promise<ModuleSchema | string> {
  const { from, to, modules, journal } = request;
  const history = await new SchemaManager(from, modules, { journal }).getMigrationHistory();
  const applied = history.filter(({ status }) => status === "applied");
  if (applied.length === 0) return "The modules have nothing applied in the source.";
  try {
    const catalogue = await Catalogue.load(modules, to.engine);
    const wanted = new Set(applied.map(({ module, version }) => JSON.stringify([module, version])));
    const migrations = (await catalogue.ordered([], () => true)).filter(({ module, version }) =>
      wanted.delete(JSON.stringify([module, version])),
    );
    const [missing] = [...wanted].map((key): readonly string[] => JSON.parse(key));
    if (missing !== undefined)
      return `${missing.join("@")} is applied in the source, and is no migration for ${to.engine}.`;
    const model = await replayMigrations(
      { connection: to, dialect: await loadDialect(to.engine) },
      migrations,
      pluginsAmong(modules),
    );
    const last = new Map(migrations.map(({ module, version }) => [module, version]));
    return {
      model,
      versions: [...last].map(([module, version]) => ({ module, version })),
    };
  } catch (error) {
    return `The migrations do not run on ${to.engine}: ${messageOf(error)}`;
  }
}

/** Marks the versions in the journal of the target, so that the next migration runs there. */
export async function stampVersions(
  to: Connection,
  modules: readonly Module[],
  { versions }: ModuleSchema,
  options: SchemaManagerOptions,
): Promise<void> {
  const manager = new SchemaManager(to, modules, options);
  for (const { module, version } of versions) await manager.stamp(version, { module });
}
