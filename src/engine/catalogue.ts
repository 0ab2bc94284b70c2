import type { EngineName } from "../connection/index.js";
import {
  isRepeatable,
  listMigrations,
  loadPrograms,
  type Migration,
  readWhole,
  type Version,
  VersionOrder,
} from "../migrations/index.js";
import { loadOrder, type Module } from "../modules/index.js";
import { type Digests, digestOf } from "./digest.js";
import type { JournalRow } from "./journal-row.js";
import { codeForbidden } from "./plugin-refusals.js";

/**
 * All migrations of a set of modules for one engine. Migrations that are programs are known by name, version and
 * checksum; a program is run (loaded) only when one of its steps may be needed.
 */
export class Catalogue {
  readonly modules: readonly Module[];
  /** The highest defined version of each module. */
  readonly latest: ReadonlyMap<string, Version>;
  /** Modules whose versions are only in the journal: they write no migrations, their database follows their tables. */
  readonly synced: ReadonlySet<string>;
  /** Each module's own in their order, as they were listed. */
  readonly #lists: Lists;
  #migrations: readonly Migration[] | undefined;
  #digests: Digests | undefined;

  private constructor(modules: readonly Module[], lists: Lists) {
    this.modules = modules;
    this.#lists = lists;
    this.latest = latestVersions(lists);
    this.synced = new Set(
      modules.filter((module) => module.source.kind === "tables").map((module) => module.name),
    );
  }

  /**
   * Loads modules, and of `others` the core modules and those plugins that something here depends on: what is wrong
   * with another plugin is no affair of these.
   * @throws TenonError whatever is wrong with a source
   */
  static async load(
    modules: readonly Module[],
    engine: EngineName,
    others: readonly Module[] = [],
  ): Promise<Catalogue> {
    const all: Module[] = [];
    const lists = new Map<string, readonly Migration[]>();
    let next: readonly Module[] = [...modules, ...others.filter(({ kind }) => kind === "core")];
    while (next.length > 0) {
      for (const { name, source } of next) {
        const listed = listMigrations(source, { module: name, engine });
        const known = lists.get(name);
        lists.set(name, known === undefined ? listed : inOrder(name, [...known, ...listed]));
      }
      all.push(...next);
      const left = others.filter((other) => !all.includes(other));
      // What a migration depends on stands in its text, which is read only where that can matter.
      const dependents =
        left.length === 0 ? [] : next.flatMap((module) => [module, ...(lists.get(module.name) ?? [])]);
      const needed = new Set(dependents.flatMap((each) => each.dependsOn.map(({ module }) => module)));
      next = left.filter((other) => needed.has(other.name));
    }
    return new Catalogue(all, lists);
  }

  /** Every migration, in no order that means anything between modules. */
  get migrations(): readonly Migration[] {
    this.#migrations ??= [...this.#lists.values()].flat();
    return this.#migrations;
  }

  /** What `applied` must equal for there to be nothing to do. */
  get digests(): Digests {
    this.#digests ??= new Map(
      [...this.#lists].flatMap(([module, list]) => {
        const digest = digestOf(list);
        return digest === undefined ? [] : [[module, digest]];
      }),
    );
    return this.#digests;
  }

  /**
   * Every migration in the order in which it may run, with what its module depends on merged into it; the programs
   * of those that are needed are loaded.
   *
   * @throws TenonError `DEPENDENCY_MISSING`, `DEPENDENCY_CYCLE`, and what is wrong with a program
   */
  async ordered(
    rows: readonly JournalRow[],
    isNeeded: (migration: Migration) => boolean,
  ): Promise<readonly Migration[]> {
    const programs = this.migrations.filter(
      (migration) => migration.load !== undefined && isNeeded(migration),
    );
    if (programs.length > 0) {
      this.#refusePrograms(programs);
      this.#migrations = await loadPrograms(this.migrations, isNeeded);
    }
    this.#migrations = readWhole(this.migrations);
    const applied = rows.filter((row) => row.status === "applied");
    const { orderMigrations } = await loadOrder();
    return orderMigrations(this.modules, this.#migrations, { applied });
  }

  /** To load a program is to run it, so those of a plugin that is held to SQL are not even loaded. */
  #refusePrograms(programs: readonly Migration[]): void {
    const held = new Set(
      this.modules.filter((module) => module.rules?.sqlOnly === true).map(({ name }) => name),
    );
    const found = programs.find(({ module }) => held.has(module));
    if (found !== undefined) throw codeForbidden(found.module, found.version, found.file);
  }
}

type Lists = ReadonlyMap<string, readonly Migration[]>;

/** Of two modules that go by one name. */
function inOrder(module: string, migrations: readonly Migration[]): readonly Migration[] {
  const order = new VersionOrder(migrations);
  return [...migrations].sort((a, b) => order.compare(module, a.version, b.version));
}

function latestVersions(lists: Lists): ReadonlyMap<string, Version> {
  const latest = new Map<string, Version>();
  for (const [module, list] of lists) {
    const last = list.findLast(({ version }) => !isRepeatable(version));
    if (last !== undefined) latest.set(module, last.version);
  }
  return latest;
}
