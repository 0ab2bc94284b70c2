import type { Connection } from "../../../connection/index.js";

/** What every reader of the catalogue needs to know. */
export interface Catalogue {
  readonly connection: Connection;
  /** `server_version_num`: 140005, 180003. */
  readonly version: number;
  /** The schemas to read, as the text of an `oid[]`; the first parameter of every query. */
  readonly namespaces: string;
}

/**
 * Objects that are members of an extension are the extension's, not the user's: CREATE EXTENSION makes them.
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
export function notOfExtension(catalogue: string, oid: string): string {
  return `NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS member
      WHERE member.classid = 'pg_catalog.${catalogue}'::pg_catalog.regclass
        AND member.objid = ${oid}
        AND member.deptype = 'e'
    )`;
}

/** An object that another made for itself, as a range type makes its constructor functions, goes with that one. */
export function ofNoOther(catalogue: string, oid: string): string {
  return `NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS part
      WHERE part.classid = 'pg_catalog.${catalogue}'::pg_catalog.regclass
        AND part.objid = ${oid}
        AND part.deptype IN ('e', 'i')
    )`;
}

/** Everything below this oid came with initdb. */
export const FIRST_USER_OID = 16384;

/** Numbers of an `int2vector`, `oidvector` (`1 2`) or array (`{1,2}`) in the engine's text. */
export function numbersOf(text: string | null): readonly number[] {
  return listOf(text).map(Number);
}

export function listOf(text: string | null): readonly string[] {
  return text?.match(/[^{}, ]+/g) ?? [];
}

/** Storage parameters as the catalogue keeps them, `["fillfactor=70"]` in JSON, as a record sorted by name. */
export function optionsOf(json: string | null, prefix = ""): Readonly<Record<string, string>> | undefined {
  if (json === null) return undefined;
  const entries = stringsOf(json).map((entry): [string, string] => {
    const split = entry.indexOf("=");
    return [`${prefix}${entry.slice(0, split)}`, entry.slice(split + 1)];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A JSON array of strings. */
export function stringsOf(json: string | null): readonly string[] {
  const value: unknown = json === null ? [] : JSON.parse(json);
  return Array.isArray(value) ? value.map(String) : [];
}

/** Rows by a key that several of them may have. */
export function groupRows<T>(rows: Iterable<T>, keyOf: (row: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
