import type { Connection } from "../connection/index.js";
import type { ChangePlan, DataCheck, Dialect, LockRequest, TableAddress } from "../dialects/index.js";
import { type Place, TenonError } from "../errors.js";
import { type DatabaseModel, describe, formatAddress, type ObjectAddress } from "../schema/index.js";
import type { Statement } from "../sql/index.js";
import { runStatement } from "./execute-step.js";
import type { PluginGuard } from "./plugin-guard.js";
import { StepGuards } from "./step-guards.js";

export interface ApplyChangesRequest {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly plan: ChangePlan;
  /** Where the lock of a run lives, so that changes and migrations keep each other out. */
  readonly journal: TableAddress;
  /** Patterns of what is not part of the comparison: the journal's own tables. */
  readonly exclude: readonly string[];
  /** Tables (`users`) and columns (`users.email`) whose data may go. */
  readonly allowLoss: readonly string[];
  readonly lockTimeoutMs?: number | undefined;
  /** What the changes are part of, for messages. */
  readonly place?: Place | undefined;
  /** Puts the statements under guard where they are a plugin's; undefined for those of a core module. */
  readonly contain?: ((statements: readonly Statement[]) => Promise<PluginGuard | undefined>) | undefined;
  /** Writes down what was done, in the transaction of the change, or in one of its own where the change has none. */
  readonly record?: (() => Promise<void>) | undefined;
}

/**
 * Changes a database as a plan says, under the guards of a migration: nothing that loses data unless it is allowed
 * by name, nothing that existing rows contradict, and in the end the database must be read back as what was wanted.
 *
 * @throws TenonError `CHANGE_LOSES_DATA`, `CHANGE_BLOCKED`, `ROWS_LOST`, `OBJECTS_LOST`, `FOREIGN_KEYS_VIOLATED`,
 * `MIGRATION_FAILED`, `CHANGE_UNSUPPORTED` when the result is not what was wanted; nothing is changed then
 */
export async function applyChanges(request: ApplyChangesRequest): Promise<void> {
  const { connection, dialect, plan, journal, lockTimeoutMs } = request;
  if (plan.statements.length === 0) return;
  await refuseLosses(request);
  const lockRequest: LockRequest = { journal, timeoutMs: lockTimeoutMs };
  const isOutside = plan.transaction === "outside";
  const needsLock = isOutside || !dialect.capabilities.transactionIsLock;
  const lock = needsLock ? await dialect.lock(connection, lockRequest) : undefined;
  try {
    const restore = await dialect.applySettings(connection, plan.settings);
    try {
      if (isOutside) {
        await changeAndCompare(request);
        if (request.record !== undefined) await inTransaction(request, lockRequest, request.record);
      } else {
        await inTransaction(request, lockRequest, async () => {
          await changeAndCompare(request);
          await request.record?.();
        });
      }
    } finally {
      await restore();
    }
  } finally {
    await lock?.release();
  }
}

/** Refuses what would lose data and is not allowed by name, with how much it is. @throws TenonError `CHANGE_LOSES_DATA` */
async function refuseLosses(request: ApplyChangesRequest): Promise<void> {
  const losing = request.plan.hazards.filter(
    (hazard) =>
      hazard.kind === "loses-data" && !isAllowedObject(formatAddress(hazard.object), request.allowLoss),
  );
  const [first] = losing;
  if (first === undefined) return;
  const told: string[] = [];
  const counts: Record<string, number> = {};
  for (const { object, description } of losing) {
    const count = await countLost(request, object);
    if (count !== undefined) counts[formatAddress(object)] = count;
    const noun = object.kind === "column" ? "value" : "row";
    const amount = count === undefined ? "" : ` (${count} ${count === 1 ? noun : `${noun}s`})`;
    told.push(description.replace(/\.?$/, `${amount}.`));
  }
  const names = [...new Set(losing.map((hazard) => formatAddress(hazard.object)))];
  throw new TenonError("CHANGE_LOSES_DATA", told.join(" "), {
    where: { object: names[0] },
    hint: `Nothing was changed. If the loss is meant, allow it by name: ${names.map((name) => `--allow-loss ${name}`).join(" ")}.`,
    details: { objects: names, counts },
  });
}

