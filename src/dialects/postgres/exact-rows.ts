import type { Connection, SqlInput } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { Counter, ExactRows, NamedObject, StoredRow, StoredTable } from "../exact-rows.js";
import { quote } from "./names.js";

/** Rows of PostgreSQL, each value as the text that its type writes and reads. */
export const exactRows: ExactRows = {
  hold,
  withExactTexts,
  describe,
  read,
  readCounters,
  writeCounters,
  write,
  withoutSideEffects,
};

async function hold(connection: Connection, tables: readonly NamedObject[]): Promise<void> {
  const described = await describe(connection, tables);
  if (described.length === 0) return;
  await connection.execute(`LOCK TABLE ${described.map(addressOf).join(", ")} IN ACCESS EXCLUSIVE MODE`);
}

/** When the work fails, so has the transaction, and its settings end with it. */
async function withExactTexts(connection: Connection, work: () => Promise<void>): Promise<void> {
  const before: [string, string][] = [];
  for (const [name, value] of EXACT_TEXTS) {
    const [row] = await connection.query("SELECT pg_catalog.current_setting($1) AS value", [name]);
    before.push([name, String(row?.["value"])]);
    await connection.query(SET_LOCALLY, [name, value]);
  }
  await work();
  for (const setting of before) await connection.query(SET_LOCALLY, setting);
}

const SET_LOCALLY = "SELECT pg_catalog.set_config($1, $2, true)";

// Texts depend on these: https://www.postgresql.org/docs/current/runtime-config-client.html#RUNTIME-CONFIG-CLIENT-FORMAT
const EXACT_TEXTS = [
  ["datestyle", "ISO, YMD"],
  ["intervalstyle", "postgres"],
  ["timezone", "UTC"],
  ["extra_float_digits", "3"],
  ["bytea_output", "hex"],
  ["xmloption", "content"],
  // A policy that hides rows from this role is then an error, and no row is left out unseen.
  ["row_security", "off"],
] as const;

async function describe(
  connection: Connection,
  tables: readonly NamedObject[],
): Promise<readonly StoredTable[]> {
  if (tables.length === 0) return [];
  const rows = await connection.query<ColumnRow>(COLUMNS, [
    JSON.stringify(tables.map(({ schema, name }) => [schema, name])),
  ]);
  const found = new Map<string, ColumnRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = found.get(key);
    if (known === undefined) found.set(key, [row]);
    else known.push(row);
  }
  const stored: StoredTable[] = [];
  for (const table of tables) {
    const columns = found.get(keyOf(table));
    if (columns === undefined) continue;
    const [count] = await connection.query(`SELECT count(*) AS "rows" FROM ONLY ${addressOf(table)}`);
    stored.push({
      schema: table.schema,
      name: table.name,
      columns: columns.flatMap(({ column, type }) =>
        column === null ? [] : [{ name: column, type: type ?? "" }],
      ),
      rows: Number(count?.["rows"]),
      bytes: Number(columns[0]?.bytes),
    });
  }
  return stored;
}

interface ColumnRow extends Record<string, string | number | bigint | null> {
  readonly schema: string;
  readonly name: string;
  readonly column: string | null;
  readonly type: string | null;
  readonly bytes: number;
}

// Partitioned tables hold no rows themselves; a table without columns has one line with a NULL.
const COLUMNS = `
  SELECT n.nspname::text AS schema, c.relname::text AS name, a.attname::text AS "column",
         pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, pg_catalog.pg_total_relation_size(c.oid) AS bytes
  FROM pg_catalog.json_array_elements($1::json) AS wanted
  JOIN pg_catalog.pg_namespace n ON n.nspname = wanted->>0
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted->>1 AND c.relkind = 'r'
  LEFT JOIN pg_catalog.pg_attribute a
    ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  ORDER BY n.nspname, c.relname, a.attnum`;

async function* read(connection: Connection, table: StoredTable): AsyncGenerator<StoredRow> {
  const values = table.columns.map(({ name }, index) => `${quote(name)}::text AS "v${index}"`);
  for await (const row of connection.stream(`SELECT ${values.join(", ")} FROM ONLY ${addressOf(table)}`)) {
    yield table.columns.map((_, index) => {
      const value = row[`v${index}`] ?? null;
      return value === null ? null : String(value);
    });
  }
}

async function write(
  connection: Connection,
  table: NamedObject,
  columns: readonly string[],
  rows: readonly StoredRow[],
): Promise<void> {
  if (columns.length === 0) {
    for (const _ of rows) await connection.execute(`INSERT INTO ${addressOf(table)} DEFAULT VALUES`);
    return;
  }
  const into = `INSERT INTO ${addressOf(table)} (${columns.map(quote).join(", ")}) OVERRIDING SYSTEM VALUE VALUES`;
  const most = Math.max(1, Math.floor(MOST_PARAMETERS / columns.length));
  for (let start = 0; start < rows.length; start += most) {
    const part = rows.slice(start, start + most);
    const places = part.map(
      (row, at) => `(${row.map((_, index) => `$${at * columns.length + index + 1}`).join(", ")})`,
    );
    await connection.execute(`${into} ${places.join(", ")}`, part.flat().map(bind));
  }
}

