import type { Connection } from "../../connection/index.js";
import { readLikelyText } from "./likely-text.js";

/** The rows of SQLite's own catalogue: five queries, whatever the number of tables. */
export interface Catalogue extends CatalogueObjects {
  /** By name of the table, in their order. Ordinary tables only. */
  readonly columns: ReadonlyMap<string, readonly ColumnRow[]>;
  /** By name of the table: how many foreign keys SQLite sees. */
  readonly foreignKeys: ReadonlyMap<string, number>;
}

/** What it tells without looking into single tables. */
export interface CatalogueObjects {
  readonly objects: readonly SchemaRow[];
  readonly tables: ReadonlyMap<string, TableRow>;
  readonly virtualColumns: ReadonlyMap<string, readonly ColumnRow[]>;
}

/** A row of `sqlite_schema`. */
export interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string | undefined;
}

/** A row of https://sqlite.org/pragma.html#pragma_table_list */
export interface TableRow {
  readonly type: string;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
}

/** A row of https://sqlite.org/pragma.html#pragma_table_xinfo */
export interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Place in the primary key, from 1; 0 outside it. */
  readonly key: number;
  /** 0 ordinary, 1 hidden, 2 generated virtual, 3 generated stored. */
  readonly hidden: number;
}

/**
 * The catalogue as it was read: one JSON text for each query. A row that crosses into JavaScript costs more than
 * SQLite needs to find it, so SQLite gathers them: https://sqlite.org/json1.html#jgrouparray
 */
export interface CapturedCatalogue extends CapturedObjects, CapturedColumns {}

export interface CapturedObjects {
  readonly objects: string;
  readonly tables: string;
  /** Without those of a virtual table whose extension is not loaded. */
  readonly virtualColumns: string;
}

export interface CapturedColumns {
  readonly columns: string;
  readonly foreignKeys: string;
}

/**
 * Everything else follows from the texts of the objects, as long as none of them is a virtual table, whose module decides. So for a
 * database whose objects are to the letter those of the one read before, as where each customer has one, they are all that is read.
 */
export async function captureCatalogue(connection: Connection): Promise<CapturedCatalogue> {
  const objects = await gatherObjects(connection);
  if (objects === lastCaptured?.objects) return lastCaptured;
  const captured = { ...(await captureObjects(connection, objects)), ...(await captureColumns(connection)) };
  const isWholeText = captured.virtualColumns === "[]" && !/\bVIRTUAL\b/i.test(objects);
  lastCaptured = isWholeText && objects.length < LARGEST_KEPT ? captured : undefined;
  return captured;
}

let lastCaptured: CapturedCatalogue | undefined;
/** Characters. A database with more objects than these hold takes long enough for its own statements. */
const LARGEST_KEPT = 1_000_000;

export async function captureObjects(connection: Connection, known?: string): Promise<CapturedObjects> {
  const tables = await gather(
    connection,
    "name, type, wr, strict",
    "pragma_table_list WHERE schema = 'main'",
  );
  return {
    objects: known ?? (await gatherObjects(connection)),
    tables,
    virtualColumns: await gatherVirtualColumns(connection, parseTables(tables)),
  };
}

function gatherObjects(connection: Connection): Promise<string> {
  return readLikelyText(connection, OBJECTS);
}

/** Of these ordinary tables; of all where none are named. */
export async function captureColumns(
  connection: Connection,
  names?: readonly string[],
): Promise<CapturedColumns> {
  const tables =
    names === undefined
      ? "(SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table')"
      : "(SELECT value AS name FROM json_each(?))";
  const parameters = names === undefined ? [] : [JSON.stringify(names)];
  return {
    columns: await gather(
      connection,
      COLUMN,
      `${tables} t JOIN pragma_table_xinfo(t.name, 'main') c`,
      parameters,
    ),
    foreignKeys: await gather(
      connection,
      "tbl, keys",
      `(SELECT t.name AS tbl, count(DISTINCT k.id) AS keys
        FROM ${tables} t JOIN pragma_foreign_key_list(t.name, 'main') k GROUP BY t.name)`,
      parameters,
    ),
  };
}

