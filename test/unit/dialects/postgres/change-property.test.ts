import fc from "fast-check";
import { expect, test } from "vitest";
import type { Connection } from "../../../../src/connection/index.js";
import { postgresSchema } from "../../../../src/dialects/postgres/schema.js";
import { TenonError } from "../../../../src/errors.js";
import type { RenameAnswers, RenameHint } from "../../../../src/schema/index.js";
import { randomCases } from "../../../generators/case-count.js";
import { readShape } from "../../../generators/postgres-reading.js";
import {
  applyEdits,
  type ColumnSpec,
  EMPTY,
  firstEdits,
  type Identified,
  laterEdits,
  type SchemaSpec,
} from "../../../generators/postgres-schema.js";
import { quote, rowsSql, schemaSql, TableSql, tableSql } from "../../../generators/postgres-sql.js";
import { renameHints } from "../../../generators/rename-hints.js";
import { sharedPglite } from "../../../servers/pglite-shared.js";
import { applyPlan, Refused, type Wanted, wanted, wrong } from "./change-database.js";

const CASES = randomCases(70);
const RUNS = CASES.numRuns;

const NAME =
  "a database changed from one random schema to another looks as if built so, keeps its rows, and can go back";

test(NAME, { timeout: 60_000 + RUNS * 2000 }, async () => {
  const connection = await sharedPglite();
  const counts = { applied: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(firstEdits, laterEdits, async (first, later) => {
      const before = applyEdits(EMPTY, first, 1);
      const after = applyEdits(before, later, 10_001);
      await clear(connection);
      const target = await wanted(connection, schemaSql(after).join(";\n"));
      const origin = await wanted(connection, schemaSql(before).join(";\n"));
      await connection.executeScript([...schemaSql(before), ...rowsSql(before)].join(";\n"));
      const rows = await survivingRows(connection, before, { before, after });

      const outcome = await change(connection, target, before, after);

      if (outcome !== "applied") {
        counts.refused++;
        expect(await wrong(connection, origin)).toEqual([]);
        return;
      }
      counts.applied++;
      expect(await wrong(connection, target)).toEqual([]);
      expect(await survivingRows(connection, after, { before, after })).toEqual(rows);

      if ((await change(connection, origin, after, before)) === "applied") {
        expect(await wrong(connection, origin)).toEqual([]);
        expect(await survivingRows(connection, before, { before, after })).toEqual(rows);
      }
    }),
    CASES,
  );
  // Most changes must be possible, or little would be tested.
  expect(counts.applied).toBeGreaterThan(counts.refused * 2);
});

async function clear(connection: Connection): Promise<void> {
  await connection.executeScript(
    "DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public",
  );
}

/** Rows that stand in the way, and what Tenon says it cannot do, are no failure: nothing must have happened then. */
async function change(connection: Connection, target: Wanted, before: SchemaSpec, after: SchemaSpec) {
  try {
    const plan = await postgresSchema.planChanges(await postgresSchema.introspect(connection), target.model, {
      renames: answersFrom(before, after),
    });
    await applyPlan(connection, plan);
    return "applied";
  } catch (error) {
    if (error instanceof Refused) return "refused";
    if (error instanceof TenonError && error.code === "CHANGE_UNSUPPORTED") return "refused";
    // A key or check that the rows contradict; a value out of the bounds of its type or sequence.
    const state = error instanceof TenonError ? String(error.details["sqlState"]) : "";
    if (/^2[23]/.test(state)) return "refused";
    throw error;
  }
}

/** The generator knows what was renamed; everything else that looks like it was not. */
function answersFrom(before: SchemaSpec, after: SchemaSpec): RenameAnswers {
  const hints: RenameHint[] = [];
  for (const schema of ["public", "app"] as const) {
    const isHere = (table: SchemaSpec["tables"][number]) => table.schema === schema;
    const withParts = ({ tables }: SchemaSpec) =>
      tables.filter(isHere).flatMap((table) => [table, ...childrenOf(table)]);
    hints.push(...renameHints(withParts(before), withParts(after), [schema]));
    for (const table of after.tables.filter(isHere)) {
      const old = before.tables.find((candidate) => candidate.id === table.id);
      if (old !== undefined) hints.push(...renameHints(old.columns, table.columns, [schema, table.name]));
    }
  }
  return { hints, ask: () => "dropped" };
}

