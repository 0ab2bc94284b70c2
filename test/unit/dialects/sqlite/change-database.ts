import { type Connection, connect } from "../../../../src/connection/index.js";
import type { ChangePlan, PlanChangesOptions } from "../../../../src/dialects/schema-dialect.js";
import { introspect } from "../../../../src/dialects/sqlite/introspect.js";
import { sqliteSchema } from "../../../../src/dialects/sqlite/schema.js";
import { parseRenameHint } from "../../../../src/schema/index.js";
import { applyPlan } from "./apply-plan.js";

export interface Changed {
  readonly database: Connection;
  readonly plan: ChangePlan;
  readonly statements: readonly string[];
  readonly outcome: Awaited<ReturnType<typeof applyPlan>>;
}

/**
 * Builds a database, and changes it to look like another; `renames` are flags such as
 * `users.name:users.full_name`.
 */
export async function changeDatabase(
  from: string,
  to: string,
  { renames = [], ...options }: { renames?: readonly string[] } & Omit<PlanChangesOptions, "renames"> = {},
): Promise<Changed> {
  const database = await databaseOf(from);
  const wanted = await databaseOf(to);
  const plan = await sqliteSchema.planChanges(await introspect(database), await introspect(wanted), {
    ...options,
    renames: { hints: renames.map(parseRenameHint) },
  });
  const outcome = await applyPlan(database, plan);
  await wanted.close();
  return { database, plan, outcome, statements: plan.statements.map((statement) => statement.text) };
}

export async function databaseOf(sql: string): Promise<Connection> {
  const connection = await connect(":memory:");
  await connection.executeScript(sql);
  return connection;
}

/** Sentences for what still differs; empty when the change was complete. */
export async function differencesFrom(database: Connection, sql: string): Promise<readonly string[]> {
  const wanted = await databaseOf(sql);
  const { changes } = sqliteSchema.compare(await introspect(database), await introspect(wanted));
  await wanted.close();
  return changes.map((change) => `${change.kind} ${change.object.name}`);
}
