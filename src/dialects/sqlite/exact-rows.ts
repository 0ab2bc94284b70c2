import type { Connection, SqlInput, SqlOutput } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type {
  Counter,
  ExactRows,
  NamedObject,
  StoredColumn,
  StoredRow,
  StoredTable,
  StoredValue,
} from "../exact-rows.js";
import { quote } from "./names.js";

/** Rows of SQLite, each value in the storage class that it has: https://sqlite.org/datatype3.html */
export const exactRows: ExactRows = {
  // The transaction that migrates holds the whole database already.
  hold: async () => undefined,
  withExactTexts: async (_connection, work) => work(),
  describe,
  read,
  readCounters,
  writeCounters,
  write,
  withoutSideEffects,
};

async function describe(
  connection: Connection,
  tables: readonly NamedObject[],
): Promise<readonly StoredTable[]> {
  const wanted = new Set(tables.map(({ name }) => name));
  // Virtual tables keep what they hold in tables of their own, their shadows: https://sqlite.org/vtab.html#xshadowname
  const listed = (
    await connection.query(
      "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')",
    )
  ).filter((row) => wanted.has(String(row["name"])));
  const byName = new Map(listed.map((row) => [String(row["name"]), row["wr"] === 1]));
  const stored: StoredTable[] = [];
  for (const { schema, name } of tables) {
    const isWithoutRowId = byName.get(name);
    if (isWithoutRowId === undefined) continue;
    const columns = await readColumns(connection, name, isWithoutRowId);
    const [count] = await connection.query(`SELECT count(*) AS "rows" FROM main.${quote(name)}`);
    stored.push({
      schema,
      name,
      columns,
      rows: Number(count?.["rows"]),
      bytes: await readBytes(connection, name),
    });
  }
  return stored;
}

/** Hidden columns are those of virtual tables (1) and generated ones (2, 3): https://sqlite.org/pragma.html#pragma_table_xinfo */
async function readColumns(
  connection: Connection,
  table: string,
  isWithoutRowId: boolean,
): Promise<readonly StoredColumn[]> {
  const rows = await connection.query(
    "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid",
    [table],
  );
  const columns = rows
    .filter((row) => row["hidden"] === 0)
    .map((row) => ({ name: String(row["name"]), type: String(row["type"]) }));
  const keys = rows.filter((row) => Number(row["pk"]) > 0);
  const isNumbered = keys.length === 1 && String(keys[0]?.["type"]).toUpperCase() === "INTEGER";
  if (isWithoutRowId || isNumbered) return columns;
  // Others may refer to the number of a row (a full-text index does), so it is kept where no column has it.
  const taken = new Set(rows.map((row) => String(row["name"]).toLowerCase()));
  const rowId = ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
  return rowId === undefined ? columns : [{ name: rowId, type: "INTEGER" }, ...columns];
}

/** The table dbstat is there only where SQLite was built with it: https://sqlite.org/dbstat.html */
async function readBytes(connection: Connection, table: string): Promise<number | undefined> {
  try {
    const [row] = await connection.query(
      `SELECT sum(pgsize) AS bytes FROM dbstat
       WHERE name IN (SELECT name FROM main.sqlite_schema WHERE tbl_name = ? AND rootpage > 0)`,
      [table],
    );
    return row?.["bytes"] === null || row === undefined ? undefined : Number(row["bytes"]);
  } catch (error) {
    if (error instanceof TenonError && error.code === "SQL_FAILED") return undefined;
    throw error;
  }
}

async function* read(connection: Connection, table: StoredTable): AsyncGenerator<StoredRow> {
  if (table.columns.length === 0) return;
  // Text as bytes: the driver cannot read text that is not UTF-8, and a database may hold such.
  const values = table.columns.flatMap(({ name }, index) => {
    const column = quote(name);
    return [
      `typeof(${column}) AS "t${index}"`,
      `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END AS "v${index}"`,
    ];
  });
  const [encoding] = await connection.query("PRAGMA encoding");
  const decoder = new TextDecoder(
    encoding?.["encoding"] === "UTF-8" ? "utf-8" : String(encoding?.["encoding"]).toLowerCase(),
    {
      fatal: true,
      ignoreBOM: true,
    },
  );
  for await (const row of connection.stream(`SELECT ${values.join(", ")} FROM main.${quote(table.name)}`)) {
    yield table.columns.map((_, index) => store(String(row[`t${index}`]), row[`v${index}`] ?? null, decoder));
  }
}

