import type { Connection } from "../../connection/index.js";
import { readEffects, readTriggerBody } from "../../sql/index.js";
import type { ListedObject } from "../listed-object.js";
import { forbidden } from "../plugin-refusal.js";
import type { TableUse } from "../plugin-watch.js";
import { quote } from "./names.js";
import { key } from "./reach.js";

/** The tables that a trigger writes when it fires, by its text; the engine takes no schema in front of them. */
export function textUsesOf({ definition }: ListedObject): readonly TableUse[] {
  return readTriggerBody(definition, "sqlite").statements.flatMap((statement) =>
    readEffects(statement, "sqlite").flatMap(({ kind, table }): TableUse[] => {
      if (table === undefined || kind === "select") return [];
      return [{ kind: "write", schema: "main", table }];
    }),
  );
}

/**
 * Statements that set off every trigger of these objects, and read every view: their programs tell what happens then.
 * They are explained, never run.
 */
export async function probesOf(
  connection: Connection,
  objects: readonly ListedObject[],
): Promise<readonly string[]> {
  const views = objects
    .filter(({ kind }) => kind === "view")
    .map(({ name }) => `SELECT * FROM main.${quote(name)}`);
  const triggered = new Map(
    objects.flatMap(({ kind, table }) =>
      kind === "trigger" && table !== undefined ? [[key(table), table]] : [],
    ),
  );
  const changes: string[] = [];
  for (const table of triggered.values()) {
    const columns = await connection.query(
      "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0",
      [table],
    );
    const sets = columns.map(({ name }) => `${quote(String(name))} = ${quote(String(name))}`);
    const target = `main.${quote(table)}`;
    changes.push(`INSERT INTO ${target} DEFAULT VALUES`, `DELETE FROM ${target}`);
    if (sets.length > 0) changes.push(`UPDATE ${target} SET ${sets.join(", ")}`);
  }
  return [...views, ...changes];
}

/** The tables from which own search indexes take their text: https://sqlite.org/fts5.html#external_content_tables */
export function contentOf(objects: readonly ListedObject[]): readonly TableUse[] {
  return objects.flatMap(({ kind, definition }): TableUse[] => {
    const isVirtual = kind === "table" && /^\s*CREATE\s+VIRTUAL\b/i.test(definition);
    const given = isVirtual
      ? /\bcontent\s*=\s*("[^"]*"|'[^']*'|\[[^\]]*\]|`[^`]*`|\w+)/i.exec(definition)?.[1]
      : undefined;
    const table = given?.replace(/^["'[`]|["'\]`]$/g, "") ?? "";
    return table === "" ? [] : [{ kind: "read", schema: "main", table }];
  });
}

/**
 * The tables to which foreign keys of these refer.
 * @throws TenonError `PLUGIN_FORBIDDEN` when a parent has no such key: nobody could delete from it any more
 */
export async function parentsOf(
  connection: Connection,
  objects: readonly ListedObject[],
): Promise<readonly TableUse[]> {
  const tables = objects.filter(({ kind }) => kind === "table").map(({ name }) => name);
  if (tables.length === 0) return [];
  const keys = await connection.query(
    `SELECT t.value AS "table", f."table" AS parent FROM json_each(?) AS t JOIN pragma_foreign_key_list(t.value, 'main') AS f`,
    [JSON.stringify(tables)],
  );
  const parents = new Map(keys.map((row) => [key(String(row["parent"])), row]));
  for (const row of parents.values()) {
    const [table, parent] = [String(row["table"]), String(row["parent"])];
    try {
      await connection.query(`EXPLAIN DELETE FROM main.${quote(parent)}`);
    } catch (error) {
      if (/foreign key mismatch/i.test(String(error))) {
        throw forbidden(
          `The foreign key of ${table} to what is no key of ${parent}`,
          `SQLite would refuse every DELETE from ${parent}: refer to its primary key, or to columns that are unique.`,
        );
      }
      // A parent that is not there yet harms nobody.
      if (!/no such table/i.test(String(error))) throw error;
    }
  }
  return [...parents.values()].map((row) => ({
    kind: "refer",
    schema: "main",
    table: String(row["parent"]),
  }));
}
