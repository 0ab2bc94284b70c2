import { TenonError } from "../errors.js";
import { describeReference, type Migration, type ModuleReference } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { PluginFacts } from "./plugin-facts.js";

/**
 * Refuses to activate a plugin beside what it conflicts with, or without what it depends on: all of it is named, and
 * nothing is pulled in.
 * @throws TenonError `PLUGIN_CONFLICT`, `DEPENDENCY_MISSING`
 */
export function refuseUnmet(module: Module, migrations: readonly Migration[], facts: PluginFacts): void {
  const conflicts = conflictsOf(module.name, module.conflictsWith, facts);
  const [conflict] = conflicts;
  if (conflict !== undefined) {
    throw new TenonError(
      "PLUGIN_CONFLICT",
      `${module.name} cannot be active together with ${conflicts.join(", ")}. Nothing was changed.`,
      {
        where: { module: module.name },
        hint: facts.isPlugin(conflict)
          ? `Deactivate ${conflict} first: \`tenon plugin deactivate ${conflict}\`.`
          : `${conflict} is a core module of this application.`,
        details: { conflicts },
      },
    );
  }
  const missing = missingOf(module, migrations, facts);
  const [first] = missing;
  if (first === undefined) return;
  throw new TenonError(
    "DEPENDENCY_MISSING",
    `${module.name} depends on what is not there: ${missing.map((each) => `${describeReference(each.reference)} (${each.why})`).join(", ")}. Nothing was changed.`,
    {
      where: { module: module.name },
      hint: first.isPlugin
        ? `Activate it first: \`tenon plugin activate ${first.reference.module}\`.`
        : `Apply it first: \`tenon up --module ${first.reference.module}\`.`,
      details: { missing: missing.map((each) => describeReference(each.reference)) },
    },
  );
}

/** Modules in use that a plugin cannot be beside, whichever of the two says so. */
function conflictsOf(name: string, conflictsWith: readonly string[], facts: PluginFacts): readonly string[] {
  const saidByOthers = [...new Set([...facts.records.keys(), ...facts.present])].filter((other) => {
    const said = facts.module(other)?.conflictsWith ?? facts.records.get(other)?.conflictsWith ?? [];
    return said.includes(name);
  });
  const all = [...new Set([...conflictsWith, ...saidByOthers])];
  return all.filter((other) => other !== name && facts.isInUse(other)).sort();
}

interface Missing {
  readonly reference: ModuleReference;
  readonly why: string;
  readonly isPlugin: boolean;
}

function missingOf(module: Module, migrations: readonly Migration[], facts: PluginFacts): readonly Missing[] {
  const own = migrations.filter((migration) => migration.module === module.name);
  const references = new Map(
    [...module.dependsOn, ...own.flatMap((migration) => migration.dependsOn)]
      .filter((reference) => reference.module !== module.name)
      .map((reference) => [describeReference(reference), reference]),
  );
  return [...references.values()].flatMap((reference): Missing[] => {
    const isPlugin = facts.isPlugin(reference.module);
    const why = whyMissing(reference, isPlugin, migrations, facts);
    return why === undefined ? [] : [{ reference, why, isPlugin }];
  });
}

function whyMissing(
  { module, version }: ModuleReference,
  isPlugin: boolean,
  migrations: readonly Migration[],
  facts: PluginFacts,
): string | undefined {
  const applied = facts.appliedOf(module);
  if (applied.length === 0) {
    // A core module without migrations has nothing that could be missing.
    const isEmpty = !migrations.some((migration) => migration.module === module);
    if (!isPlugin && facts.module(module) !== undefined && isEmpty && version === undefined) return undefined;
    return isPlugin ? "not active" : "not applied";
  }
  if (isPlugin && facts.statusOf(module) !== "active") return facts.statusOf(module);
  if (version !== undefined && !applied.some((row) => row.version === version)) {
    return `at version ${facts.installedVersion(module)}`;
  }
  return undefined;
}

/** Who must leave before a plugin can, the last to come first to go; core modules among them cannot be taken along. */
export interface Dependents {
  readonly plugins: readonly string[];
  readonly core: readonly string[];
}

/**
 * Who needs a plugin, and who needs those. To deactivate it, those count that are in use; to remove it, all that have
 * something applied.
 */
export function dependentsOn(name: string, facts: PluginFacts, going: "inactive" | "removed"): Dependents {
  const candidates = facts.present.filter((each) => going === "removed" || facts.isInUse(each));
  const leaving = new Set([name]);
  const found: string[] = [];
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of candidates) {
      if (leaving.has(each) || !facts.needsOf(each).some(({ module }) => leaving.has(module))) continue;
      leaving.add(each);
      found.push(each);
      grown = true;
    }
  }
  return {
    plugins: leavingOrder(
      found.filter((each) => facts.isPlugin(each) || facts.module(each) === undefined),
      facts,
    ),
    core: found.filter((each) => facts.module(each)?.kind === "core"),
  };
}

/** Each before what it needs, so that at no moment one stands without it. */
function leavingOrder(names: readonly string[], facts: PluginFacts): readonly string[] {
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { module } of facts.needsOf(name)) if (names.includes(module)) visit(module);
    order.push(name);
  };
  for (const name of names) visit(name);
  return order.reverse();
}

/**
 * Who goes with a plugin: it alone, or with `cascade` those that need it, before it.
 * @throws TenonError `PLUGIN_NEEDED`
 */
export function whoLeaves(
  name: string,
  facts: PluginFacts,
  going: "inactive" | "removed",
  options: { readonly cascade?: boolean | undefined },
): readonly string[] {
  const { plugins, core } = dependentsOn(name, facts, going);
  if (core.length === 0 && (plugins.length === 0 || options.cascade === true)) return [...plugins, name];
  const all = [...core, ...plugins];
  const verb = going === "removed" ? "removed" : "deactivated";
  throw new TenonError(
    "PLUGIN_NEEDED",
    `${name} cannot be ${verb} while ${all.join(", ")} ${all.length === 1 ? "needs" : "need"} it. Nothing was changed.`,
    {
      where: { module: name },
      hint:
        core.length > 0
          ? `${core.join(", ")} ${core.length === 1 ? "is a core module" : "are core modules"}, which no plugin takes along: roll back there what depends on ${name} first.`
          : `Let ${plugins.length === 1 ? "it" : "them"} go first, or take ${plugins.length === 1 ? "it" : "them"} along with --cascade (\`cascade: true\`).`,
      details: { dependents: all },
    },
  );
}
