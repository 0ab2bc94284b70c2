import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { messageOf, TenonError } from "../errors.js";
import { type LayoutChoice, sourceOf } from "../migrations/index.js";
import { defineModule, type Module } from "../modules/index.js";
import { invalidConfig } from "./check-config.js";
import type { FolderModule } from "./config.js";
import type { LoadedConfig } from "./load-config.js";

/** The name of the module that `dir` and `--dir` stand for. */
export const MAIN_MODULE = "main";

/**
 * The modules of a config, made; undefined when it names none. Folders in the working folder get their path from
 * there, as messages show it.
 * @throws TenonError `CONFIG_INVALID`, `MODULE_INVALID`
 */
export function modulesOf(
  { config, file, folder }: LoadedConfig,
  workingFolder: string,
  layout?: LayoutChoice,
): readonly Module[] | undefined {
  const place = { folder, file: file ?? folder, workingFolder };
  if (config.dir !== undefined) {
    return [mainModule(resolve(folder, config.dir), workingFolder, layout ?? config.layout)];
  }
  return config.modules
    ?.map((module, index) => toModule(module, index, place))
    .map((module) => inLayout(module, layout ?? config.layout));
}

/** The core module that a folder of migrations alone stands for. */
export function mainModule(folder: string, workingFolder: string, layout?: LayoutChoice): Module {
  const migrations = shortPath(folder, workingFolder);
  return defineModule(MAIN_MODULE, "core", {}, sourceOf({ migrations, layout }));
}

/** What is said of all folders counts for those of which nothing is said. */
function inLayout(module: Module, layout: LayoutChoice | undefined): Module {
  const { source } = module;
  if (layout === undefined || source.kind !== "folder" || source.layout !== undefined) return module;
  return { ...module, source: { ...source, layout } };
}

interface ConfigPlace {
  readonly folder: string;
  readonly file: string;
  readonly workingFolder: string;
}

function toModule(module: Module | FolderModule, index: number, place: ConfigPlace): Module {
  if (isModule(module)) return withFoundFolder(module, place);
  if (!isFolderModule(module)) {
    throw invalidConfig(
      place.file,
      `\`modules[${index}]\` is neither made by registerSchema or defineModule nor { name, migrations } or { name, tables }`,
      'Write for example `{ name: "users", migrations: "./users/migrations" }`.',
    );
  }
  const { name, kind = "core", migrations, layout, tables, casing, ...options } = module;
  try {
    const given = {
      ...(tables === undefined ? {} : { tables }),
      ...(casing === undefined ? {} : { casing }),
    };
    if (migrations === undefined)
      return defineModule(name, kind, options, sourceOf({ tables: {}, ...given }));
    const path = typeof migrations === "string" ? migrations : fileURLToPath(migrations);
    const found = shortPath(resolve(place.folder, path), place.workingFolder);
    return defineModule(name, kind, options, sourceOf({ migrations: found, layout, ...given }));
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    throw new TenonError(error.code, messageOf(error), {
      where: { ...error.where, file: place.file },
      hint: error.hint,
      cause: error,
    });
  }
}

/** Told by its shape: the config may have been loaded with another copy of the package. */
function isModule(value: unknown): value is Module {
  return typeof value === "object" && value !== null && "name" in value && "source" in value;
}

function isFolderModule(value: unknown): value is FolderModule {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    (isPath(Reflect.get(value, "migrations")) || "tables" in value)
  );
}

function isPath(value: unknown): boolean {
  return typeof value === "string" || value instanceof URL;
}

function withFoundFolder(module: Module, place: ConfigPlace): Module {
  const { source } = module;
  if (source.kind !== "folder") return module;
  const path = shortPath(resolve(place.folder, source.path), place.workingFolder);
  return { ...module, source: { ...source, path } };
}

function shortPath(path: string, workingFolder: string): string {
  const inside = relative(workingFolder, path);
  if (inside === "") return ".";
  return isAbsolute(inside) || inside.split(/[\\/]/)[0] === ".." ? path : inside;
}
