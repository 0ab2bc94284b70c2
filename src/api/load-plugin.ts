import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { messageOf, TenonError } from "../errors.js";
import { type Module, type PluginRulesInput, readPluginRules } from "../modules/index.js";
import { defineModule, isModule } from "./define-module.js";

/** A plugin that the host installs without having written it: where its code is, and what it is held to. */
export interface HostPlugin extends PluginRulesInput {
  readonly name: string;
  /**
   * A package, a path, or a `file:` URL. It exports the module that `defineModule` or `registerSchema` gave, as default or by any
   * name, or `{ name, migrations }`, or registers it while it is loaded. Without it the registry has the module.
   */
  readonly from?: string | URL | undefined;
}

export interface LoadPluginRequest extends HostPlugin {
  /** The folder from which relative paths and packages are found; the working folder unless given. */
  readonly baseFolder?: string | undefined;
  /** Finds what the code has registered while it was loaded. */
  readonly registered: () => Module | undefined;
}

/** Loads the module of a plugin from its code, and holds it to what the host says. @throws TenonError `PLUGIN_FAILED` */
export async function loadPlugin(request: LoadPluginRequest): Promise<Module> {
  const { name, from, registered } = request;
  if (from === undefined) throw new TenonError("INTERNAL", `Nobody says where the code of ${name} is.`);
  let exported: unknown;
  try {
    exported = await importCode(from, request.baseFolder ?? ".");
  } catch (cause) {
    throw new TenonError("PLUGIN_FAILED", `The code of ${name} cannot be loaded: ${messageOf(cause)}.`, {
      where: { module: name, file: String(from) },
      hint: "The error came from the plugin itself, or it is not installed where the host says.",
      cause,
    });
  }
  const module = findModule(name, exported) ?? registered();
  if (module === undefined) throw notExported(name, from);
  if (module.kind !== "plugin") {
    throw new TenonError("PLUGIN_FAILED", `The code of ${name} defines a core module, and no plugin.`, {
      where: { module: name, file: String(from) },
      hint: 'A plugin says so: defineModule(name, "plugin", …).',
    });
  }
  return withHostRules(module, request);
}

/** What the host says is stronger than what the plugin says of itself. */
export function withHostRules(module: Module, host: PluginRulesInput): Module {
  const { prefix, schema, sqlOnly, reads, extensions } = host;
  const given = Object.entries({ prefix, schema, sqlOnly, reads, extensions }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length === 0) return module;
  return {
    ...module,
    rules: readPluginRules(module.name, { ...module.rules, ...Object.fromEntries(given) }),
  };
}

async function importCode(from: string | URL, baseFolder: string): Promise<unknown> {
  const path = pathOf(from, baseFolder);
  if (!/\.[cm]?ts$/.test(path)) return import(pathToFileURL(path).href);
  // As with a config: the package is handed to the code, which then registers where the host looks.
  const [{ createJiti }, tenon] = await Promise.all([import("jiti"), import(OWN_ENTRY)]);
  return createJiti(import.meta.url, { fsCache: false, virtualModules: { tenon } }).import(path);
}

// A text and not a literal import: this layer stands below the entry, which it does not use but only hands on.
const OWN_ENTRY = new URL("../index.js", import.meta.url).href;

function pathOf(from: string | URL, baseFolder: string): string {
  if (from instanceof URL || from.startsWith("file:")) return fileURLToPath(from);
  if (isAbsolute(from) || /^\.{1,2}[\\/]/.test(from)) return resolve(baseFolder, from);
  return createRequire(join(resolve(baseFolder), "package.json")).resolve(from);
}

function findModule(name: string, exported: unknown): Module | undefined {
  if (typeof exported !== "object" || exported === null) return undefined;
  for (const candidate of [exported, ...Object.values(exported)]) {
    if (isModule(candidate) && candidate.name === name) return candidate;
    const described = readDescription(name, candidate);
    if (described !== undefined) return described;
  }
  return undefined;
}

/** `{ name, migrations }` of a plugin that does not import this package. */
function readDescription(name: string, candidate: unknown): Module | undefined {
  if (typeof candidate !== "object" || candidate === null || Reflect.get(candidate, "name") !== name)
    return undefined;
  const { name: _, kind: __, migrations, versions, ...options }: Record<string, unknown> = { ...candidate };
  const isFolder = typeof migrations === "string" || migrations instanceof URL;
  if (isFolder) return defineModule(name, "plugin", options, { migrations });
  if (typeof versions !== "object" || versions === null) return undefined;
  return defineModule(name, "plugin", options, { ...versions });
}

function notExported(name: string, from: string | URL): TenonError {
  return new TenonError("PLUGIN_FAILED", `The code of ${name} exports no plugin of that name.`, {
    where: { module: name, file: String(from) },
    hint: `Export what defineModule("${name}", "plugin", …) gives, or { name: "${name}", migrations }.`,
  });
}
