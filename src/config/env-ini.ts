import { TenonError } from "../errors.js";

/** The `[database]` section of an `env.ini` as a database URL, and the password of an encrypted file. */
export interface IniDatabase {
  readonly url: string;
  /** Of an encrypted file; a server's password is part of its URL. */
  readonly password: string | undefined;
}

/**
 * Reads the `[database]` section of an `env.ini`: `type` (sqlite, postgres, sqlserver), and `path` or `host`,
 * `port`, `name`, `user`, `password`. Other sections and other keys belong to the application, and are left to it.
 * Gives undefined when there is no such section.
 *
 * @throws TenonError `CONFIG_INVALID` with file and line
 */
export function readEnvIni(text: string, file: string): IniDatabase | undefined {
  const values = readSection(text, file, "database");
  if (values === undefined) return undefined;
  const section: Section = { values, file };
  const type = optional(section, "type")?.toLowerCase() ?? (values.has("path") ? "sqlite" : undefined);
  switch (type) {
    case "sqlite":
    case "sqlite3":
    case "libsql":
      return { url: fileUrl(required(section, "path")), password: optional(section, "password") };
    case "postgres":
    case "postgresql":
      return { url: serverUrl("postgres", section), password: undefined };
    case "mssql":
    case "sqlserver":
      return { url: serverUrl("sqlserver", section), password: undefined };
    case undefined:
      throw invalid(
        file,
        `the [database] section has no type${unusedKeys(values)}`,
        "Write `type = sqlite` or `type = postgres`.",
      );
    default:
      throw invalid(
        file,
        `the database type "${type}" is not known`,
        "Known are sqlite, postgres and sqlserver.",
      );
  }
}

interface Section {
  readonly values: ReadonlyMap<string, string>;
  readonly file: string;
}

const KEYS = ["type", "path", "host", "port", "name", "user", "password"];

function readSection(text: string, file: string, wanted: string): Map<string, string> | undefined {
  let section = "";
  let values: Map<string, string> | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith(";") || line.startsWith("#")) continue;
    const header = /^\[([^\]]+)\]$/.exec(line);
    if (header !== null) {
      section = header[1]?.trim().toLowerCase() ?? "";
      if (section === wanted) values ??= new Map();
      continue;
    }
    if (section !== wanted) continue;
    const pair = /^([^=:\s]+)\s*[=:]\s*(.*)$/.exec(line);
    const key = pair?.[1]?.toLowerCase();
    if (key === undefined) {
      throw invalid(
        file,
        "this line of [database] is not key = value",
        "Correct it, or make it a comment with #.",
        index + 1,
      );
    }
    if (values?.has(key)) {
      throw invalid(file, `the key ${key} of [database] is given twice`, "Keep one of them.", index + 1);
    }
    values?.set(key, unquote(pair?.[2] ?? ""));
  }
  return values;
}

function fileUrl(path: string): string {
  return path === ":memory:" ? path : `file:${encodePath(path)}`;
}

function serverUrl(scheme: string, section: Section): string {
  const user = optional(section, "user");
  const password = optional(section, "password");
  if (user === undefined && password !== undefined) {
    throw invalid(
      section.file,
      `the [database] section has a password and no user${unusedKeys(section.values)}`,
      "Add a line `user = …`.",
    );
  }
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
  const credentials = user === undefined ? "" : `${encodeURIComponent(user)}${secret}@`;
  const host = required(section, "host");
  const port = optional(section, "port");
  if (port !== undefined && !/^\d{1,5}$/.test(port)) {
    throw invalid(section.file, `the port "${port}" is not a number`, "Write for example `port = 5432`.");
  }
  const address = `${host.includes(":") ? `[${host}]` : host}${port === undefined ? "" : `:${port}`}`;
  return `${scheme}://${credentials}${address}/${encodeURIComponent(required(section, "name"))}`;
}

function required(section: Section, key: string): string {
  const value = optional(section, key);
  if (value !== undefined) return value;
  throw invalid(
    section.file,
    `the [database] section has no ${key}${unusedKeys(section.values)}`,
    `Add a line \`${key} = …\`.`,
  );
}

function optional(section: Section, key: string): string | undefined {
  const value = section.values.get(key);
  return value === "" ? undefined : value;
}

/** A key with a slip of the pen is told where something is missing; elsewhere it is the application's own. */
function unusedKeys(values: ReadonlyMap<string, string>): string {
  const unused = [...values.keys()].filter((key) => !KEYS.includes(key));
  return unused.length === 0 ? "" : ` (not used: ${unused.join(", ")})`;
}

function encodePath(path: string): string {
  return path.replace(/[%?#]/g, (character) => encodeURIComponent(character));
}

function unquote(value: string): string {
  const match = /^"(.*)"$|^'(.*)'$/.exec(value.trim());
  return match === null ? value.trim() : (match[1] ?? match[2] ?? "");
}

function invalid(file: string, why: string, hint: string, line?: number): TenonError {
  return new TenonError("CONFIG_INVALID", `${file} cannot be used: ${why}.`, { where: { file, line }, hint });
}
