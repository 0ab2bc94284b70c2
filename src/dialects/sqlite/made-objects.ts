import type { Connection } from "../../connection/index.js";
import type { ListedObject, ListOptions } from "../listed-object.js";

/**
 * All objects of the database and of the session's temporary one, in one query. What SQLite makes for itself
 * (`sqlite_sequence`, automatic indexes) belongs to nobody: https://sqlite.org/fileformat2.html#intschema
 */
export async function listMadeObjects(
  connection: Connection,
  { definitions }: ListOptions,
): Promise<readonly ListedObject[]> {
  const rows = await connection.query(definitions ? WITH_DEFINITIONS : WITHOUT_DEFINITIONS);
  return rows.map((row) => {
    const kind = String(row["type"]);
    const isPart = kind === "index" || kind === "trigger";
    return {
      kind,
      schema: String(row["schema"]),
      name: String(row["name"]),
      table: isPart ? String(row["tbl_name"]) : undefined,
      temporary: row["schema"] === "temp",
      definition: String(row["definition"] ?? ""),
    };
  });
}

const WITH_DEFINITIONS = select("sql");
const WITHOUT_DEFINITIONS = select("''");

function select(definition: string): string {
  const part = (schema: string) =>
    `SELECT '${schema}' AS "schema", type, name, tbl_name, ${definition} AS definition
     FROM ${schema}.sqlite_schema
     WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
  return `${part("main")} UNION ALL ${part("temp")}`;
}
