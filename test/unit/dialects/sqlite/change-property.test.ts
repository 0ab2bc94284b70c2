import fc from "fast-check";
import { expect, test } from "vitest";
import { type Connection, connect } from "../../../../src/connection/index.js";
import { introspect } from "../../../../src/dialects/sqlite/introspect.js";
import { sqliteSchema } from "../../../../src/dialects/sqlite/schema.js";
import { describe } from "../../../../src/schema/index.js";
import { randomCases } from "../../../generators/case-count.js";
import { readRows, readShape } from "../../../generators/sqlite-reading.js";
import {
  applyEdits,
  type ColumnSpec,
  EMPTY,
  firstEdits,
  laterEdits,
  type SchemaSpec,
  type TableSpec,
} from "../../../generators/sqlite-schema.js";
import { columnName, quote, rowidName, rowsSql, schemaSql } from "../../../generators/sqlite-sql.js";
import { applyPlan } from "./apply-plan.js";
import { answersFrom } from "./rename-answers.js";

const CASES = randomCases(1000);
const RUNS = CASES.numRuns;

const NAME =
  "a database changed from one random schema to another looks as if built so, keeps its rows, and can go back";

test(NAME, { timeout: 60_000 + RUNS * 200 }, async () => {
  const counts = { applied: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(firstEdits, laterEdits, async (first, later) => {
      const before = applyEdits(EMPTY, first, 1);
      const after = applyEdits(before, later, 10_001);
      const database = await build(before);
      const wanted = await build(after);
      await database.executeScript(rowsSql(before).join(";\n"));
      const original = await readShape(database);
      const rows = await survivingRows(database, before, before, after);

      const outcome = await change(database, wanted, before, after);

      if (outcome !== "applied") {
        counts.refused++;
        expect(await readShape(database)).toEqual(original);
        return;
      }
      counts.applied++;
      expect(withoutSequence(await readShape(database))).toEqual(withoutSequence(await readShape(wanted)));
      expect(await survivingRows(database, after, before, after)).toEqual(rows);
      expect(await differences(database, wanted)).toEqual([]);
      expect(await database.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);

      const origin = await build(before);
      if ((await change(database, origin, after, before)) === "applied") {
        expect(withoutSequence(await readShape(database))).toEqual(withoutSequence(await readShape(origin)));
        expect(await survivingRows(database, before, before, after)).toEqual(rows);
      }
      for (const connection of [database, wanted, origin]) await connection.close();
    }),
    CASES,
  );
  // Most changes must be possible, or little would be tested.
  expect(counts.applied).toBeGreaterThan(counts.refused * 4);
});

async function build(schema: SchemaSpec): Promise<Connection> {
  const connection = await connect(":memory:");
  for (const statement of schemaSql(schema)) await connection.execute(statement);
  return connection;
}

async function change(database: Connection, wanted: Connection, before: SchemaSpec, after: SchemaSpec) {
  const plan = await sqliteSchema.planChanges(await introspect(database), await introspect(wanted), {
    renames: answersFrom(before, after),
  });
  return applyPlan(database, plan);
}

async function differences(database: Connection, wanted: Connection) {
  const { changes } = sqliteSchema.compare(await introspect(database), await introspect(wanted));
  return changes.map(describe);
}

/** The values of all columns that are on both sides, whatever their names, and have the same type there. */
async function survivingRows(connection: Connection, now: SchemaSpec, before: SchemaSpec, after: SchemaSpec) {
  const found: Record<string, unknown> = {};
  for (const table of before.tables) {
    const other = after.tables.find((candidate) => candidate.id === table.id);
    const current = now.tables.find((candidate) => candidate.id === table.id);
    if (other === undefined || current === undefined) continue;
    const columns = table.columns.filter((column) => survives(column, other));
    const nameOf = (id: number) => quote(columnName(current, id));
    const key = table.key?.columns[0];
    const hasRowid = !table.withoutRowid && !other.withoutRowid;
    const list = columns.map((column) => nameOf(column.id));
    if (hasRowid) list.push(rowidName(current));
    const order = hasRowid ? rowidName(current) : nameOf(key ?? 0);
    found[table.id] = await readRows(connection, quote(current.name), list, order);
  }
  return found;
}

function survives(column: ColumnSpec, table: TableSpec): boolean {
  const same = table.columns.find((candidate) => candidate.id === column.id);
  const isStored = column.generated === undefined && same?.generated === undefined;
  return isStored && same?.type === column.type;
}

function withoutSequence(shape: unknown): unknown {
  return { ...(shape as object), sequence: [] };
}
