import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { compareVersions, type Migration } from "../../../src/migrations/index.js";
import { type Module, orderMigrations, orderModules } from "../../../src/modules/index.js";
import { refusalOf } from "../migrations/refusal.js";
import { core, idOf, ids, migration, plugin, reference } from "./modules.js";

describe("orderModules", () => {
  it("puts core before plugins, then goes by priority, then by name", () => {
    const modules = [
      plugin("alpha", { priority: 1 }),
      core("zoo", { priority: 2 }),
      core("bear", { priority: 2 }),
      core("users", { priority: 1 }),
      core("last"),
    ];
    expect(orderModules(modules).map(({ name }) => name)).toEqual(["users", "bear", "zoo", "last", "alpha"]);
  });

  it("puts what a module depends on before it, whatever the priority", () => {
    const modules = [
      core("conversations", { priority: 1, dependsOn: ["users"] }),
      core("users", { priority: 9 }),
      core("memory", { priority: 5 }),
    ];
    expect(orderModules(modules).map(({ name }) => name)).toEqual(["memory", "users", "conversations"]);
  });

  it("shows modules that depend on each other as a circle", () => {
    const modules = [
      core("a", { dependsOn: ["b"] }),
      core("b", { dependsOn: ["c"] }),
      core("c", { dependsOn: ["a"] }),
      core("d", { dependsOn: ["a"] }),
    ];
    const error = refusalOf(() => orderModules(modules));
    expect(error.code).toBe("DEPENDENCY_CYCLE");
    expect(error.message).toContain("a -> b -> c -> a");
    expect(error.details).toEqual({ cycle: ["a", "b", "c"] });
  });

  it("does not take a dependency on one version for one on the whole module", () => {
    const modules = [core("a", { dependsOn: ["b@1"] }), core("b", { dependsOn: ["a@1"] })];
    expect(orderModules(modules).map(({ name }) => name)).toEqual(["a", "b"]);
  });
});

describe("orderMigrations", () => {
  it("goes through the modules in their order, and in each through its versions", () => {
    const modules = [plugin("calendar"), core("users", { priority: 2 }), core("base", { priority: 1 })];
    const migrations = ["calendar@1", "users@10", "users@9", "base@2", "base@1"].map((id) => migration(id));
    expect(ids(orderMigrations(modules, migrations))).toEqual([
      "base@1",
      "base@2",
      "users@9",
      "users@10",
      "calendar@1",
    ]);
  });

  it("puts all of a module before what depends on it, and only the named version where one is named", () => {
    const modules = [
      core("conversations", { priority: 1, dependsOn: ["users@1"] }),
      core("users", { priority: 2 }),
    ];
    const migrations = [
      migration("conversations@1"),
      migration("conversations@2", "users"),
      migration("users@1"),
      migration("users@2"),
    ];
    expect(ids(orderMigrations(modules, migrations))).toEqual([
      "users@1",
      "conversations@1",
      "users@2",
      "conversations@2",
    ]);
  });

  it("adds the dependencies of the module to each of its migrations, each once", () => {
    const modules = [core("users"), core("notes", { dependsOn: ["users@1", "users"] })];
    const migrations = [migration("users@1"), migration("notes@1"), migration("notes@2", "users@1")];
    const ordered = orderMigrations(modules, migrations);
    expect(ordered.map(({ dependsOn }) => dependsOn)).toEqual([
      [],
      [reference("users@1"), reference("users")],
      [reference("users@1"), reference("users")],
    ]);
  });

  it("shows a circle with the ends of what it goes through in each module", () => {
    const modules = [core("a"), core("b")];
    const migrations = [
      migration("a@1", "b@1"),
      ...["a@2", "a@3", "a@4"].map((id) => migration(id)),
      migration("b@1", "a@4"),
      migration("b@2"),
    ];
    const error = refusalOf(() => orderMigrations(modules, migrations));
    expect(error.code).toBe("DEPENDENCY_CYCLE");
    expect(error.message).toContain("a@1 -> b@1 -> a@4 -> a@1");
    expect(error.where).toEqual({ module: "a", version: "1", file: undefined });
  });

  it("shows a migration that depends on itself, or on its own module, as a circle", () => {
    const circle = (...migrations: Migration[]) =>
      refusalOf(() => orderMigrations([core("a")], migrations)).details["cycle"];
    expect(circle(migration("a@1"), migration("a@2", "a@2"))).toEqual(["a@2"]);
    expect(circle(migration("a@1"), migration("a@2", "a"))).toEqual(["a@2"]);
    expect(circle(migration("a@1", "a@3"), migration("a@2"), migration("a@3"))).toEqual(["a@1", "a@3"]);
  });

  it("says who asks for a module that is not there", () => {
    const error = refusalOf(() => orderMigrations([core("notes")], [migration("notes@1", "users@2")]));
    expect([error.code, error.where.module, error.where.version]).toEqual([
      "DEPENDENCY_MISSING",
      "notes",
      "1",
    ]);
    expect(error.message).toBe("notes@1 depends on users@2, and there is no module users.");
  });

  it("says who asks for a version that is not there, and how far the versions go", () => {
    const modules = [core("users"), core("notes", { dependsOn: ["users@7"] })];
    const error = refusalOf(() => orderMigrations(modules, [migration("users@3")]));
    expect(error.code).toBe("DEPENDENCY_MISSING");
    expect(error.message).toBe("notes depends on users@7, and users has no version 7.");
    expect(error.hint).toContain("go up to 3");
  });

  it("takes what is applied for what is there, though its module or version is gone", () => {
    const migrations = [
      migration("notes@1", "users@2", "users"),
      migration("notes@2", "tags@1"),
      migration("tags@3"),
    ];
    const applied = ["users@2", "tags@1"].map(idOf);
    const ordered = orderMigrations([core("notes"), core("tags")], migrations, { applied });
    expect(ids(ordered)).toEqual(["notes@1", "notes@2", "tags@3"]);
  });

  it("lets a module depend on one that has no migrations", () => {
    const modules = [core("empty"), core("notes", { dependsOn: ["empty"] })];
    expect(ids(orderMigrations(modules, [migration("notes@1")]))).toEqual(["notes@1"]);
  });

  it("refuses a migration whose module is not known", () => {
    expect(refusalOf(() => orderMigrations([], [migration("notes@1")])).code).toBe("MODULE_UNKNOWN");
  });
});

