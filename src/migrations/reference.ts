import { messageOf, TenonError } from "../errors.js";
import type { ModuleReference } from "./migration.js";
import { parseVersion } from "./version.js";

/** A dependency as people write it: `"users"`, `"users@2"`, or the same as an object. */
export type ReferenceInput =
  | string
  | { readonly module: string; readonly version?: number | bigint | string | undefined };

const NAME = /^[A-Za-z][A-Za-z0-9_.-]*$/;
const LONGEST_NAME = 63;

/**
 * Whether a text can name a module: a letter, then letters, digits, `_`, `-` or `.`, at most 63. These names go
 * into `name@version`, file names and shell commands as they are.
 */
export function isModuleName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text);
}

/** Reads a dependency. @throws TenonError `MODULE_INVALID` for what is none, `VERSION_INVALID` for its version */
export function parseReference(input: unknown): ModuleReference {
  if (typeof input === "string") {
    const at = input.indexOf("@");
    return at === -1 ? reference(input.trim()) : reference(input.slice(0, at).trim(), input.slice(at + 1));
  }
  if (typeof input === "object" && input !== null && "module" in input && typeof input.module === "string") {
    return reference(input.module, "version" in input ? input.version : undefined);
  }
  throw malformed(String(input));
}

/** Reads the `dependsOn` of a module or migration: one dependency or a list; the same one twice counts once. */
export function parseReferences(input: unknown): readonly ModuleReference[] {
  if (input === undefined || input === null) return [];
  const references = (Array.isArray(input) ? input : [input]).map(parseReference);
  const byText = new Map(references.map((each) => [describeReference(each), each]));
  return [...byText.values()];
}

/** `users`, or `users@2`. */
export function describeReference({ module, version }: ModuleReference): string {
  return version === undefined ? module : `${module}@${version}`;
}

function reference(module: string, version?: unknown): ModuleReference {
  if (!isModuleName(module)) throw malformed(module);
  if (version === undefined || version === null) return { module };
  if (typeof version !== "string" && typeof version !== "number" && typeof version !== "bigint") {
    throw malformed(`${module}@${String(version)}`);
  }
  try {
    return { module, version: parseVersion(version, { dotted: true }) };
  } catch (error) {
    throw new TenonError("VERSION_INVALID", `In the dependency ${module}@${version}: ${messageOf(error)}`, {
      hint: error instanceof TenonError ? error.hint : undefined,
      cause: error,
    });
  }
}

function malformed(shown: string): TenonError {
  return new TenonError("MODULE_INVALID", `${JSON.stringify(shown)} does not name a module.`, {
    hint: 'A dependency is a module, "users", or a module at a version, "users@2".',
  });
}
