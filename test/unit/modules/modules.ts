import type { Migration, ModuleReference } from "../../../src/migrations/index.js";
import {
  defineModule,
  type MigrationId,
  type Module,
  type ModuleKind,
  type ModuleOptions,
} from "../../../src/modules/index.js";

export function core(name: string, options: ModuleOptions = {}): Module {
  return moduleOf(name, "core", options);
}

export function plugin(name: string, options: ModuleOptions = {}): Module {
  return moduleOf(name, "plugin", options);
}

function moduleOf(name: string, kind: ModuleKind, options: ModuleOptions): Module {
  return defineModule(name, kind, options, { kind: "inline", versions: {} });
}

/** A migration by its name, `users@2`, and what it depends on. */
export function migration(id: string, ...dependsOn: string[]): Migration {
  const { module, version = "" } = reference(id);
  return {
    module,
    version,
    name: id,
    up: { kind: "sql", scripts: [{ text: "SELECT 1" }] },
    checksum: id,
    transaction: "inside",
    allowLoss: [],
    dependsOn: dependsOn.map(reference),
  };
}

export function reference(id: string): ModuleReference {
  const [module = "", version] = id.split("@");
  return version === undefined ? { module } : { module, version };
}

/** A migration by its name alone. */
export function idOf(id: string): MigrationId {
  const { module, version = "" } = reference(id);
  return { module, version };
}

/** `users@2` for each migration. */
export function ids(migrations: readonly Migration[]): string[] {
  return migrations.map(({ module, version }) => `${module}@${version}`);
}