/** Modules in random kinds and priorities, with dependencies that point from later to earlier letters only. */
const NAMES = ["a", "b", "c", "d", "e", "f"];
const world = fc
  .record({
    shuffledNames: fc.shuffledSubarray(NAMES, { minLength: NAMES.length }),
    counts: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 6, maxLength: 6 }),
    kinds: fc.array(fc.constantFrom(core, plugin), { minLength: 6, maxLength: 6 }),
    priorities: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 6, maxLength: 6 }),
    edges: fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(4), fc.nat(4)), { maxLength: 12 }),
  })
  .map(({ shuffledNames: names, counts, kinds, priorities, edges }) => {
    const dependencies = edges.flatMap(([x, y, fromVersion, toVersion]) => {
      if (x === y) return [];
      const [from, to] = x > y ? [x, y] : [y, x];
      const isToAll = toVersion === 0 || toVersion > (counts[to] ?? 0);
      return [
        { from: names[from] ?? "", fromVersion, to: isToAll ? `${names[to]}` : `${names[to]}@${toVersion}` },
      ];
    });
    const modules = names.map((name, index) => {
      const make = kinds[index] ?? core;
      const own = dependencies.filter((each) => each.from === name && each.fromVersion === 0);
      return make(name, { priority: priorities[index], dependsOn: own.map(({ to }) => to) });
    });
    const migrations = names.flatMap((name, index) =>
      Array.from({ length: counts[index] ?? 0 }, (_, at) => {
        const own = dependencies.filter((each) => each.from === name && each.fromVersion === at + 1);
        return migration(`${name}@${at + 1}`, ...own.map(({ to }) => to));
      }),
    );
    return { modules, migrations };
  });

describe("the order of migrations", () => {
  it("has everything once, and each after all that it needs", () => {
    fc.assert(
      fc.property(world, ({ modules, migrations }) => {
        const ordered = orderMigrations(modules, migrations);
        expect([...ids(ordered)].sort()).toEqual([...ids(migrations)].sort());
        const places = new Map(ids(ordered).map((id, place) => [id, place]));
        for (const [place, each] of ordered.entries()) {
          for (const needed of neededBy(each, migrations)) expect(places.get(needed)).toBeLessThan(place);
        }
      }),
    );
  });

  it("does not depend on the order in which modules and migrations are given", () => {
    const shuffled = world.chain(({ modules, migrations }) =>
      fc.record({
        modules: fc.constant(modules),
        migrations: fc.constant(migrations),
        otherModules: fc.shuffledSubarray(modules, { minLength: modules.length }),
        otherMigrations: fc.shuffledSubarray(migrations, { minLength: migrations.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ modules, migrations, otherModules, otherMigrations }) => {
        expect(ids(orderMigrations(otherModules, otherMigrations))).toEqual(
          ids(orderMigrations(modules, migrations)),
        );
      }),
    );
  });

  it("stays as it is when a module comes that nothing depends on", () => {
    const added = fc.record({
      kind: fc.constantFrom(core, plugin),
      priority: fc.integer({ min: 0, max: 2 }),
      on: fc.nat(5),
    });
    fc.assert(
      fc.property(world, added, ({ modules, migrations }, { kind, priority, on }) => {
        const before = ids(orderMigrations(modules, migrations));
        const guest: Module = kind("guest", { priority, dependsOn: [NAMES[on] ?? "a"] });
        const after = ids(
          orderMigrations([...modules, guest], [...migrations, migration("guest@1"), migration("guest@2")]),
        );
        expect(after.filter((id) => !id.startsWith("guest"))).toEqual(before);
      }),
    );
  });

  it("of 1,000 modules with 10,000 migrations is found at once", () => {
    const modules = Array.from({ length: 1000 }, (_, index) =>
      core(`m${index}`, {
        priority: index % 7,
        dependsOn: index === 0 ? [] : [`m${Math.floor(index / 2)}@5`, "m0"],
      }),
    );
    const migrations = modules.flatMap(({ name }) =>
      Array.from({ length: 10 }, (_, at) => migration(`${name}@${at + 1}`)),
    );
    const start = performance.now();
    expect(orderMigrations(modules, migrations)).toHaveLength(10_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

function neededBy(each: Migration, migrations: readonly Migration[]): string[] {
  const earlier = migrations.filter(
    (other) => other.module === each.module && compareVersions(other.version, each.version) < 0,
  );
  const asked = migrations.filter((other) =>
    each.dependsOn.some(
      ({ module, version }) =>
        module === other.module && (version === undefined || version === other.version),
    ),
  );
  return ids([...earlier, ...asked]);
}
