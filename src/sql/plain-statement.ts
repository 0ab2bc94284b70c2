import type { Effect } from "./effect.js";

/**
 * True for a text that begins with a word of ordinary work: it is no PRAGMA, no EXPLAIN, it neither begins nor ends a transaction,
 * and SQLite runs it in one. Nearly every statement of a migration is such, and each is asked this several times; the rest is read
 * word by word.
 */
export function isOrdinary(text: string): boolean {
  return ORDINARY.test(text);
}

// No word that begins like one of these is one of those that matter, so where the word ends need not be looked at.
const ORDINARY = /^(?:CREATE|ALTER|INSERT|UPDATE|DELETE|DROP|SELECT|WITH|REPLACE)/i;

/**
 * What the statements do that SQLite migrations mostly consist of, where nothing in them needs a closer look: `CREATE TABLE name (`,
 * `CREATE INDEX name ON`, and an `ALTER TABLE name ADD` without a comma. Undefined for every other statement.
 */
export function readPlainEffects(text: string): readonly Effect[] | undefined {
  const table = CREATE_TABLE.exec(text)?.[1];
  if (table !== undefined) return [{ kind: "create-table", table, schema: undefined, temporary: undefined }];
  const index = CREATE_INDEX.exec(text)?.[1];
  if (index !== undefined) {
    return [
      { kind: "create-other", objectType: "index", object: index, schema: undefined, temporary: undefined },
    ];
  }
  const altered = ALTER_TABLE_ADD.exec(text)?.[1];
  return altered === undefined ? undefined : [{ kind: "alter-table", table: altered, schema: undefined }];
}

const B = "[\\t-\\r ]";
const NAME = "([A-Za-z_][A-Za-z0-9_]*)";
const IF_NOT_EXISTS = `(?:IF${B}+NOT${B}+EXISTS${B}+)?`;
const CREATE_TABLE = new RegExp(`^CREATE${B}+TABLE${B}+${IF_NOT_EXISTS}${NAME}${B}*\\(`, "i");
/** Where an index has no name, the word behind it would be taken for one. */
const NO_NAME = `(?!(?:ON|CONCURRENTLY)${B})`;
const CREATE_INDEX = new RegExp(
  `^CREATE${B}+(?:UNIQUE${B}+)?INDEX${B}+${IF_NOT_EXISTS}${NO_NAME}${NAME}${B}+ON${B}`,
  "i",
);
/** A comma may separate two actions, and behind a quote or a comment it need not be one. */
const ALTER_TABLE_ADD = new RegExp(`^ALTER${B}+TABLE${B}+${NAME}${B}+ADD${B}[^,'"\`[/]*$`, "i");
