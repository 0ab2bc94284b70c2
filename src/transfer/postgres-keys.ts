import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { type ObjectName, type PrimaryKey, primaryKeyOf } from "../schema/index.js";
import { qualified, quote } from "./quote.js";
import { STAGING } from "./staging-names.js";
import type { TablePlan } from "./table-plan.js";

/**
 * Builds the indexes of primary keys over tables that are loaded and not yet in their place: beside the comparison, which only reads them.
 * Where rows break a key nothing is built, and whoever makes the key later tells it.
 */
export async function buildKeyIndexes(
  connection: Connection,
  tables: readonly { readonly plan: TablePlan; readonly at: ObjectName }[],
): Promise<void> {
  for (const [number, { plan, at }] of tables.entries()) {
    const key = plainKey(plan);
    if (key === undefined || (await findKeyIndex(connection, at)) !== undefined) continue;
    const columns = key.columns.map(({ name }) => quote(name)).join(", ");
    try {
      await connection.execute(
        `CREATE UNIQUE INDEX ${quote(`${STAGING}_key_${number}`)} ON ${qualified(at)} (${columns})`,
      );
    } catch (error) {
      if (!(error instanceof TenonError) || error.code !== "SQL_FAILED") throw error;
    }
  }
}

/**
 * Makes a table's primary key of its index, where that was built, before the table is moved to its place. Where something there has the name
 * of the key already, whoever makes the key later tells it. https://www.postgresql.org/docs/current/sql-altertable.html
 */
export async function takeKeyIndex(connection: Connection, at: ObjectName, plan: TablePlan): Promise<void> {
  const key = plainKey(plan);
  const index = key === undefined ? undefined : await findKeyIndex(connection, at);
  if (key?.name === undefined || index === undefined) return;
  const place = qualified({ schema: plan.target.schema, name: key.name });
  const [row] = await connection.query("SELECT pg_catalog.to_regclass($1) IS NULL AS free", [place]);
  await connection.execute(
    row?.["free"] === true
      ? `ALTER TABLE ${qualified(at)} ADD CONSTRAINT ${quote(key.name)} PRIMARY KEY USING INDEX ${quote(index)}`
      : `DROP INDEX ${qualified({ schema: at.schema, name: index })}`,
  );
}

/** A key of which an index can be made beforehand, with nothing but its columns. */
function plainKey({ target }: TablePlan): PrimaryKey | undefined {
  const key = primaryKeyOf(target);
  if (key?.name === undefined || key.deferrable === true || key.withoutOverlaps === true) return undefined;
  return (key.include ?? []).length > 0 || key.options !== undefined ? undefined : key;
}

/** The one index of a table that has no other yet. */
async function findKeyIndex(connection: Connection, table: ObjectName): Promise<string | undefined> {
  const [row] = await connection.query(
    `SELECT i.relname::text AS name
     FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
     WHERE x.indrelid = pg_catalog.to_regclass($1) AND x.indisunique`,
    [qualified(table)],
  );
  const name = row?.["name"];
  return typeof name === "string" ? name : undefined;
}
