import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { formatAddress } from "../schema/index.js";
import { executeTogether } from "./execute-together.js";
import type { PlannedStatement } from "./schema-dialect.js";

/** Builds what a model asks for. What the engine refuses is told with the object and the statement: nobody has written it. */
export async function buildObjects(
  connection: Connection,
  statements: readonly PlannedStatement[],
): Promise<void> {
  for (const statement of statements) {
    try {
      await connection.execute(statement.text);
    } catch (error) {
      throw refusal(error, statement);
    }
  }
}

/** The same in few round trips. */
export async function buildObjectsTogether(
  connection: Connection,
  statements: readonly PlannedStatement[],
): Promise<void> {
  await executeTogether(
    connection,
    statements.map(({ text }) => text),
    (error, index) => refusal(error, statements[index]),
  );
}

function refusal(error: unknown, statement: PlannedStatement | undefined): unknown {
  const isRefused = error instanceof TenonError && error.code === "SQL_FAILED";
  return isRefused && statement !== undefined ? unbuildable(error, statement) : error;
}

function unbuildable(error: TenonError, { text, changes }: PlannedStatement): TenonError {
  const objects = [...new Set(changes.map((change) => formatAddress(change.object)))];
  const told = text.replaceAll(/\s+/g, " ");
  return new TenonError(error.code, `${objects.join(", ")} cannot be built: ${error.message}`, {
    where: { object: objects[0] },
    // Some drivers tell it in the message already.
    hint:
      typeof error.details["statement"] !== "string"
        ? `The statement would be: ${told.length > MOST_TOLD ? `${told.slice(0, MOST_TOLD)}…` : told}`
        : "This is what the tables ask for; correct it there.",
    cause: error,
    details: error.details,
  });
}

const MOST_TOLD = 500;
