import type { Connection } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import { type Effect, readEffects, type Statement } from "../../sql/index.js";
import type { ForeignKeyViolation, ForeignKeyWatch, SessionSettings } from "../dialect.js";
import { key } from "./reach.js";

interface ViolationSet {
  readonly table: string;
  readonly parent: string;
  /** The rowids; WITHOUT ROWID tables have none, so only their number counts. */
  readonly rows: ReadonlySet<number | bigint>;
  readonly count: number;
}

type Violations = ReadonlyMap<string, ViolationSet>;

/** The violations that stand in the database now: https://sqlite.org/pragma.html#pragma_foreign_key_check */
export async function readViolations(connection: Connection): Promise<readonly ForeignKeyViolation[]> {
  return [...(await checkForeignKeys(connection)).values()].map(({ table, parent, count }) => ({
    table,
    parent,
    rows: count,
  }));
}

/**
 * Compares the violations before and after a step. With foreign keys on, SQLite itself refuses a statement that
 * breaks an immediate key, so the (whole-database) check is made only when keys are off, deferred, or a table is
 * dropped.
 */
export function watchForeignKeys(connection: Connection, settings: SessionSettings): ForeignKeyWatch {
  let baseline: Violations | undefined;
  let hasDeferredKeys: boolean | undefined;
  const dropped = new Set<string>();

  async function canBreakKeys(statement: Statement): Promise<boolean> {
    const effects = readEffects(statement, "sqlite");
    for (const effect of effects) {
      if (effect.kind === "drop-table" && effect.table !== undefined) dropped.add(key(effect.table));
    }
    if (settings.foreignKeys === "off") return true;
    if (effects.some((effect) => effect.kind === "drop-table" || effect.kind === "pragma")) return true;
    if (/\bDEFER/i.test(statement.text)) hasDeferredKeys = true;
    if (!effects.some((effect) => ["insert", "update", "delete"].includes(effect.kind))) return false;
    hasDeferredKeys ??= await declaresDeferredKeys(connection);
    return hasDeferredKeys;
  }

  return {
    // A deferred key that it declares has to be remembered for the statements behind it.
    passes: (statement) =>
      settings.foreignKeys !== "off" &&
      readEffects(statement, "sqlite").every(({ kind }) => !MAY_BREAK_KEYS.has(kind)) &&
      !/\bDEFER/i.test(statement.text),
    async before(statement) {
      if (baseline === undefined && (await canBreakKeys(statement)))
        baseline = await checkForeignKeys(connection);
      else if (baseline !== undefined) await canBreakKeys(statement);
    },
    async finish() {
      if (baseline === undefined) return [];
      const now = await checkForeignKeys(connection);
      const before = baseline;
      return [...now].flatMap(([id, after]) => {
        const rows = newViolations(before.get(id), after, dropped.has(key(after.table)));
        return rows === 0 ? [] : [{ table: after.table, parent: after.parent, rows }];
      });
    },
  };
}

const MAY_BREAK_KEYS: ReadonlySet<Effect["kind"]> = new Set([
  "drop-table",
  "pragma",
  "insert",
  "update",
  "delete",
]);

/** A rebuilt table may have other rowids, so for it only the number of violations is compared. */
function newViolations(before: ViolationSet | undefined, after: ViolationSet, isRebuilt: boolean): number {
  if (before === undefined) return after.count;
  if (isRebuilt || after.rows.size < after.count) return Math.max(0, after.count - before.count);
  return [...after.rows].filter((row) => !before.rows.has(row)).length;
}

async function checkForeignKeys(connection: Connection): Promise<Violations> {
  try {
    return collect(await connection.query("PRAGMA foreign_key_check"));
  } catch (error) {
    // One key whose parent has no unique columns makes the check of the whole database fail.
    if (!(error instanceof TenonError) || !/foreign key mismatch/i.test(error.message)) throw error;
  }
  const tables = await connection.query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%REFERENCES%'",
  );
  const found = new Map<string, ViolationSet>();
  for (const row of tables) {
    const table = String(row["name"]);
    try {
      const rows = await connection.query(`PRAGMA foreign_key_check("${table.replaceAll('"', '""')}")`);
      for (const [id, set] of collect(rows)) found.set(id, set);
    } catch (error) {
      if (!(error instanceof TenonError) || !/foreign key mismatch/i.test(error.message)) throw error;
      const id = `${key(table)}\0mismatch`;
      found.set(id, { table, parent: "a table without a matching unique key", rows: new Set(), count: 1 });
    }
  }
  return found;
}

function collect(rows: readonly Readonly<Record<string, unknown>>[]): Violations {
  const sets = new Map<
    string,
    { table: string; parent: string; rows: Set<number | bigint>; count: number }
  >();
  for (const row of rows) {
    const table = String(row["table"]);
    const parent = String(row["parent"]);
    const id = `${key(table)}\0${key(parent)}`;
    const set = sets.get(id) ?? { table, parent, rows: new Set<number | bigint>(), count: 0 };
    set.count++;
    const rowid = row["rowid"];
    if (typeof rowid === "number" || typeof rowid === "bigint") set.rows.add(rowid);
    sets.set(id, set);
  }
  return sets;
}

async function declaresDeferredKeys(connection: Connection): Promise<boolean> {
  const rows = await connection.query(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%INITIALLY%DEFERRED%' LIMIT 1",
  );
  return rows.length > 0;
}
