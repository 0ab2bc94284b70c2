import type { Connection } from "../connection/index.js";
import type { Counter, Dialect, StoredRow } from "../dialects/index.js";
import type { DatabaseModel } from "../schema/index.js";
import type { TableRows } from "./checkpoint.js";

/** Everything that a database holds beside its schema, each value exactly as it is stored. */
export interface DatabaseRows {
  /** Tables with rows, in the order of the model. */
  readonly tables: readonly TableRows[];
  readonly counters: readonly Counter[];
}

export async function readDatabaseRows(
  connection: Connection,
  dialect: Dialect,
  model: DatabaseModel,
): Promise<DatabaseRows> {
  const exact = await dialect.loadRows();
  const tables: TableRows[] = [];
  let counters: readonly Counter[] = [];
  await connection.transaction(async () => {
    await exact.withExactTexts(connection, async () => {
      for (const table of await exact.describe(connection, model.tables)) {
        if (table.rows === 0) continue;
        const rows: StoredRow[] = [];
        for await (const row of exact.read(connection, table)) rows.push(row);
        const columns = table.columns.map((column) => column.name);
        tables.push({ schema: table.schema, name: table.name, columns, rows: sorted(rows) });
      }
      // Those of identity columns too, which are no sequences of the model.
      const objects = await dialect.listObjects(connection, { definitions: false });
      const sequences = objects.filter(({ kind }) => kind === "sequence");
      counters = await exact.readCounters(connection, model.tables, sequences);
    });
  });
  return { tables, counters };
}

/** Writes rows into tables that are empty, without what triggers would do about them. Part of the caller's transaction. */
export async function writeDatabaseRows(
  connection: Connection,
  dialect: Dialect,
  { tables, counters }: DatabaseRows,
): Promise<void> {
  if (tables.length === 0 && counters.length === 0) return;
  const exact = await dialect.loadRows();
  await exact.withExactTexts(connection, async () => {
    if (tables.length > 0) {
      await exact.withoutSideEffects(connection, tables, async () => {
        for (const table of tables) await exact.write(connection, table, table.columns, table.rows);
      });
    }
    await exact.writeCounters(connection, counters);
  });
}

/** The names of tables and counters that are not the same in both. */
export function differingRows(a: DatabaseRows, b: DatabaseRows): readonly string[] {
  const tables = differing(a.tables, b.tables, ({ columns, rows }) => JSON.stringify([columns, rows]));
  const counters = differing(a.counters, b.counters, ({ value, isCalled }) =>
    JSON.stringify([value, isCalled]),
  );
  return [...tables, ...counters.map((name) => `the numbering of ${name}`)];
}

function differing<T extends { readonly schema: string; readonly name: string }>(
  a: readonly T[],
  b: readonly T[],
  contentOf: (item: T) => string,
): readonly string[] {
  const keyOf = ({ schema, name }: T) => `${schema}.${name}`;
  const contents = new Map(a.map((item) => [keyOf(item), contentOf(item)]));
  const names = b.filter((item) => contents.get(keyOf(item)) !== contentOf(item)).map(keyOf);
  const others = new Set(b.map(keyOf));
  return [...names, ...a.map(keyOf).filter((key) => !others.has(key))];
}

/** In an order that depends on nothing but the rows. */
function sorted(rows: readonly StoredRow[]): readonly StoredRow[] {
  const keyed = rows.map((row) => ({ row, key: JSON.stringify(row) }));
  return keyed.sort((x, y) => (x.key < y.key ? -1 : x.key > y.key ? 1 : 0)).map(({ row }) => row);
}
