import { TenonError } from "../errors.js";
import { redactUrl } from "./redact-url.js";

/** A database address, understood. */
export type DatabaseUrl =
  | { readonly kind: "memory" }
  | { readonly kind: "file"; readonly path: string; readonly mode: FileMode }
  | { readonly kind: "libsql"; readonly url: string }
  | { readonly kind: "postgres"; readonly url: string }
  /** `folder` is undefined for a database in memory. */
  | { readonly kind: "pglite"; readonly folder: string | undefined }
  | { readonly kind: "sqlserver"; readonly url: string };

/** As SQLite's own `mode=`: read, write what exists, write and create: https://sqlite.org/uri.html */
export type FileMode = "ro" | "rw" | "rwc";

/**
 * Understands the address of a database: `file:app.db`, `file:/abs/app.db`, `file:///abs/app.db`, `:memory:`,
 * `libsql://…`, `postgres://…`, `pglite:`, `pglite:./folder`, `sqlserver://…`, or the plain path of a file that ends in
 * .db, .sqlite or .sqlite3.
 * @throws TenonError `URL_INVALID`
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  if (url.includes("\0")) throw invalid(url, "it holds a NUL character");
  if (url === ":memory:") return { kind: "memory" };
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case "file":
      return parseFile(url);
    case "libsql":
      return { kind: "libsql", url };
    case "postgres":
    case "postgresql":
      return { kind: "postgres", url };
    case "pglite": {
      const folder = url.slice("pglite:".length);
      return { kind: "pglite", folder: folder === "" || folder === ":memory:" ? undefined : folder };
    }
    case "sqlserver":
    case "mssql":
      return { kind: "sqlserver", url };
    default:
      if (scheme === undefined && /\.(db|sqlite|sqlite3)$/i.test(url)) {
        return { kind: "file", path: url, mode: "rwc" };
      }
      throw invalid(url, scheme === undefined ? "it has no scheme" : `the scheme "${scheme}:" is not known`);
  }
}

function parseFile(url: string): DatabaseUrl {
  if (url.includes("#")) throw invalid(url, "it holds a #; write %23 where the file's name has one");
  const [address = "", query, ...rest] = url.slice("file:".length).split("?");
  if (rest.length > 0) throw invalid(url, "it holds a second ?; write %3F where the file's name has one");
  const path = decode(url, withoutAuthority(url, address));
  const mode = readMode(url, query);
  if (path === "") throw invalid(url, "it names no file");
  if (path.includes("\0")) throw invalid(url, "it holds a NUL character");
  return path === ":memory:" ? { kind: "memory" } : { kind: "file", path, mode };
}

function withoutAuthority(url: string, address: string): string {
  if (!address.startsWith("//")) return address;
  const [, host = "", path = ""] = /^\/\/([^/]*)(.*)$/s.exec(address) ?? [];
  if (host !== "" && host.toLowerCase() !== "localhost") {
    throw invalid(url, `"${host}" stands where a host would; write file:${host}${path} for a path from here`);
  }
  // file:///C:/data/app.db names the path C:/data/app.db.
  return /^\/[a-z]:\//i.test(path) ? path.slice(1) : path;
}

function readMode(url: string, query: string | undefined): FileMode {
  let mode: FileMode = "rwc";
  for (const pair of (query ?? "").split("&").filter((part) => part !== "")) {
    const [name = "", value = ""] = pair.split("=").map((part) => decode(url, part));
    if (name !== "mode") throw invalid(url, `the parameter "${name}" is not known; a file takes only mode`);
    if (value !== "ro" && value !== "rw" && value !== "rwc") {
      throw invalid(url, `mode is "${value}", and can be ro, rw or rwc`);
    }
    mode = value;
  }
  return mode;
}

function decode(url: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(
      url,
      "a % in it is not followed by two hexadecimal digits of UTF-8; write %25 for a % itself",
    );
  }
}

function invalid(url: string, reason: string): TenonError {
  return new TenonError("URL_INVALID", `The database URL ${redactUrl(url)} cannot be used: ${reason}.`, {
    hint: "Write file:app.db, :memory:, postgres://user@host/database, pglite:./folder or libsql://host.",
  });
}
