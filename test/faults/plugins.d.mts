import type { ModuleOptions, SchemaVersions } from "../../src/index.js";

export function pluginsFor(
  which?: "rivals",
): [name: string, options: ModuleOptions, versions: SchemaVersions][];
