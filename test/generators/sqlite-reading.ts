// What a SQLite database looks like, read with pragmas and the text of sqlite_schema alone: nothing of
// Tenon's reading is used.
import type { Connection } from "../../src/connection/index.js";

/**
 * A plain description of a database; two databases of the same shape give equal ones, in whatever order
 * columns stand.
 */
export async function readShape(connection: Connection): Promise<unknown> {
  const objects = await connection.query(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
  );
  const tables = await connection.query(
    "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
  );
  const shapes = [];
  for (const table of tables) {
    const name = String(table["name"]);
    const sql = String(objects.find((object) => object["name"] === name)?.["sql"] ?? "");
    if (table["type"] === "view" || table["type"] === "virtual") {
      shapes.push({ ...table, text: plainText(sql) });
      continue;
    }
    const columns = await connection.query(
      `SELECT name, upper(replace(type, ' ', '')) AS type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)`,
      [name],
    );
    const indexes = await connection.query(
      `SELECT CASE origin WHEN 'c' THEN l.name END AS name, l."unique", l.origin, l.partial,
         (SELECT group_concat(coalesce(x.name, '-') || ' ' || x."desc" || ' ' || upper(x.coll), ', ')
          FROM pragma_index_xinfo(l.name) x WHERE x.key = 1) AS parts
       FROM pragma_index_list(?) l`,
      [name],
    );
    const keys = await connection.query(
      `SELECT "table", group_concat("from") AS columns, group_concat(coalesce("to", '')) AS target, on_update, on_delete
       FROM pragma_foreign_key_list(?) GROUP BY id`,
      [name],
    );
    shapes.push({
      ...table,
      columns: sorted(
        columns.map((column) => ({
          ...column,
          dflt_value: plainText(column["dflt_value"]).replace(/^null$/, ""),
        })),
      ),
      indexes: sorted(indexes),
      keys: sorted(keys.map(({ target: _target, ...key }) => key)),
      clauses: clausesOf(sql),
    });
  }
  const others = objects
    .filter((object) => object["type"] === "trigger" || object["type"] === "index")
    .map((object) => ({ ...object, sql: plainText(object["sql"]).replaceAll(/ collate \w+/g, "") }));
  const sequence = objects.some((object) => /autoincrement/i.test(String(object["sql"])))
    ? await connection.query("SELECT name, seq FROM sqlite_sequence ORDER BY name")
    : [];
  return { shapes, others, sequence };
}

/**
 * What pragmas do not tell: every CHECK, generated column, collation, conflict clause, deferral and name of a
 * constraint.
 */
function clausesOf(sql: string): readonly string[] {
  const text = plainText(sql);
  const found: string[] = [];
  for (const match of text.matchAll(/(check|(?<=[a-z0-9_ )]) ?as) ?\(/g))
    found.push(`${match[1]?.trim()} ${groupAt(text, match.index + match[0].length - 1)}`);
  // A collation within a key is told by its index, also where it is the column's own.
  for (const match of outside(text, 1).matchAll(/collate \w+/g)) found.push(match[0]);
  for (const match of text.matchAll(
    /on conflict \w+|(?<!not )deferrable(?: initially deferred)?|constraint [^ ]+|autoincrement|stored/g,
  ))
    found.push(match[0]);
  return found.sort();
}

/** The text without what stands in more than so many parentheses. */
function outside(text: string, limit: number): string {
  let depth = 0;
  let kept = "";
  for (const character of text) {
    if (character === ")") depth--;
    if (depth <= limit) kept += character;
    if (character === "(") depth++;
  }
  return kept;
}

function groupAt(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")") depth--;
    if (depth === 0) return text.slice(start, at + 1);
  }
  return text.slice(start);
}

/**
 * Text without comments, quotes of names, case and white space that says nothing. Strings lose theirs too, on
 * both sides alike.
 */
function plainText(sql: unknown): string {
  return String(sql ?? "")
    .replaceAll(/\/\*.*?\*\//gs, " ")
    .replaceAll('"', "")
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([(),<>=|']+) ?/g, "$1")
    .replaceAll(/generated always /g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/^\((.*)\)$/g, "$1")
    .trim();
}

function sorted(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

/**
 * The values of some columns of a table, exactly: with their storage class, in the order of the rowid or key.
 */
export async function readRows(
  connection: Connection,
  table: string,
  columns: readonly string[],
  order: string,
) {
  const list = columns.map(
    (column, index) => `typeof(${column}) || ' ' || quote(${column}) AS "value ${index}"`,
  );
  const rows = await connection.query(`SELECT ${list.join(", ") || "1"} FROM ${table} ORDER BY ${order}`);
  return rows.map((row) => Object.values(row));
}
