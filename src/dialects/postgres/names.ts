/** Names are cut to this many bytes: https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
const LONGEST_NAME = 63;

const encoder = new TextEncoder();

/** A name as SQL, always quoted. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name with its schema as SQL. */
export function qualified({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${quote(schema)}.${quote(name)}`;
}

/** A text as SQL. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  // Right whatever standard_conforming_strings says.
  return text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** The name that PostgreSQL 18 gives to the NOT NULL of a column. */
export function notNullName(table: string, column: string): string {
  return objectName(table, column, "not_null");
}

/**
 * The name that the engine makes for a constraint or sequence: the longer of the two names gives way first.
 * https://github.com/postgres/postgres/blob/master/src/backend/commands/indexcmds.c (makeObjectName)
 */
export function objectName(table: string, column: string, label: string): string {
  const room = LONGEST_NAME - encoder.encode(label).length - 2;
  let first = encoder.encode(table).length;
  let second = encoder.encode(column).length;
  while (first + second > room) {
    if (first > second) first--;
    else second--;
  }
  return `${cutTo(table, first)}_${cutTo(column, second)}_${label}`;
}

/** The longest start of a text that fits into so many bytes, without a broken character. */
export function cutTo(text: string, bytes: number): string {
  let room = bytes;
  let end = 0;
  for (const character of text) {
    room -= encoder.encode(character).length;
    if (room < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}
