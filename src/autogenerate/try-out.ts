import type { Connection } from "../connection/index.js";
import { type ChangePlan, type Dialect, executeTogether, type SchemaDialect } from "../dialects/index.js";
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
  try {
    await runScript(scratch, dialect, texts.up);
  } catch (error) {
    throw error instanceof TenonError && error.details["sqlState"] === OUT_OF_LOCKS ? tooLarge(error) : error;
  }
  await expect(plan.comparison.to, "migration");
  if (texts.down === undefined) return;
  await runScript(scratch, dialect, texts.down);
  await expect(plan.comparison.from, "rollback");
}

/** out_of_memory: https://www.postgresql.org/docs/current/runtime-config-locks.html#GUC-MAX-LOCKS-PER-TRANSACTION */
const OUT_OF_LOCKS = "53200";

function tooLarge(cause: TenonError): TenonError {
  return new TenonError(
    "CHANGE_UNSUPPORTED",
    "The migration takes more locks in its one transaction than the server has room for. Nothing was written.",
    {
      hint: "Give some of the tables first, generate, and then the others: each migration has a transaction of its own. Or raise max_locks_per_transaction on every server where it runs.",
      cause,
    },
  );
}

/** Runs a script as a runner would read it, without guards: in a scratch there is nothing to lose. */
export async function runScript(scratch: Connection, dialect: Dialect, text: string): Promise<void> {
  if (text === "") return;
  const transaction = /^-- tenon: no-transaction$/m.test(text) ? "outside" : "inside";
  const { statements, settings } = dialect.prepareScript(text, { transaction });
  const restore = await dialect.applySettings(scratch, settings);
  const texts = statements.map((statement) => statement.text);
  const oneByOne = async () => {
    for (const sql of texts) await scratch.execute(sql);
  };
  try {
    await (transaction === "outside"
      ? oneByOne()
      : scratch.transaction((session) => executeTogether(session, texts)));
  } finally {
    await restore();
  }
}
