import { TenonError } from "../errors.js";
import {
  describeReference,
  type Migration,
  type ModuleReference,
  type Version,
  VersionOrder,
} from "../migrations/index.js";
import { compareModules } from "./compare-modules.js";
import type { Module } from "./module.js";
import type { Graph } from "./topological-order.js";

/** A migration by its name alone. */
export interface MigrationId {
  readonly module: string;
  readonly version: Version;
}

/** All migrations as a graph of what needs what: modules in their rank, each module's versions in their order. */
export class MigrationGraph implements Graph {
  /** The migrations by node, the dependencies of their modules added. */
  readonly nodes: readonly Migration[];
  readonly #lines: ReadonlyMap<string, Line>;
  readonly #applied = new Map<string, Set<Version>>();

  /** @throws TenonError `MODULE_UNKNOWN`, `DEPENDENCY_MISSING` */
  constructor(modules: readonly Module[], migrations: readonly Migration[], applied: Iterable<MigrationId>) {
    const ranked = [...modules].sort(compareModules);
    const byModule = groupByModule(ranked, migrations);
    const order = new VersionOrder(migrations);
    const nodes: Migration[] = [];
    const lines = new Map<string, Line>();
    for (const { name, dependsOn } of ranked) {
      const own = byModule.get(name) ?? [];
      own.sort((a, b) => order.compare(name, a.version, b.version));
      const first = nodes.length;
      lines.set(name, { first, byVersion: new Map(own.map(({ version }, at) => [version, first + at])) });
      for (const migration of own) nodes.push(withDependencies(migration, dependsOn));
    }
    this.nodes = nodes;
    this.#lines = lines;
    for (const { module, version } of applied) {
      const versions = this.#applied.get(module);
      if (versions === undefined) this.#applied.set(module, new Set([version]));
      else versions.add(version);
    }
    // Said here too for modules that have no migration of their own to ask for it.
    for (const { name, dependsOn } of ranked) this.#resolveAll(dependsOn, { module: name });
  }

  get size(): number {
    return this.nodes.length;
  }

  needs(node: number): readonly number[] {
    const migration = this.nodes[node];
    if (migration === undefined) return [];
    const needed = this.#resolveAll(migration.dependsOn, migration);
    return this.#lines.get(migration.module)?.first === node ? needed : [...needed, node - 1];
  }

  #resolveAll(references: readonly ModuleReference[], asking: Asking): readonly number[] {
    return references
      .map((reference) => this.#resolve(reference, asking))
      .filter((node) => node !== undefined);
  }

  /** The last node that a dependency asks for; undefined when that is applied already, or there is none to ask for. */
  #resolve({ module, version }: ModuleReference, asking: Asking): number | undefined {
    const line = this.#lines.get(module);
    const applied = this.#applied.get(module);
    if (version === undefined) {
      if (line === undefined && applied === undefined) throw missingModule(module, asking);
      return line === undefined || line.byVersion.size === 0
        ? undefined
        : line.first + line.byVersion.size - 1;
    }
    const node = line?.byVersion.get(version);
    if (node !== undefined || applied?.has(version) === true) return node;
    if (line === undefined && applied === undefined) throw missingModule(module, asking, version);
    throw missingVersion({ module, version }, asking, [...(line?.byVersion.keys() ?? [])]);
  }
}

/** One module's versions in their order: consecutive nodes. */
interface Line {
  readonly first: number;
  readonly byVersion: ReadonlyMap<Version, number>;
}

/** The module or migration whose dependency is looked at. */
interface Asking extends ModuleReference {
  readonly file?: string | undefined;
}

function groupByModule(
  modules: readonly Module[],
  migrations: readonly Migration[],
): Map<string, Migration[]> {
  const byModule = new Map<string, Migration[]>(modules.map((module) => [module.name, []]));
  for (const migration of migrations) {
    const own = byModule.get(migration.module);
    if (own === undefined) {
      throw new TenonError("MODULE_UNKNOWN", `${describeReference(migration)} belongs to no known module.`, {
        where: { module: migration.module, version: migration.version, file: migration.file },
        hint: `Register the module ${migration.module}.`,
      });
    }
    own.push(migration);
  }
  return byModule;
}

function withDependencies(migration: Migration, added: readonly ModuleReference[]): Migration {
  if (added.length === 0) return migration;
  const own = new Set(migration.dependsOn.map(describeReference));
  const others = added.filter((reference) => !own.has(describeReference(reference)));
  return { ...migration, dependsOn: [...migration.dependsOn, ...others] };
}

function missingModule(module: string, asking: Asking, version?: Version): TenonError {
  const wanted = describeReference({ module, version });
  return missing(
    `${describeReference(asking)} depends on ${wanted}, and there is no module ${module}.`,
    asking,
    `Register ${module}, or correct the name.`,
  );
}

function missingVersion(wanted: ModuleReference, asking: Asking, versions: readonly Version[]): TenonError {
  const last = versions.at(-1);
  return missing(
    `${describeReference(asking)} depends on ${describeReference(wanted)}, and ${wanted.module} has no version ${wanted.version}.`,
    asking,
    last === undefined
      ? `${wanted.module} has no versions on this engine.`
      : `The versions of ${wanted.module} on this engine go up to ${last}.`,
  );
}

function missing(message: string, { module, version, file }: Asking, hint: string): TenonError {
  return new TenonError("DEPENDENCY_MISSING", message, { where: { module, version, file }, hint });
}
