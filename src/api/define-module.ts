import { TenonError } from "../errors.js";
import { type Source, type SourceDefinition, sourceOf } from "../migrations/index.js";
import {
  defineModule as define,
  type Module,
  type ModuleKind,
  type ModuleOptions,
} from "../modules/index.js";

/**
 * Makes a module without registering it anywhere, for `new SchemaManager(connection, module)`, for a registry's
 * `register`, or for the config.
 *
 * @param source - the versions, or `{ migrations: "./folder" }`
 * @throws TenonError `MODULE_INVALID`, `VERSION_INVALID`, `MIGRATION_DUPLICATE`
 *
 * @example
 * ```ts
 * import { connect, defineModule, SchemaManager } from "tenon";
 *
 * const tags = defineModule("tags", "core", { priority: 5 }, {
 *   1: { name: "Tags", up: "CREATE TABLE tags (id INTEGER PRIMARY KEY)", down: "DROP TABLE tags" },
 * });
 * const connection = await connect(":memory:");
 * await new SchemaManager(connection, tags).migrateToLatest();
 * await connection.close();
 * ```
 */
export function defineModule(
  name: string,
  kind: ModuleKind,
  options: ModuleOptions,
  source: SourceDefinition,
): Module {
  return define(name, kind, options, readSource(name, source));
}

function readSource(name: string, source: SourceDefinition): Source {
  try {
    return sourceOf(source);
  } catch (error) {
    throw error instanceof TenonError ? error.at({ module: name }) : error;
  }
}

/** Whether a value is a module made by `defineModule` or `registerSchema`. */
export function isModule(value: unknown): value is Module {
  return (
    typeof value === "object" && value !== null && "name" in value && "kind" in value && "source" in value
  );
}