function store(kind: string, value: SqlOutput, decoder: { decode(bytes: Uint8Array): string }): StoredValue {
  if (value === null) return null;
  if (kind === "integer") return typeof value === "bigint" ? { integer: String(value) } : Number(value);
  if (kind === "real") {
    const number = Number(value);
    const isPlain = Number.isFinite(number) && !Number.isInteger(number);
    return isPlain ? number : { real: Object.is(number, -0) ? "-0" : String(number) };
  }
  const bytes = value instanceof Uint8Array ? value : new TextEncoder().encode(String(value));
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  if (kind === "blob") return { blob: base64 };
  try {
    return decoder.decode(bytes);
  } catch {
    return { text: base64 };
  }
}

async function write(
  connection: Connection,
  table: NamedObject,
  columns: readonly string[],
  rows: readonly StoredRow[],
): Promise<void> {
  const into = `INSERT INTO main.${quote(table.name)} (${columns.map(quote).join(", ")}) VALUES`;
  for (const row of rows) {
    const bound = row.map(bind);
    const places = bound.map(({ sql }) => sql).join(", ");
    await connection.execute(
      `${into} (${places})`,
      bound.map(({ value }) => value),
    );
  }
}

/** A cast where the driver would choose another storage class. */
function bind(value: StoredValue): { readonly sql: string; readonly value: SqlInput } {
  if (typeof value === "number" && !Number.isInteger(value)) return { sql: "CAST(? AS REAL)", value };
  if (value === null || typeof value !== "object") return { sql: "?", value };
  if ("integer" in value) return { sql: "?", value: BigInt(value.integer) };
  if ("real" in value) return { sql: "CAST(? AS REAL)", value: Number(value.real) };
  if ("blob" in value) return { sql: "?", value: new Uint8Array(Buffer.from(value.blob, "base64")) };
  return { sql: "CAST(? AS TEXT)", value: new Uint8Array(Buffer.from(value.text, "base64")) };
}

/** Only tables with AUTOINCREMENT have one: https://sqlite.org/autoinc.html */
async function readCounters(
  connection: Connection,
  tables: readonly NamedObject[],
): Promise<readonly Counter[]> {
  if (!(await connection.tableExists("sqlite_sequence"))) return [];
  const rows = await connection.query("SELECT name, seq FROM main.sqlite_sequence");
  const values = new Map(rows.map((row) => [String(row["name"]), String(row["seq"])]));
  return tables.flatMap(({ schema, name }) => {
    const value = values.get(name);
    return value === undefined ? [] : [{ schema, name, value }];
  });
}

async function writeCounters(connection: Connection, counters: readonly Counter[]): Promise<void> {
  for (const { name, value } of counters) {
    await connection.execute("DELETE FROM main.sqlite_sequence WHERE name = ?", [name]);
    await connection.execute("INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)", [
      name,
      BigInt(value),
    ]);
  }
}

async function withoutSideEffects(
  connection: Connection,
  tables: readonly NamedObject[],
  work: () => Promise<void>,
): Promise<void> {
  const names = new Set(tables.map(({ name }) => name.toLowerCase()));
  const triggers = (
    await connection.query(
      "SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY rowid",
    )
  ).filter((row) => names.has(String(row["tbl_name"]).toLowerCase()));
  // Inside a transaction keys cannot be switched off, but their check can wait until its end; it ends with it, too:
  // https://sqlite.org/pragma.html#pragma_defer_foreign_keys
  await connection.execute("PRAGMA defer_foreign_keys = ON");
  for (const trigger of triggers)
    await connection.execute(`DROP TRIGGER main.${quote(String(trigger["name"]))}`);
  await work();
  for (const trigger of triggers) await connection.execute(String(trigger["sql"]));
}
