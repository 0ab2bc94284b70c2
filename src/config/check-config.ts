import { basename } from "node:path";

import { TenonError } from "../errors.js";
import { isModuleName, LAYOUT_CHOICES, type LayoutChoice } from "../migrations/index.js";
import { readPluginRules } from "../modules/index.js";
import type { ConnectionConfig, JournalConfig, TenonConfig } from "./config.js";

/**
 * Takes what a config file exports for a config, or says what is wrong with it. Single modules are looked at when
 * they are made.
 * @throws TenonError `CONFIG_INVALID`
 */
export function checkConfig(value: unknown, file: string): TenonConfig {
  if (!isObject(value)) {
    throw invalidConfig(
      file,
      "its default export is not an object",
      "Write `export default defineConfig({ … })`.",
    );
  }
  refuseUnknownKeys(value, CONFIG_KEYS, "", file);
  const { url, modules, plugins, dir, layout, journal, transaction, lockTimeout, connection } = value;
  if (modules !== undefined && dir !== undefined) {
    throw invalidConfig(
      file,
      "it has both `modules` and `dir`",
      "Keep one of them: `dir` is short for one module called main.",
    );
  }
  return {
    url: optionalText(url, "url", 'Write for example `url: "file:app.db"`.', file),
    modules: checkModules(modules, file),
    plugins: checkPlugins(plugins, file),
    dir: optionalText(dir, "dir", 'Write for example `dir: "./migrations"`.', file),
    layout: checkLayout(layout, file),
    journal: checkJournal(journal, file),
    transaction: checkTransaction(transaction, file),
    lockTimeout: optionalMilliseconds(lockTimeout, "lockTimeout", file),
    connection: checkConnection(connection, file),
  };
}

/** The error of a config that cannot be used, and why. */
export function invalidConfig(file: string, why: string, hint: string, cause?: unknown): TenonError {
  return new TenonError("CONFIG_INVALID", `The config ${basename(file)} cannot be used: ${why}.`, {
    where: { file },
    hint,
    cause,
  });
}

const CONFIG_KEYS = [
  "url",
  "modules",
  "plugins",
  "dir",
  "layout",
  "journal",
  "transaction",
  "lockTimeout",
  "connection",
];
const PLUGIN_KEYS = ["name", "from", "prefix", "schema", "sqlOnly", "reads", "extensions"];
const JOURNAL_KEYS = ["table", "legacyModule"];

function refuseUnknownKeys(value: object, known: readonly string[], prefix: string, file: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw invalidConfig(file, `the key \`${prefix}${unknown}\` is not known`, `Known are ${known.join(", ")}.`);
}

function checkModules(value: unknown, file: string): TenonConfig["modules"] {
  if (value === undefined || Array.isArray(value)) return value;
  throw invalidConfig(file, "`modules` is not a list", "Write `modules: [ … ]`.");
}

function checkPlugins(value: unknown, file: string): TenonConfig["plugins"] {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw invalidConfig(file, "`plugins` is not a list", "Write `plugins: [ … ]`.");
  return value.map((plugin: unknown, index) => {
    const place = `plugins[${index}]`;
    if (!isObject(plugin)) {
      throw invalidConfig(
        file,
        `\`${place}\` is not an object`,
        'Write for example `{ name: "calendar", from: "./calendar" }`.',
      );
    }
    refuseUnknownKeys(plugin, PLUGIN_KEYS, `${place}.`, file);
    const { name, from, ...rules } = plugin;
    const isNamed = typeof name === "string" && isModuleName(name);
    if (!isNamed)
      throw invalidConfig(
        file,
        `\`${place}.name\` is no name of a plugin`,
        "Give the name that the plugin itself has.",
      );
    if (from !== undefined && !isPlaceOfCode(from)) {
      throw invalidConfig(
        file,
        `\`${place}.from\` is no place of code`,
        'Give a package, "./a/path.js", or a URL; or leave it out for one of `modules`.',
      );
    }
    const checked = Object.entries(readPluginRules(name, Object(rules))).filter(
      ([key]) => rules[key] !== undefined,
    );
    return { name, ...(isPlaceOfCode(from) ? { from } : {}), ...Object.fromEntries(checked) };
  });
}

function isPlaceOfCode(value: unknown): value is string | URL {
  return value instanceof URL || (typeof value === "string" && value.trim() !== "");
}

function checkLayout(value: unknown, file: string): LayoutChoice | undefined {
  const found = LAYOUT_CHOICES.find((name) => name === value);
  if (value === undefined || found !== undefined) return found;
  throw invalidConfig(
    file,
    `\`layout\` is ${JSON.stringify(value)}`,
    `It is one of ${LAYOUT_CHOICES.join(", ")}.`,
  );
}

function checkJournal(value: unknown, file: string): JournalConfig | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) {
    throw invalidConfig(
      file,
      "`journal` is not an object",
      'Write for example `journal: { table: "tenon_migrations" }`.',
    );
  }
  refuseUnknownKeys(value, JOURNAL_KEYS, "journal.", file);
  return {
    table: optionalText(value["table"], "journal.table", "Give the name of a table.", file),
    legacyModule: optionalText(
      value["legacyModule"],
      "journal.legacyModule",
      "Give the name of a module.",
      file,
    ),
  };
}

function checkTransaction(value: unknown, file: string): TenonConfig["transaction"] {
  if (value === undefined || value === "run" || value === "each") return value;
  throw invalidConfig(file, `\`transaction\` is ${JSON.stringify(value)}`, 'Write "run" or "each".');
}

function checkConnection(value: unknown, file: string): ConnectionConfig | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) {
    throw invalidConfig(
      file,
      "`connection` is not an object",
      "Write for example `connection: { busyTimeoutMs: 10_000 }`.",
    );
  }
  const options: ConnectionConfig = {
    busyTimeoutMs: optionalMilliseconds(value["busyTimeoutMs"], "connection.busyTimeoutMs", file),
    connectTimeoutMs: optionalMilliseconds(value["connectTimeoutMs"], "connection.connectTimeoutMs", file),
    statementTimeoutMs: optionalMilliseconds(
      value["statementTimeoutMs"],
      "connection.statementTimeoutMs",
      file,
    ),
    lockTimeoutMs: optionalMilliseconds(value["lockTimeoutMs"], "connection.lockTimeoutMs", file),
    applicationName: optionalText(
      value["applicationName"],
      "connection.applicationName",
      "Give a name as the server shows it.",
      file,
    ),
    extensions: checkExtensions(value["extensions"], file),
  };
  refuseUnknownKeys(value, Object.keys(options), "connection.", file);
  return options;
}

function checkExtensions(value: unknown, file: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
  throw invalidConfig(
    file,
    "`connection.extensions` is not a list of names",
    'Write for example `extensions: ["vector"]`.',
  );
}

function optionalMilliseconds(value: unknown, key: string, file: string): number | undefined {
  if (value === undefined || (typeof value === "number" && value >= 0 && Number.isFinite(value)))
    return value;
  throw invalidConfig(
    file,
    `\`${key}\` is not a number of milliseconds`,
    `Write for example \`${key.split(".").at(-1)}: 30_000\`.`,
  );
}

function optionalText(value: unknown, key: string, hint: string, file: string): string | undefined {
  if (value === undefined || (typeof value === "string" && value.trim() !== "")) return value;
  throw invalidConfig(file, `\`${key}\` is ${value === "" ? "empty" : "not a text"}`, hint);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