/** How many rows of a table, or values of a column, would go; undefined where nobody can say, as under a new name. */
async function countLost(
  { connection, dialect }: ApplyChangesRequest,
  object: ObjectAddress,
): Promise<number | undefined> {
  const table = object.kind === "column" ? object.table : object.name;
  if ((object.kind !== "table" && object.kind !== "column") || table === undefined) return undefined;
  const what = object.kind === "column" ? dialect.quote(object.name) : "*";
  try {
    const [row] = await connection.query(
      `SELECT count(${what}) AS "lost" FROM ${dialect.quote(object.schema)}.${dialect.quote(table)}`,
    );
    return Number(row?.["lost"]);
  } catch (error) {
    if (error instanceof TenonError && error.code === "SQL_FAILED") return undefined;
    throw error;
  }
}

async function inTransaction(
  request: ApplyChangesRequest,
  lockRequest: LockRequest,
  work: () => Promise<void>,
): Promise<void> {
  const { connection, dialect } = request;
  await dialect.begin(connection, lockRequest);
  try {
    await work();
  } catch (error) {
    if (connection.inTransaction) await connection.execute("ROLLBACK");
    throw error;
  }
  await connection.execute("COMMIT");
}

async function changeAndCompare(request: ApplyChangesRequest): Promise<void> {
  const { connection, dialect, plan, allowLoss } = request;
  await expectModel(request, plan.comparison.from, (differences) => {
    return new TenonError(
      "CHANGE_BLOCKED",
      `The database was changed since the plan was made: ${differences}. Nothing was changed.`,
      {
        hint: "Make the plan again.",
        details: { outdated: true },
      },
    );
  });
  for (const check of plan.checks) await runCheck(connection, check, allowLoss);
  const statements = plan.statements.map(({ text }): Statement => ({ text, start: 0, line: 1, column: 1 }));
  const plugin = await request.contain?.(statements);
  const work = { scripts: [{ statements }], settings: plan.settings, allowLoss };
  const guards = new StepGuards(connection, dialect, work, plugin);
  const session = plugin?.connection ?? connection;
  for (const statement of statements) await runStatement(session, statement, guards, request.place ?? {});
  await plugin?.settle();
  await dialect.settleConstraints?.(connection);
  await guards.finish();
  await plugin?.finish();
  await plugin?.end();
  await expectModel(request, plan.comparison.to, (differences) => {
    return new TenonError(
      "CHANGE_UNSUPPORTED",
      `After the change the database would not be what was wanted: ${differences}. It was rolled back.`,
      { hint: "This is a defect of Tenon; please report it with both schemas." },
    );
  });
}

async function expectModel(
  request: ApplyChangesRequest,
  expected: DatabaseModel,
  refusal: (differences: string) => TenonError,
): Promise<void> {
  const schema = await request.dialect.loadSchema();
  const found = await schema.introspect(request.connection, { exclude: request.exclude });
  const { changes } = schema.compare(found, expected);
  if (changes.length > 0) throw refusal(changes.slice(0, 5).map(describe).join("; "));
}

async function runCheck(
  connection: Connection,
  check: DataCheck,
  allowLoss: readonly string[],
): Promise<void> {
  const [row] = await connection.query(`SELECT count(*) AS "rows" FROM (${check.query}) AS "found"`);
  const rows = Number(row?.["rows"] ?? 0);
  if (rows === 0) return;
  const object = formatAddress(check.object);
  if (check.loses !== undefined && isAllowedObject(object, allowLoss)) return;
  throw new TenonError(
    check.loses === undefined ? "CHANGE_BLOCKED" : "CHANGE_LOSES_DATA",
    `${check.message}: ${rows} ${rows === 1 ? "row" : "rows"}. Nothing was changed.`,
    {
      where: { object },
      hint:
        check.loses === undefined
          ? "Correct these rows first, in a migration of their own."
          : `If the loss is meant, allow it by name: --allow-loss ${object}.`,
      details: { rows, query: check.query },
    },
  );
}

/** A column's loss is allowed by its own name or by its table's. */
function isAllowedObject(object: string, allowLoss: readonly string[]): boolean {
  const allowed = new Set(allowLoss.map((name) => name.toLowerCase()));
  const table = object.slice(0, Math.max(0, object.lastIndexOf(".")));
  return allowed.has(object.toLowerCase()) || (table !== "" && allowed.has(table.toLowerCase()));
}
