import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";

/** So many that the way to the server no longer counts, and so few that no text gets long. */
const MOST_AT_ONCE = 50;

/**
 * Runs statements in as few round trips as the engine allows. Outside a transaction those of one round trip may be one.
 *
 * @param failure makes what is thrown from an error and the index of the statement that failed
 */
export async function executeTogether(
  connection: Connection,
  statements: readonly string[],
  failure: (error: unknown, index: number) => unknown = (error) => error,
): Promise<void> {
  for (let start = 0; start < statements.length; start += MOST_AT_ONCE) {
    const some = statements.slice(start, start + MOST_AT_ONCE);
    let done = 0;
    try {
      if (connection.executeBatch !== undefined) await connection.executeBatch(some);
      else for (; done < some.length; done++) await connection.execute(some[done] ?? "");
    } catch (error) {
      const told = error instanceof TenonError ? error.details["statement"] : undefined;
      throw failure(error, start + (typeof told === "number" ? told : done));
    }
  }
}
