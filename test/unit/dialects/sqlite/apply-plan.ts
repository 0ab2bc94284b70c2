import type { Connection } from "../../../../src/connection/index.js";
import type { ChangePlan } from "../../../../src/dialects/schema-dialect.js";

/**
 * Makes a plan the way the engine will: checks, settings, BEGIN, statements, foreign keys compared, COMMIT.
 */
export async function applyPlan(connection: Connection, plan: ChangePlan): Promise<"applied" | Refusal> {
  for (const check of plan.checks) {
    const rows = await connection.query(check.query);
    if (rows.length > 0 && check.loses === undefined) return { refused: check.message };
  }
  if (plan.settings.foreignKeys === "off") await connection.executeScript("PRAGMA foreign_keys = OFF");
  try {
    return await run(connection, plan);
  } finally {
    await connection.executeScript("PRAGMA foreign_keys = ON");
  }
}

export interface Refusal {
  readonly refused: string;
}

async function run(connection: Connection, plan: ChangePlan): Promise<"applied" | Refusal> {
  const before = await violations(connection);
  const refusal = { refused: "foreign keys" };
  try {
    await connection.transaction(async (session) => {
      for (const { text } of plan.statements) {
        if (text.startsWith("PRAGMA")) await session.executeScript(text);
        else await session.execute(text);
      }
      if ((await violations(session)) > before) throw refusal;
    });
    return "applied";
  } catch (error) {
    if (error === refusal) return refusal;
    throw error;
  }
}

async function violations(connection: Connection): Promise<number> {
  return (await connection.query("PRAGMA foreign_key_check")).length;
}
