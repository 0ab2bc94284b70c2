import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { messageOf, TenonError } from "../errors.js";
import { checkConfig, invalidConfig } from "./check-config.js";
import type { TenonConfig } from "./config.js";

/** A config that was read. */
export interface LoadedConfig {
  /** Undefined when there is no config file. */
  readonly file: string | undefined;
  /** What relative paths in the config start at. */
  readonly folder: string;
  readonly config: TenonConfig;
}

/**
 * Reads the config that is named, or the `tenon.config.*` of the folder; an empty one when there is none. The file
 * is a program and is run.
 * @throws TenonError `CONFIG_INVALID`
 */
export async function loadConfig(folder: string, named?: string): Promise<LoadedConfig> {
  const file = named === undefined ? findConfig(folder) : resolve(folder, named);
  if (file === undefined) return { file, folder, config: {} };
  if (!existsSync(file)) {
    throw invalidConfig(
      file,
      "it does not exist",
      "Check the path given with --config, or run `tenon init`.",
    );
  }
  return { file, folder: dirname(file), config: checkConfig(await importDefault(file), file) };
}

const FILE_NAMES = ["ts", "mts", "js", "mjs", "cjs", "json"].map((ending) => `tenon.config.${ending}`);

function findConfig(folder: string): string | undefined {
  const found = FILE_NAMES.filter((name) => existsSync(join(folder, name)));
  if (found[0] === undefined) return undefined;
  if (found.length === 1) return join(folder, found[0]);
  throw new TenonError("CONFIG_INVALID", `There are ${found.length} configs here: ${found.join(" and ")}.`, {
    where: { file: join(folder, found[0]) },
    hint: "Keep one of them, or name the one that is meant with --config.",
  });
}

async function importDefault(file: string): Promise<unknown> {
  try {
    if (file.endsWith(".json")) return JSON.parse(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
    if (/\.[cm]?ts$/.test(file)) return await importTypeScript(file);
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
    return module.default;
  } catch (error) {
    throw notLoaded(file, error);
  }
}

/**
 * The package is handed to the config as it is loaded here: the config finds it in a project that has not
 * installed it, and modules that it registers arrive in the same registry. No cache: reading a config writes no
 * file.
 */
async function importTypeScript(file: string): Promise<unknown> {
  const [{ createJiti }, tenon] = await Promise.all([import("jiti"), import(OWN_ENTRY)]);
  const jiti = createJiti(import.meta.url, { fsCache: false, virtualModules: { tenon } });
  const module: { readonly default?: unknown } = await jiti.import(file);
  return module.default;
}

// A text and not a literal import: this layer stands below the entry, which it does not use but only hands on.
const OWN_ENTRY = new URL("../index.js", import.meta.url).href;

function notLoaded(file: string, error: unknown): TenonError {
  const { line, column, message } = describeFailure(file, error);
  return new TenonError("CONFIG_INVALID", `The config ${basename(file)} cannot be read: ${message}.`, {
    where: { file, line, column },
    hint: "Correct the file. It is a program that runs when the command starts.",
    cause: error,
  });
}

interface Failure {
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly message: string;
}

/** The message without what only repeats the place, and the place, which engines and transpilers hide in texts. */
function describeFailure(file: string, error: unknown): Failure {
  const message = firstLine(messageOf(error).replace(/^ParseError:\s*/, ""));
  const stack = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : "";
  const places = stack.replaceAll(pathToFileURL(file).href, file);
  const after = places.slice(places.indexOf(`${file}:`) + file.length);
  const place = places.includes(`${file}:`) ? /^:(\d+)(?::(\d+))?/.exec(after) : null;
  const isParseError = /^ParseError:/.test(messageOf(error));
  return {
    line: place?.[1] === undefined ? undefined : Number(place[1]),
    // The transpiler counts columns from 0, the engine from 1.
    column: place?.[2] === undefined ? undefined : Number(place[2]) + (isParseError ? 1 : 0),
    message,
  };
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").trim().replace(/\.$/, "");
}
