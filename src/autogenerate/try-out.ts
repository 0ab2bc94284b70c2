import type { Connection } from "../connection/index.js";
import type { ChangePlan, Dialect, SchemaDialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import { type DatabaseModel, describe } from "../schema/index.js";
import type { MigrationTexts } from "./migration-files.js";

/** Runs the migration and its rollback in the scratch, as a runner would read them, and looks what comes out. */
export async function tryOut(
  scratch: Connection,
  dialect: Dialect,
  schema: SchemaDialect,
  { texts, plan }: { readonly texts: MigrationTexts; readonly plan: ChangePlan },
): Promise<void> {
  const expect = async (wanted: DatabaseModel, what: string): Promise<void> => {
    const { changes } = schema.compare(await schema.introspect(scratch), wanted);
    if (changes.length === 0) return;
    throw new TenonError(
      "CHANGE_UNSUPPORTED",
      `The ${what} was tried out and does not give what it should: ${changes.slice(0, 5).map(describe).join("; ")}. Nothing was written.`,
      { hint: "This is a defect of Tenon; please report it with the tables." },
    );
  };
  await runScript(scratch, dialect, texts.up);
  await expect(plan.comparison.to, "migration");
  if (texts.down === undefined) return;
  await runScript(scratch, dialect, texts.down);
  await expect(plan.comparison.from, "rollback");
}

/** Runs a script as a runner would read it, without guards: in a scratch there is nothing to lose. */
export async function runScript(scratch: Connection, dialect: Dialect, text: string): Promise<void> {
  if (text === "") return;
  const transaction = /^-- tenon: no-transaction$/m.test(text) ? "outside" : "inside";
  const { statements, settings } = dialect.prepareScript(text, { transaction });
  const restore = await dialect.applySettings(scratch, settings);
  const work = async () => {
    for (const statement of statements) await scratch.execute(statement.text);
  };
  try {
    await (transaction === "outside" ? work() : scratch.transaction(work));
  } finally {
    await restore();
  }
}
