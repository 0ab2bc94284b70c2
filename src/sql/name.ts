import type { SqlSyntax } from "./statement.js";
import type { Token } from "./token.js";

/**
 * The name that a token spells: quotes taken off, and folded as the engine folds it (an unquoted PostgreSQL name
 * to small letters; SQLite compares names without case and keeps them as written). SQLite takes a string for a name
 * where only a name can stand.
 */
export function unquoteName(token: Token, syntax: SqlSyntax): string {
  return syntax === "sqlite" ? unquoteSqlite(token.text) : unquotePostgres(token.text);
}

function unquoteSqlite(text: string): string {
  const quote = text[0];
  if (quote === "[") return text.slice(1, -1);
  if (quote === '"' || quote === "`" || quote === "'") {
    return text.slice(1, -1).replaceAll(quote + quote, quote);
  }
  return text;
}

function unquotePostgres(text: string): string {
  if (text[0] === '"') return cutName(text.slice(1, -1).replaceAll('""', '"'));
  if (/^u&"/i.test(text)) return cutName(decodeUnicodeName(text.slice(3, -1).replaceAll('""', '"'), "\\"));
  return cutName(text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
}

/** Reads `\0061` and `\+000061` in a U&"…" name; another escape character can be given with UESCAPE. */
export function decodeUnicodeName(text: string, escapeCharacter: string): string {
  const [first = "", ...others] = text.split(escapeCharacter);
  let decoded = first;
  let isEscaped = false;
  for (const part of others) {
    const code = isEscaped ? undefined : UNICODE_CODE.exec(part);
    if (code) decoded += characterOf(code) + part.slice(code[0].length);
    else decoded += (isEscaped ? escapeCharacter : "") + part;
    isEscaped = !isEscaped && part === "";
  }
  return decoded;
}

const UNICODE_CODE = /^(?:\+([0-9a-f]{6})|([0-9a-f]{4}))/i;

function characterOf(code: RegExpExecArray): string {
  const value = Number.parseInt(code[1] ?? code[2] ?? "", 16);
  return value <= 0x10ffff ? String.fromCodePoint(value) : "";
}

/**
 * A name as PostgreSQL keeps it: cut to 63 bytes without an error.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export function cutName(name: string): string {
  if (name.length * 3 <= 63 || Buffer.byteLength(name) <= 63) return name;
  let bytes = 0;
  let cut = "";
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > 63) break;
    cut += character;
  }
  return cut;
}
