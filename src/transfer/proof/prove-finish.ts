import type { Connection } from "../../connection/index.js";
import type { Table } from "../../schema/index.js";
import { quoteName } from "../fit/table-reader.js";

/** What holds between tables when all is in its place. Plain data. */
export interface FinishProof {
  readonly foreignKeys: readonly ForeignKeyProof[];
  readonly sequences: readonly SequenceProof[];
  readonly isEqual: boolean;
  /** A sentence for each thing that is wrong. */
  readonly differences: readonly string[];
}

export interface ForeignKeyProof {
  readonly table: string;
  readonly name: string;
  /** True when the engine has held every row against it. */
  readonly isValid: boolean;
}

export interface SequenceProof {
  readonly table: string;
  readonly column: string;
  /** The highest number that a row has; null where there are no rows. */
  readonly highest: string | null;
  /** The number that the next row gets. */
  readonly next: string;
  readonly isBeyond: boolean;
}

/** Looks at the foreign keys and at the next numbers of tables that stand in their place. */
export async function proveFinish(target: Connection, tables: readonly Table[]): Promise<FinishProof> {
  const [foreignKeys, sequences] =
    target.engine === "postgres"
      ? [await postgresKeys(target, tables), await postgresSequences(target, tables)]
      : [await sqliteKeys(target, tables), await sqliteSequences(target, tables)];
  const differences = [
    ...foreignKeys
      .filter((key) => !key.isValid)
      .map(({ table, name }) => `The foreign key ${name} of ${table} does not hold.`),
    ...sequences
      .filter((sequence) => !sequence.isBeyond)
      .map(
        ({ table, column, highest, next }) =>
          `${table}.${column} would number the next row ${next}, and has ${highest}.`,
      ),
  ];
  return { foreignKeys, sequences, isEqual: differences.length === 0, differences };
}

function keysOf(table: Table) {
  return table.constraints.flatMap((constraint) => (constraint.kind === "foreign-key" ? [constraint] : []));
}

/** A key that was made over rows, and not as NOT VALID, was held against all of them. */
async function postgresKeys(
  target: Connection,
  tables: readonly Table[],
): Promise<readonly ForeignKeyProof[]> {
  const wanted = tables.flatMap((table) => keysOf(table).map((key) => ({ table, name: key.name ?? "" })));
  if (wanted.length === 0) return [];
  const rows = await target.query(
    `SELECT n.nspname::text AS schema, r.relname::text AS table, c.conname::text AS name, c.convalidated AS valid
     FROM pg_catalog.pg_constraint c
     JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
     WHERE c.contype = 'f'`,
  );
  const valid = new Set(
    rows
      .filter((row) => row["valid"] === true)
      .map((row) => JSON.stringify([row["schema"], row["table"], row["name"]])),
  );
  return wanted.map(({ table, name }) => ({
    table: table.name,
    name,
    isValid: valid.has(JSON.stringify([table.schema, table.name, name])),
  }));
}

async function postgresSequences(
  target: Connection,
  tables: readonly Table[],
): Promise<readonly SequenceProof[]> {
  const proofs: SequenceProof[] = [];
  for (const table of tables) {
    const at = `${quoteName(table.schema)}.${quoteName(table.name)}`;
    for (const { name, identity, default: expression } of table.columns) {
      if (identity === undefined && !/nextval\(/i.test(expression ?? "")) continue;
      const [found] = await target.query(`SELECT pg_catalog.pg_get_serial_sequence($1, $2) AS sequence`, [
        at,
        name,
      ]);
      const sequence = found?.["sequence"];
      if (typeof sequence !== "string") continue;
      const [row = {}] = await target.query(
        `SELECT (SELECT max(${quoteName(name)}) FROM ONLY ${at})::text AS highest,
                (CASE WHEN is_called THEN last_value::numeric + increment ELSE last_value END)::text AS next,
                increment::text AS increment
         FROM ${sequence}, (SELECT seqincrement AS increment FROM pg_catalog.pg_sequence WHERE seqrelid = $1::text::regclass) AS steps`,
        [sequence],
      );
      proofs.push(sequenceProof(table, name, row["highest"], row["next"], row["increment"]));
    }
  }
  return proofs;
}

function sequenceProof(
  table: Table,
  column: string,
  highest: unknown,
  next: unknown,
  increment: unknown,
): SequenceProof {
  const reached = typeof highest === "string" ? highest : null;
  // One that counts downwards is beyond the rows in its own direction, which the highest number does not tell.
  const isBeyond =
    reached === null || BigInt(String(increment)) < 0n || BigInt(String(next)) > BigInt(reached);
  return { table: table.name, column, highest: reached, next: String(next), isBeyond };
}

/** https://sqlite.org/pragma.html#pragma_foreign_key_check */
async function sqliteKeys(target: Connection, tables: readonly Table[]): Promise<readonly ForeignKeyProof[]> {
  const proofs: ForeignKeyProof[] = [];
  for (const table of tables) {
    const keys = keysOf(table);
    if (keys.length === 0) continue;
    const rows = await target.query(`PRAGMA main.foreign_key_check(${quoteName(table.name)})`);
    const parents = new Set(rows.map((row) => String(row["parent"]).toLowerCase()));
    for (const key of keys)
      proofs.push({
        table: table.name,
        name: key.name ?? `${key.columns.join(", ")} to ${key.references.table}`,
        isValid: !parents.has(key.references.table.toLowerCase()),
      });
  }
  return proofs;
}

/** Only AUTOINCREMENT keeps a number; any other table goes on after its highest one: https://sqlite.org/autoinc.html */
async function sqliteSequences(
  target: Connection,
  tables: readonly Table[],
): Promise<readonly SequenceProof[]> {
  const counted = tables.flatMap((table) =>
    table.constraints.flatMap((constraint) =>
      constraint.kind === "primary-key" && constraint.autoincrement === true
        ? [{ table, column: constraint.columns[0]?.name ?? "" }]
        : [],
    ),
  );
  const proofs: SequenceProof[] = [];
  for (const { table, column } of counted) {
    const [row = {}] = await target.query(
      `SELECT (SELECT CAST(max(${quoteName(column)}) AS TEXT) FROM main.${quoteName(table.name)}) AS highest,
              (SELECT CAST(seq + 1 AS TEXT) FROM main.sqlite_sequence WHERE name = ?) AS next`,
      [table.name],
    );
    proofs.push(sequenceProof(table, column, row["highest"], row["next"] ?? "1", "1"));
  }
  return proofs;
}
