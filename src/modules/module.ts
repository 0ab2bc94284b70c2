import { TenonError } from "../errors.js";
import {
  isModuleName,
  type ModuleReference,
  parseReferences,
  type ReferenceInput,
  type Source,
} from "../migrations/index.js";
import {
  type PluginRules,
  type PluginRulesInput,
  RULE_NAMES,
  readModuleNames,
  readPluginRules,
} from "./plugin-rules.js";

/** A part of the application itself, or something that is installed later. */
export type ModuleKind = "core" | "plugin";

/** A named owner of part of the database. */
export interface Module {
  readonly name: string;
  readonly kind: ModuleKind;
  /** Order among modules of one kind, lower first. */
  readonly priority: number;
  /** What must be there before any migration of this module. */
  readonly dependsOn: readonly ModuleReference[];
  /** Modules that cannot be active beside this one. */
  readonly conflictsWith: readonly string[];
  /** What a plugin is held to; undefined for core modules, which may do anything. */
  readonly rules: PluginRules | undefined;
  readonly source: Source;
}

export interface ModuleOptions extends PluginRulesInput {
  /** Order among modules of one kind, lower first; 100 when left out. */
  readonly priority?: number | undefined;
  /** `"users"`, `"users@2"`, or a list; stronger than the priority. */
  readonly dependsOn?: ReferenceInput | readonly ReferenceInput[] | undefined;
  /** For plugins: modules that cannot be active beside this one; saying it on one side is enough. */
  readonly conflictsWith?: string | readonly string[] | undefined;
  /** For plugins: what the names of everything that it makes begin with, `calendar_`. */
  readonly prefix?: string | undefined;
  /**
   * For plugins: the schema in which everything that it makes lives. It is made for the plugin. SQLite has no
   * schemas: there the names begin with it, `calendar_events` for `calendar`, unless `prefix` says otherwise.
   */
  readonly schema?: string | undefined;
  /** For plugins: refuses migrations that are programs. Only such a plugin is contained. */
  readonly sqlOnly?: boolean | undefined;
  /** For plugins: the tables of others that its migrations may read; all unless given. */
  readonly reads?: readonly string[] | undefined;
  /** For plugins: the PostgreSQL extensions that its migrations may create; none unless given. */
  readonly extensions?: readonly string[] | undefined;
}

/**
 * Makes a module of what was given, or says what is wrong with it.
 * @throws TenonError `MODULE_INVALID`, `VERSION_INVALID`
 */
export function defineModule(name: string, kind: ModuleKind, options: ModuleOptions, source: Source): Module {
  if (typeof name !== "string" || !isModuleName(name)) {
    throw new TenonError("MODULE_INVALID", `${JSON.stringify(name)} cannot be the name of a module.`, {
      hint: "A name is a letter, then letters, digits, `_`, `-` or `.`; 63 characters at most.",
    });
  }
  if (kind !== "core" && kind !== "plugin") {
    throw invalid(name, `has the kind ${JSON.stringify(kind)}`, 'The kind is "core" or "plugin".');
  }
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) {
    throw invalid(name, `has the option "${unknown}"`, `The options are ${OPTIONS.join(", ")}.`);
  }
  const priority = options.priority ?? DEFAULT_PRIORITY;
  if (!Number.isSafeInteger(priority)) {
    throw invalid(name, `has the priority ${String(priority)}`, "A priority is a whole number, lower first.");
  }
  const ofPlugins = ["conflictsWith", ...RULE_NAMES].find((key) => Reflect.get(options, key) !== undefined);
  if (kind === "core" && ofPlugins !== undefined) {
    throw invalid(
      name,
      `is a core module and has ${ofPlugins}`,
      "Only plugins are held to rules: leave it out.",
    );
  }
  return {
    name,
    kind,
    priority,
    dependsOn: readDependencies(name, options),
    conflictsWith: readModuleNames(name, "conflictsWith", options.conflictsWith),
    rules: kind === "plugin" ? readPluginRules(name, options) : undefined,
    source,
  };
}

const DEFAULT_PRIORITY = 100;
const OPTIONS = ["priority", "dependsOn", "conflictsWith", ...RULE_NAMES];

function readDependencies(name: string, options: ModuleOptions): readonly ModuleReference[] {
  let dependsOn: readonly ModuleReference[];
  try {
    dependsOn = parseReferences(options.dependsOn);
  } catch (error) {
    throw error instanceof TenonError ? error.at({ module: name }) : error;
  }
  if (dependsOn.every((each) => each.module !== name)) return dependsOn;
  throw invalid(name, "depends on itself", "Its own versions come in their order anyway: leave this out.");
}

function invalid(module: string, why: string, hint: string): TenonError {
  return new TenonError("MODULE_INVALID", `Module ${module} ${why}.`, { where: { module }, hint });
}
