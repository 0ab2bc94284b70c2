/**
 * The type of a column as the pragmas tell it, from how it was written. SQLite takes off what looks to it like quotes around
 * the whole (`sqlite3DequoteToken`, `sqlite3Dequote`), and keeps the commonest types as numbers, so that it tells them in
 * capitals (`sqlite3AddColumn`): https://sqlite.org/src/file?name=src/build.c, https://sqlite.org/src/file?name=src/util.c
 */
export function toldType(written: string): string {
  const type = /^["'`[][^"'`[]*.$/su.test(written) ? written.slice(1, -1) : written;
  const capitals = type.toUpperCase();
  return STANDARD_TYPES.has(capitals) ? capitals : withoutQuotes(type);
}

const STANDARD_TYPES = new Set(["ANY", "BLOB", "INT", "INTEGER", "REAL", "TEXT"]);

/** What stands within the quotes with which the text begins; what follows them is lost. */
function withoutQuotes(text: string): string {
  const closing = CLOSING[text.charAt(0)];
  if (closing === undefined) return text;
  const twice = closing + closing;
  for (let at = 1; ; at += 2) {
    at = text.indexOf(closing, at);
    if (at === -1) return text.slice(1).replaceAll(twice, closing);
    if (text.charAt(at + 1) !== closing) return text.slice(1, at).replaceAll(twice, closing);
  }
}

const CLOSING: Readonly<Record<string, string>> = { '"': '"', "'": "'", "`": "`", "[": "]" };