/** The partitions and children that come with a table, named after it. */
function childrenOf({ id, name, shape }: SchemaSpec["tables"][number]): readonly Identified[] {
  if (shape === "partitioned") {
    return [
      { id: id + 0.1, name: `${name} low` },
      { id: id + 0.2, name: `${name} rest` },
    ];
  }
  return shape === "parent" ? [{ id: id + 0.3, name: `${name} child` }] : [];
}

/** The values of all columns that are on both sides, whatever their names, and have the same type there. */
async function survivingRows(
  connection: Connection,
  now: SchemaSpec,
  { before, after }: { readonly before: SchemaSpec; readonly after: SchemaSpec },
) {
  const found: Record<string, unknown> = {};
  for (const table of before.tables) {
    const other = after.tables.find((candidate) => candidate.id === table.id);
    const current = now.tables.find((candidate) => candidate.id === table.id);
    if (other === undefined || current === undefined || other.schema !== table.schema) continue;
    const kept = table.columns.filter(
      (column, index) => index === 0 || survives(column, other.columns, before, after),
    );
    const nameOf = (id: number) => quote(current.columns.find((column) => column.id === id)?.name ?? "");
    const list = kept.map((column) => `${nameOf(column.id)}::text AS "${column.id}"`).join(", ");
    found[table.id] = await connection.query(`SELECT ${list} FROM ${tableSql(current)} ORDER BY 1`);
    for (const column of table.columns) {
      const isNumbered = (schema: SchemaSpec, item: ColumnSpec | undefined) =>
        item !== undefined && new TableSql(schema, table).isNumbered(item);
      const same = other.columns.find((candidate) => candidate.id === column.id);
      if (!isNumbered(before, column) || !isNumbered(after, same)) continue;
      const sequence = `pg_get_serial_sequence('${tableSql(current).replaceAll("'", "''")}', '${nameOf(column.id).slice(1, -1).replaceAll('""', '"').replaceAll("'", "''")}')`;
      found[`${table.id} ${column.id}`] = await connection.query(
        `SELECT pg_sequence_last_value(${sequence}::regclass) AS last`,
      );
    }
  }
  return found;
}

function survives(
  column: ColumnSpec,
  columns: readonly ColumnSpec[],
  before: SchemaSpec,
  after: SchemaSpec,
): boolean {
  const same = columns.find((candidate) => candidate.id === column.id);
  const isComputed = [column, same].some((item) => item?.fill === "generated" || item?.fill === "virtual");
  const isMade = ({ enums, domains }: SchemaSpec) =>
    [...enums, ...domains].some((item) => typeof column.type !== "string" && item.id === column.type.made);
  const hasType = typeof column.type === "string" || (isMade(before) && isMade(after));
  return !isComputed && hasType && JSON.stringify(same?.type) === JSON.stringify(column.type);
}

test("the reading of a random schema tells all of it: two that differ never look the same", async () => {
  const connection = await sharedPglite();
  await fc.assert(
    fc.asyncProperty(firstEdits, laterEdits, async (first, later) => {
      const before = applyEdits(EMPTY, first, 1);
      const after = applyEdits(before, later, 10_001);
      await clear(connection);
      const one = await wanted(connection, schemaSql(before).join(";\n"));
      const other = await wanted(connection, schemaSql(after).join(";\n"));
      const isSame = postgresSchema.fingerprint(one.model) === postgresSchema.fingerprint(other.model);
      expect(isSame).toBe(one.shape.join("\n") === other.shape.join("\n"));
    }),
    { ...CASES, numRuns: Math.min(RUNS, 40) },
  );
  expect(await readShape(connection)).toBeDefined();
});
