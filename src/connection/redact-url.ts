/**
 * An address as it may be shown: no password, key or token, be it in front of the host, in a parameter, or in a
 * text that is no URL at all. In doubt it hides too much rather than too little.
 */
export function redactUrl(url: string): string {
  // The parameters of SQL Server may hold an @ in braces; everywhere else an @ ends what may be a password.
  return isSqlServer(url) ? redactUser(redactParameters(url)) : redactParameters(redactUser(url));
}

function isSqlServer(url: string): boolean {
  return /^(sqlserver|mssql|jdbc):/i.test(url);
}

const HIDDEN = "***";

/**
 * Hides what stands between the first colon of the authority and the LAST @ of the whole text: a password with an
 * unescaped /, ?, # or @ ends the authority early for a URL parser, and would be taken for a path.
 */
function redactUser(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):(\/\/)?/i.exec(url);
  if (!url.includes("@")) return url;
  const name = scheme?.[1]?.toLowerCase() ?? "";
  if (NAMES_A_FILE.has(name)) return url;
  const start = scheme?.[2] === undefined ? 0 : scheme[0].length;
  const end = url.lastIndexOf("@");
  const authority = /^[^/?#]*/.exec(url.slice(start))?.[0] ?? "";
  const colon = start + authority.indexOf(":");
  if (authority.includes(":") && colon < end) return url.slice(0, colon + 1) + HIDDEN + url.slice(end);
  return USER_IS_A_TOKEN.has(name) ? url.slice(0, start) + HIDDEN + url.slice(end) : url;
}

const NAMES_A_FILE = new Set(["file", "pglite"]);
const USER_IS_A_TOKEN = new Set(["libsql", "http", "https", "ws", "wss"]);

/** Hides the values of parameters: `?password=…&…` of a URL, `;password=…;` of SQL Server, `password=…` of libpq. */
function redactParameters(url: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:/i.test(url);
  const parameter = isSqlServer(url) ? SQL_SERVER_PARAMETER : isUrl ? URL_PARAMETER : LOOSE_PARAMETER;
  return url.replace(parameter, (whole, before: string, name: string) =>
    NAMES_A_SECRET.test(decoded(name)) ? `${before}${name}=${HIDDEN}` : whole,
  );
}

const URL_PARAMETER = /([?&#])([^=&#?]*)=([^&]*)/g;
const SQL_SERVER_PARAMETER = /([;?&])([^=;?&]*)=(\{[^}]*\}|[^;&]*)/g;
/** Where it is not known what ends a value, a secret one reaches to the end. */
const LOOSE_PARAMETER =
  /(^|[\s;&?])([^=\s;&?]*(?:pass|pwd|key|token|secret|auth|cred|jwt)[^=\s;&?]*)\s*=.*$/gis;

const NAMES_A_SECRET = /pass|pwd|key|token|secret|auth|cred|jwt/i;

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
