import type { Connection } from "../../connection/index.js";
import type { ListedObject, ListOptions } from "../listed-object.js";
import { readLikelyText } from "./likely-text.js";

/**
 * All objects of the database and of the session's temporary one, in one query. What SQLite makes for itself
 * (`sqlite_sequence`, automatic indexes) belongs to nobody: https://sqlite.org/fileformat2.html#intschema
 */
export async function listMadeObjects(
  connection: Connection,
  { definitions }: ListOptions,
): Promise<readonly ListedObject[]> {
  const sql = definitions ? WITH_DEFINITIONS : WITHOUT_DEFINITIONS;
  return listed(await readLikelyText(connection, sql));
}

/** Those of the main database whose rows of the schema table have a higher number than this one. */
export async function listObjectsAfter(
  connection: Connection,
  last: number,
): Promise<readonly ListedObject[]> {
  if (last === 0) return listed(await readLikelyText(connection, AFTER_NOTHING));
  const [row] = await connection.query(AFTER, [last]);
  return listed(String(row?.["objects"]));
}

function listed(text: string): readonly ListedObject[] {
  const objects: ListedTuple[] = JSON.parse(text);
  return objects.map(([schema, kind, name, table, definition]) => {
    const isPart = kind === "index" || kind === "trigger";
    return {
      kind,
      schema,
      name,
      table: isPart ? table : undefined,
      temporary: schema === "temp",
      definition: definition ?? "",
    };
  });
}

type ListedTuple = readonly [
  schema: string,
  kind: string,
  name: string,
  table: string,
  definition: string | null,
];

const WITH_DEFINITIONS = asJson(`${from("main", "sql")} UNION ALL ${from("temp", "sql")}`);
const WITHOUT_DEFINITIONS = asJson(`${from("main", "''")} UNION ALL ${from("temp", "''")}`);
const AFTER_NOTHING = asJson(from("main", "''"));
const AFTER = asJson(`${from("main", "''")} AND rowid > ?`);

function from(schema: string, definition: string): string {
  return `SELECT '${schema}' AS "schema", type, name, tbl_name, ${definition} AS definition
    FROM ${schema}.sqlite_schema
    WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
}

/** As one JSON text: a row that crosses into JavaScript costs more than SQLite needs to find it. */
function asJson(rows: string): string {
  return `SELECT json_group_array(json_array("schema", type, name, tbl_name, definition)) AS objects FROM (${rows})`;
}
