import type { Connection } from "../../../../src/connection/index.js";
import { postgresSchema } from "../../../../src/dialects/postgres/schema.js";
import type { ChangePlan, PlanChangesOptions } from "../../../../src/dialects/schema-dialect.js";
import { type DatabaseModel, parseRenameHint } from "../../../../src/schema/index.js";
import { readShape } from "../../../generators/postgres-reading.js";

export interface Wanted {
  readonly model: DatabaseModel;
  readonly shape: readonly string[];
}

/** What a script makes of an empty database: built, read in both ways, and undone. */
export async function wanted(connection: Connection, sql: string): Promise<Wanted> {
  let found: Wanted | undefined;
  const undo = new Error("undone");
  try {
    await connection.transaction(async (session) => {
      if (sql !== "") await session.executeScript(sql);
      found = { model: await postgresSchema.introspect(session), shape: await readShape(session) };
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  if (found === undefined) throw new Error("nothing was read");
  return found;
}

export interface ChangeOptions extends Omit<PlanChangesOptions, "renames"> {
  /** Flags such as `users.name:users.full_name`. What they do not name is dropped. */
  readonly renames?: readonly string[];
}

export interface Changed {
  readonly plan: ChangePlan;
  readonly statements: readonly string[];
  /** What the wanted database has and this one not (-), what only this one has (+), and what a second comparison finds (?). */
  readonly wrong: readonly string[];
}

/** Changes the database to look like what the script makes of an empty one. */
export async function changeTo(
  connection: Connection,
  target: Wanted,
  { renames = [], ...options }: ChangeOptions = {},
): Promise<Changed> {
  const plan = await planTo(connection, target, { renames, ...options });
  await applyPlan(connection, plan);
  return {
    plan,
    statements: plan.statements.map((statement) => statement.text),
    wrong: await wrong(connection, target),
  };
}

/** In what a database is not as wanted, as one reads it and as the other does. */
export async function wrong(connection: Connection, target: Wanted): Promise<readonly string[]> {
  const shape = await readShape(connection);
  const second = postgresSchema.compare(await postgresSchema.introspect(connection), target.model);
  return [
    ...target.shape.filter((line) => !shape.includes(line)).map((line) => `- ${line}`),
    ...shape.filter((line) => !target.shape.includes(line)).map((line) => `+ ${line}`),
    ...second.changes.map((change) => `? ${change.kind} ${change.object.name}`),
  ];
}

export async function planTo(
  connection: Connection,
  { model }: Pick<Wanted, "model">,
  { renames = [], ...options }: ChangeOptions = {},
): Promise<ChangePlan> {
  return postgresSchema.planChanges(await postgresSchema.introspect(connection), model, {
    ...options,
    renames: { hints: renames.map(parseRenameHint), ask: () => "dropped" },
  });
}

/** A check that found rows. */
export class Refused extends Error {}

/** Makes a plan as the engine does: checks, BEGIN, statements, COMMIT. */
export async function applyPlan(connection: Connection, plan: ChangePlan): Promise<void> {
  for (const check of plan.checks) {
    const rows = await connection.query(check.query);
    if (rows.length > 0) throw new Refused(check.message);
  }
  const run = async (session: Connection) => {
    for (const { text } of plan.statements) await session.execute(text);
  };
  if (plan.transaction === "inside") await connection.transaction(run);
  else await run(connection);
}
