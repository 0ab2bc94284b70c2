import type { Connection, Row } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { ROWS_OF_CHUNK } from "./chunk.js";
import type { TransferListener } from "./events.js";
import { quote } from "./quote.js";

/** What was copied of a table, and found to be the same. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
  readonly durationMs: number;
}

/** The schema under which the source is attached. */
export const SOURCE = "tenon_source";

interface SchemaRow extends Row {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

interface TableRow extends Row {
  readonly name: string;
  readonly type: string;
  readonly wr: number;
}

/**
 * Copies everything of the attached database into the main one, in the open transaction: the definitions as they are written, the rows by the
 * engine itself, so that every value keeps its storage class and its bytes. Then compares the two, value by value.
 * @throws TenonError `TARGET_NOT_EMPTY`, `TRANSFER_DIFFERS`
 */
export async function copySqlite(
  connection: Connection,
  listener: TransferListener,
): Promise<readonly CopiedTable[]> {
  const objects = await connection.query<SchemaRow>(
    `SELECT type, name, sql FROM ${SOURCE}.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`,
  );
  const tables = await connection.query<TableRow>(
    `SELECT name, type, wr FROM pragma_table_list WHERE schema = '${SOURCE}' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
  );
  await refuseTaken(connection, objects);
  const kinds = new Map(tables.map((table) => [table.name, table]));
  const definitions = (kind: string) =>
    objects.filter(({ type, name }) => type === "table" && kinds.get(name)?.type === kind);
  for (const { sql } of definitions("table")) await connection.execute(String(sql));
  // Each makes its shadow tables, whose rows then are those of the source.
  for (const { sql } of definitions("virtual")) await connection.execute(String(sql));
  listener({ kind: "phase", phase: "load" });
  const stored = [...definitions("table"), ...definitions("shadow")];
  const counts = new Map<string, number>();
  for (const { name } of stored) counts.set(name, await countRows(connection, SOURCE, name));
  const copied: CopiedTable[] = [];
  const startedAt = performance.now();
  const ofAll = [...counts.values()].reduce((sum, each) => sum + each, 0);
  let allRows = 0;
  for (const { name } of stored) {
    const since = performance.now();
    const isShadow = kinds.get(name)?.type === "shadow";
    if (isShadow) await connection.execute(`DELETE FROM main.${quote(name)}`);
    const columns = await storedColumns(connection, name);
    const of = counts.get(name) ?? 0;
    await copyRows(connection, name, columns, kinds.get(name)?.wr === 1, (rows) => {
      const rate = ((allRows + rows) / Math.max(1, performance.now() - startedAt)) * 1000;
      const secondsLeft = rate > 0 ? (ofAll - allRows - rows) / rate : undefined;
      const progress = {
        table: name,
        rows,
        of,
        allRows: allRows + rows,
        ofAll,
        rate: Math.round(rate),
        secondsLeft,
      };
      listener({ kind: rows === of ? "table-loaded" : "rows", progress });
    });
    allRows += of;
    copied.push({ table: name, rows: of, durationMs: Math.round(performance.now() - since) });
  }
  await copyNumbers(connection);
  listener({ kind: "phase", phase: "finish" });
  const rest = objects.filter(({ type }) => type !== "table");
  for (const [index, { sql }] of rest.entries()) {
    await connection.execute(String(sql));
    listener({ kind: "statement", finished: index + 1, of: rest.length });
  }
  for (const name of ["user_version", "application_id"]) {
    const [row] = await connection.query(`PRAGMA ${SOURCE}.${name}`);
    await connection.execute(`PRAGMA main.${name} = ${Number(row?.[name] ?? 0)}`);
  }
  listener({ kind: "phase", phase: "prove" });
  for (const { name } of stored) await compare(connection, name, kinds.get(name)?.wr === 1);
  return copied.filter(({ table }) => kinds.get(table)?.type === "table");
}

async function copyRows(
  connection: Connection,
  name: string,
  columns: readonly string[],
  isWithoutRowid: boolean,
  onRows: (rows: number) => void,
): Promise<void> {
  const key = isWithoutRowid ? undefined : rowidBeside(columns);
  const names = columns.map(quote);
  if (key === undefined) {
    const { rowsAffected } = await connection.execute(
      `INSERT INTO main.${quote(name)} (${names}) SELECT ${names} FROM ${SOURCE}.${quote(name)}`,
    );
    onRows(rowsAffected);
    return;
  }
  // The number of a row is kept too: an index for full text search, and programs, may refer to it.
  const copy = `INSERT INTO main.${quote(name)} (${[key, ...names]})
    SELECT ${[key, ...names]} FROM ${SOURCE}.${quote(name)} WHERE ${key} > ? ORDER BY ${key} LIMIT ${ROWS_OF_CHUNK}`;
  let last: bigint | number = -(2n ** 63n);
  let rows = 0;
  // The lowest number of all is the one that nothing is greater than: it comes by itself.
  rows += (
    await connection.execute(
      `INSERT INTO main.${quote(name)} (${[key, ...names]}) SELECT ${[key, ...names]} FROM ${SOURCE}.${quote(name)} WHERE ${key} = ?`,
      [last],
    )
  ).rowsAffected;
  for (;;) {
    const { rowsAffected } = await connection.execute(copy, [last]);
    if (rowsAffected === 0) break;
    rows += rowsAffected;
    onRows(rows);
    if (rowsAffected < ROWS_OF_CHUNK) break;
    const found: readonly Row[] = await connection.query(
      `SELECT max(${key}) AS last FROM main.${quote(name)}`,
    );
    const reached = found[0]?.["last"];
    if (typeof reached !== "number" && typeof reached !== "bigint") break;
    last = reached;
  }
}

/** Equal cell by cell: as many rows, and none whose row on the other side has another value or another storage class. */
async function compare(connection: Connection, name: string, isWithoutRowid: boolean): Promise<void> {
  const columns = await storedColumns(connection, name);
  const key = isWithoutRowid ? undefined : rowidBeside(columns);
  const keys = key === undefined ? await keyColumns(connection, name) : [key];
  const [here, there] = [
    await countRows(connection, "main", name),
    await countRows(connection, SOURCE, name),
  ];
  const equal = columns.map(
    (column) =>
      `(typeof(a.${quote(column)}) IS typeof(b.${quote(column)}) AND CAST(a.${quote(column)} AS BLOB) IS CAST(b.${quote(column)} AS BLOB))`,
  );
  if (keys.length === 0) {
    await compareAsSets(connection, name, columns, { here, there });
    return;
  }
  // By the key's own collation, so that its index is used; the values are then compared byte by byte.
  const joined = keys.map((each) => `a.${quote(each)} = b.${quote(each)}`);
  const [row] = await connection.query(
    `SELECT count(*) AS same FROM ${SOURCE}.${quote(name)} AS a JOIN main.${quote(name)} AS b ON ${joined.join(" AND ")}
    WHERE ${equal.join(" AND ") || "1"}`,
  );
  if (here === there && Number(row?.["same"]) === there) return;
  throw differs(name, there, Number(row?.["same"]));
}

/** For a table whose rows have neither a key nor a number that can be named. */
async function compareAsSets(
  connection: Connection,
  name: string,
  columns: readonly string[],
  counts: { readonly here: number; readonly there: number },
): Promise<void> {
  const values = columns.map((column) => `typeof(${quote(column)}), CAST(${quote(column)} AS BLOB)`);
  const side = (schema: string) => `SELECT ${values} FROM ${schema}.${quote(name)}`;
  const [row] = await connection.query(
    `SELECT count(*) AS other FROM (${side(SOURCE)} EXCEPT ${side("main")})`,
  );
  if (counts.here === counts.there && row?.["other"] === 0) return;
  throw differs(name, counts.there, counts.there - Number(row?.["other"]));
}

function differs(name: string, rows: number, same: number): TenonError {
  return new TenonError(
    "TRANSFER_DIFFERS",
    `${name} has ${rows} rows, of which ${same} arrived as they are.`,
    {
      where: { object: name },
      hint: "Nothing of the copy is kept. Report this.",
    },
  );
}

async function storedColumns(connection: Connection, name: string): Promise<readonly string[]> {
  const rows = await connection.query(
    "SELECT name FROM pragma_table_xinfo(?, ?) WHERE hidden = 0 ORDER BY cid",
    [name, SOURCE],
  );
  return rows.map((row) => String(row["name"]));
}

async function keyColumns(connection: Connection, name: string): Promise<readonly string[]> {
  const rows = await connection.query("SELECT name FROM pragma_table_xinfo(?, ?) WHERE pk > 0 ORDER BY pk", [
    name,
    SOURCE,
  ]);
  return rows.map((row) => String(row["name"]));
}

function rowidBeside(columns: readonly string[]): string | undefined {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  return ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
}

async function countRows(connection: Connection, schema: string, name: string): Promise<number> {
  const [row] = await connection.query(`SELECT count(*) AS count FROM ${schema}.${quote(name)}`);
  return Number(row?.["count"]);
}

async function copyNumbers(connection: Connection): Promise<void> {
  const there = await connection.query(
    `SELECT 1 FROM ${SOURCE}.sqlite_schema WHERE name = 'sqlite_sequence'`,
  );
  if (there.length === 0) return;
  await connection.execute(
    `DELETE FROM main.sqlite_sequence WHERE name IN (SELECT name FROM ${SOURCE}.sqlite_sequence)`,
  );
  await connection.execute(
    `INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM ${SOURCE}.sqlite_sequence`,
  );
}

async function refuseTaken(connection: Connection, objects: readonly SchemaRow[]): Promise<void> {
  const standing = await connection.query("SELECT name FROM main.sqlite_schema");
  const names = new Set(standing.map((row) => String(row["name"]).toLowerCase()));
  const taken = objects.map(({ name }) => name).filter((name) => names.has(name.toLowerCase()));
  if (taken.length === 0) return;
  throw new TenonError(
    "TARGET_NOT_EMPTY",
    `${connection.description} has these already: ${taken.slice(0, 20).join(", ")}.`,
    {
      hint: "Choose a file that does not exist yet. Nothing was changed.",
      details: { tables: taken },
    },
  );
}