export function readCaptured(captured: CapturedCatalogue): Catalogue {
  return { ...readObjects(captured), ...readColumns(captured) };
}

export function readObjects(captured: CapturedObjects): CatalogueObjects {
  const objects: [string, string, string, string | null][] = JSON.parse(captured.objects);
  return {
    objects: objects.map(([type, name, table, sql]) => ({ type, name, table, sql: sql ?? undefined })),
    tables: new Map(
      parseTables(captured.tables).map(([name, type, withoutRowid, strict]) => [
        name,
        { type, withoutRowid: withoutRowid === 1, strict: strict === 1 },
      ]),
    ),
    virtualColumns: byTable(captured.virtualColumns),
  };
}

export function readColumns(captured: CapturedColumns): Pick<Catalogue, "columns" | "foreignKeys"> {
  const foreignKeys: [string, number][] = JSON.parse(captured.foreignKeys);
  return { columns: byTable(captured.columns), foreignKeys: new Map(foreignKeys) };
}

const COLUMN = 't.name, c.name, c.type, c."notnull", c.pk, c.hidden';

const VIRTUAL_COLUMNS =
  "pragma_table_list t JOIN pragma_table_xinfo(t.name, 'main') c WHERE t.schema = 'main' AND t.type = 'virtual'";

function gathering(columns: string, from: string): string {
  return `SELECT json_group_array(json_array(${columns})) AS rows FROM ${from}`;
}

const OBJECTS = gathering(
  "type, name, tbl_name, sql",
  "(SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid)",
);

async function gather(
  connection: Connection,
  columns: string,
  from: string,
  parameters: readonly string[] = [],
): Promise<string> {
  const sql = gathering(columns, from);
  const [row] = await connection.query(sql, parameters);
  return String(row?.["rows"]);
}

/**
 * The columns of virtual tables in one query; one by one where the extension behind one of them is not
 * loaded, which would fail the whole query.
 */
async function gatherVirtualColumns(connection: Connection, tables: readonly TableTuple[]): Promise<string> {
  const names = tables.filter(([, type]) => type === "virtual").map(([name]) => name);
  if (names.length === 0) return "[]";
  const all = await gatherOrNone(connection, COLUMN, VIRTUAL_COLUMNS, []);
  if (all !== undefined) return all;
  const found: unknown[] = [];
  for (const name of names) {
    const rows = await gatherOrNone(connection, `?, ${OWN_COLUMN}`, "pragma_table_xinfo(?, 'main')", [
      name,
      name,
    ]);
    if (rows !== undefined) found.push(...JSON.parse(rows));
  }
  return JSON.stringify(found);
}

const OWN_COLUMN = 'name, type, "notnull", pk, hidden';

/**
 * Undefined when a module is missing: that is a state of the database, and every other failure is one of
 * ours.
 */
async function gatherOrNone(
  connection: Connection,
  columns: string,
  from: string,
  parameters: readonly string[],
): Promise<string | undefined> {
  try {
    return await gather(connection, columns, from, parameters);
  } catch (error) {
    if (error instanceof Error && /no such module|error in|vtable constructor/i.test(error.message))
      return undefined;
    throw error;
  }
}

type TableTuple = readonly [name: string, type: string, withoutRowid: number, strict: number];

function parseTables(text: string): readonly TableTuple[] {
  return JSON.parse(text);
}

function byTable(text: string): Map<string, ColumnRow[]> {
  const rows: [string, string, string, number, number, number][] = JSON.parse(text);
  const columns = new Map<string, ColumnRow[]>();
  let table: string | undefined;
  let list: ColumnRow[] = [];
  for (const [owner, name, type, notNull, key, hidden] of rows) {
    if (owner !== table) {
      table = owner;
      list = columns.get(owner) ?? [];
      columns.set(owner, list);
    }
    list.push({ name, type, notNull: notNull === 1, key, hidden });
  }
  return columns;
}
