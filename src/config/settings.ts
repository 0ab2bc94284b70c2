import { relative } from "node:path";
import type { HostPlugin } from "../api/index.js";
import type { LayoutChoice } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { ConnectionConfig } from "./config.js";
import { mainModule, modulesOf } from "./config-modules.js";
import type { IniDatabase } from "./env-ini.js";
import type { LoadedConfig } from "./load-config.js";

/** What the flags of a command say about settings. */
export interface SettingFlags {
  readonly url?: string | undefined;
  /** An absolute path. */
  readonly dir?: string | undefined;
  readonly layout?: LayoutChoice | undefined;
  readonly journal?: string | undefined;
  readonly legacyModule?: string | undefined;
  readonly lockTimeoutMs?: number | undefined;
  readonly transaction?: "run" | "each" | undefined;
  /** An absolute path. */
  readonly passwordFile?: string | undefined;
}

export interface SettingSources {
  readonly flags: SettingFlags;
  readonly environment: Environment;
  readonly config: LoadedConfig;
  /** Undefined when there is none, or when another source names the database. */
  readonly ini: LoadedIni | undefined;
  readonly workingFolder: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** An `env.ini` that was read. */
export interface LoadedIni {
  readonly file: string;
  readonly folder: string;
  /** Given with `--env`, rather than found. */
  readonly isNamed: boolean;
  readonly database: IniDatabase;
}

/** Everything that a command needs to know to work on a database. */
export interface Settings {
  /** Undefined when nobody names a database. */
  readonly url: string | undefined;
  /** Who named it: `--url`, `DATABASE_URL`, or a file. */
  readonly urlSource: string | undefined;
  /** Undefined when nobody names modules. */
  readonly modules: readonly Module[] | undefined;
  /** Plugins that the application installs, or holds to rules. */
  readonly plugins: readonly HostPlugin[];
  /** From where their code is found. */
  readonly pluginFolder: string;
  readonly journal: { readonly table?: string | undefined; readonly legacyModule?: string | undefined };
  readonly transaction: "run" | "each" | undefined;
  readonly lockTimeoutMs: number | undefined;
  readonly connection: ConnectionConfig;
  /** Of an encrypted file; undefined when nobody gives one. */
  readonly password: PasswordSource | undefined;
}

export type PasswordSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "text"; readonly text: string; readonly from: string };

/**
 * Settles every setting: a flag is stronger than the environment, that than the config, that than the folder's
 * `env.ini`. A file given with `--env` counts as a flag.
 */
export function resolveSettings(sources: SettingSources): Settings {
  const { flags, config, workingFolder } = sources;
  const address = resolveUrl(sources);
  return {
    ...address,
    modules:
      flags.dir === undefined
        ? modulesOf(config, workingFolder, flags.layout)
        : [mainModule(flags.dir, workingFolder, flags.layout)],
    plugins: flags.dir === undefined ? (config.config.plugins ?? []) : [],
    pluginFolder: config.folder,
    journal: {
      table: flags.journal ?? config.config.journal?.table,
      legacyModule: flags.legacyModule ?? config.config.journal?.legacyModule,
    },
    transaction: flags.transaction ?? config.config.transaction,
    lockTimeoutMs: flags.lockTimeoutMs ?? config.config.lockTimeout,
    connection: config.config.connection ?? {},
    password: resolvePassword(sources, address.urlSource),
  };
}

/** Whether a source that is stronger than `env.ini` names the database; then that file is not looked at. */
export function namesDatabase(sources: Pick<SettingSources, "flags" | "environment" | "config">): boolean {
  return resolveUrl({ ...sources, ini: undefined, workingFolder: sources.config.folder }).url !== undefined;
}

function resolveUrl(sources: SettingSources): Pick<Settings, "url" | "urlSource"> {
  const { flags, environment, config, ini } = sources;
  const fromEnvironment = nonEmpty(environment["DATABASE_URL"]?.trim());
  if (flags.url !== undefined) return { url: flags.url, urlSource: "--url" };
  if (ini?.isNamed === true) return urlOfIni(ini, sources);
  if (fromEnvironment !== undefined) return { url: fromEnvironment, urlSource: "DATABASE_URL" };
  if (config.config.url !== undefined) {
    const url = rebaseUrl(config.config.url, config.folder, sources.workingFolder);
    return { url, urlSource: config.file };
  }
  return ini === undefined ? { url: undefined, urlSource: undefined } : urlOfIni(ini, sources);
}

function urlOfIni(ini: LoadedIni, { workingFolder }: SettingSources): Pick<Settings, "url" | "urlSource"> {
  return { url: rebaseUrl(ini.database.url, ini.folder, workingFolder), urlSource: ini.file };
}

/** The password in an `env.ini` is that of its own database, and of no other. */
function resolvePassword(sources: SettingSources, urlSource: string | undefined): PasswordSource | undefined {
  const { flags, environment, ini } = sources;
  if (flags.passwordFile !== undefined) return { kind: "file", path: flags.passwordFile };
  const fromEnvironment = nonEmpty(environment["TENON_PASSWORD"]);
  if (fromEnvironment !== undefined) return { kind: "text", text: fromEnvironment, from: "TENON_PASSWORD" };
  if (ini?.database.password === undefined || urlSource !== ini.file) return undefined;
  return { kind: "text", text: ini.database.password, from: ini.file };
}

/** A relative path in a URL of a file is meant from that file's folder; connections find it from the working one. */
export function rebaseUrl(url: string, folder: string, workingFolder: string): string {
  const way = relative(workingFolder, folder).replaceAll("\\", "/");
  const address = /^(file:|pglite:)?(.*)$/s.exec(url);
  const [, scheme = "", path = ""] = address ?? [];
  const isRelative =
    !path.startsWith("/") && !/^[a-z]:[\\/]/i.test(path) && path !== "" && !path.startsWith(":memory:");
  const namesFile =
    scheme !== "" || (/\.(db|sqlite|sqlite3)$/i.test(path) && !/^[a-z][a-z0-9+.-]+:/i.test(path));
  if (way === "" || !isRelative || !namesFile) return url;
  return `${scheme}${scheme === "file:" ? encodePath(way) : way}/${path}`;
}

function encodePath(path: string): string {
  return path.replace(/[%?#]/g, (character) => encodeURIComponent(character));
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
