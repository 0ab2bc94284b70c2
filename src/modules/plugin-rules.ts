import { TenonError } from "../errors.js";
import { isModuleName } from "../migrations/index.js";

/** What a plugin is held to. */
export interface PluginRules {
  /** What the names of its tables, views, functions, … begin with; undefined lets it choose. */
  readonly prefix: string | undefined;
  /** The schema in which everything of it lives, where the engine has schemas. */
  readonly schema: string | undefined;
  /** Only SQL: a migration that is a program is refused before it is loaded. */
  readonly sqlOnly: boolean;
  /** The tables of others that it may read; undefined lets it read all. */
  readonly reads: readonly string[] | undefined;
  /** The extensions that it may create, where the engine has such. */
  readonly extensions: readonly string[];
}

/** The rules as they are written: each may be left out. */
export type PluginRulesInput = { readonly [Rule in keyof PluginRules]?: PluginRules[Rule] | undefined };

/** Without any rule a plugin is still kept off what belongs to others. */
export const NO_RULES: PluginRules = {
  prefix: undefined,
  schema: undefined,
  sqlOnly: false,
  reads: undefined,
  extensions: [],
};

export const RULE_NAMES: readonly string[] = Object.keys(NO_RULES);

/** Completes and checks the rules of a plugin. @throws TenonError `MODULE_INVALID` */
export function readPluginRules(module: string, input: PluginRulesInput): PluginRules {
  const { prefix, schema, sqlOnly = false, reads, extensions = [] } = input;
  if (prefix !== undefined && !isNamePart(prefix))
    throw wrong("prefix", prefix, 'Write for example "calendar_".');
  if (schema !== undefined && !isNamePart(schema))
    throw wrong("schema", schema, 'Write for example "calendar".');
  if (typeof sqlOnly !== "boolean") throw wrong("sqlOnly", sqlOnly, "Write true, or leave it out.");
  if (reads !== undefined && !isNameList(reads)) throw wrong("reads", reads, 'Write for example ["users"].');
  if (!isNameList(extensions)) throw wrong("extensions", extensions, 'Write for example ["pg_trgm"].');
  return { prefix, schema, sqlOnly, reads, extensions };

  function wrong(option: string, value: unknown, hint: string): TenonError {
    return new TenonError("MODULE_INVALID", `Module ${module} has the ${option} ${JSON.stringify(value)}.`, {
      where: { module },
      hint,
    });
  }
}

/** Reads a list of module names. @throws TenonError `MODULE_INVALID` */
export function readModuleNames(module: string, option: string, value: unknown): readonly string[] {
  const names: unknown = typeof value === "string" ? [value] : (value ?? []);
  if (isNameList(names) && names.every((name) => isModuleName(name) && name !== module)) return names;
  throw new TenonError("MODULE_INVALID", `Module ${module} has the ${option} ${JSON.stringify(value)}.`, {
    where: { module },
    hint: 'Name other modules: "calendar", or ["calendar", "tasks"].',
  });
}

/** A name, or the beginning of one, that needs no quotes and means the same on every engine. */
function isNamePart(value: unknown): value is string {
  return typeof value === "string" && /^[a-z][a-z0-9_]{0,47}$/.test(value);
}

function isNameList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string" && each.trim() !== "");
}