/** A message can bind 65,535 values; fewer make smaller messages: https://www.postgresql.org/docs/current/limits.html */
const MOST_PARAMETERS = 6000;

function bind(value: StoredRow[number]): SqlInput {
  if (value === null || typeof value === "string") return value;
  throw new TenonError("PLUGIN_DATA", `A value of the dump is no text: ${JSON.stringify(value)}.`, {
    hint: "It was written on another engine. Restore it where it came from.",
  });
}

async function readCounters(
  connection: Connection,
  _tables: readonly NamedObject[],
  sequences: readonly NamedObject[],
): Promise<readonly Counter[]> {
  const counters: Counter[] = [];
  for (const sequence of sequences) {
    const [row] = await connection.query(
      `SELECT last_value::text AS value, is_called FROM ${addressOf(sequence)}`,
    );
    counters.push({
      schema: sequence.schema,
      name: sequence.name,
      value: String(row?.["value"]),
      isCalled: row?.["is_called"] === true,
    });
  }
  return counters;
}

async function writeCounters(connection: Connection, counters: readonly Counter[]): Promise<void> {
  for (const { value, isCalled, ...sequence } of counters) {
    await connection.query("SELECT pg_catalog.setval($1::pg_catalog.regclass, $2::bigint, $3::boolean)", [
      addressOf(sequence),
      value,
      isCalled ?? true,
    ]);
  }
}

/**
 * Triggers are disabled by name, and keys wait for the end: what a superuser could switch off at once is left alone, for
 * the host's role may be none. https://www.postgresql.org/docs/current/sql-altertable.html
 */
async function withoutSideEffects(
  connection: Connection,
  tables: readonly NamedObject[],
  work: () => Promise<void>,
): Promise<void> {
  const wanted = JSON.stringify(tables.map(({ schema, name }) => [schema, name]));
  const triggers = await connection.query(TRIGGERS, [wanted]);
  const keys = await connection.query(FOREIGN_KEYS, [wanted]);
  const onTable = (row: (typeof keys)[number]) =>
    `ALTER TABLE ${addressOf({ schema: String(row["schema"]), name: String(row["table"]) })}`;
  const keyOn = (row: (typeof keys)[number], words: string) =>
    connection.execute(`${onTable(row)} ALTER CONSTRAINT ${quote(String(row["name"]))} ${words}`);
  for (const row of triggers)
    await connection.execute(`${onTable(row)} DISABLE TRIGGER ${quote(String(row["name"]))}`);
  for (const row of keys) await keyOn(row, "DEFERRABLE INITIALLY DEFERRED");
  await connection.execute("SET CONSTRAINTS ALL DEFERRED");
  await work();
  await connection.execute("SET CONSTRAINTS ALL IMMEDIATE");
  for (const row of keys) {
    const deferrable = row["deferrable"] === true;
    await keyOn(
      row,
      deferrable
        ? `DEFERRABLE INITIALLY ${row["deferred"] === true ? "DEFERRED" : "IMMEDIATE"}`
        : "NOT DEFERRABLE",
    );
  }
  for (const row of triggers) {
    await connection.execute(
      `${onTable(row)} ${ENABLED.get(String(row["enabled"])) ?? "ENABLE"} TRIGGER ${quote(String(row["name"]))}`,
    );
  }
}

const ENABLED = new Map([
  ["O", "ENABLE"],
  ["R", "ENABLE REPLICA"],
  ["A", "ENABLE ALWAYS"],
]);

const WANTED = `
  FROM pg_catalog.json_array_elements($1::json) AS wanted
  JOIN pg_catalog.pg_namespace n ON n.nspname = wanted->>0
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted->>1`;

const TRIGGERS = `
  SELECT n.nspname::text AS schema, c.relname::text AS "table", t.tgname::text AS name, t.tgenabled::text AS enabled${WANTED}
  JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgparentid = 0
  ORDER BY 1, 2, 3`;

const FOREIGN_KEYS = `
  SELECT n.nspname::text AS schema, c.relname::text AS "table", k.conname::text AS name,
         k.condeferrable AS deferrable, k.condeferred AS deferred${WANTED}
  JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0
  ORDER BY 1, 2, 3`;

function addressOf({ schema, name }: NamedObject): string {
  return `${quote(schema)}.${quote(name)}`;
}

function keyOf({ schema, name }: NamedObject): string {
  return JSON.stringify([schema, name]);
}
