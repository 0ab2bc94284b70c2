import { onTestFinished } from "vitest";
import type { Connection } from "../../../src/connection/index.js";
import { openPg, type PgOptions } from "../../../src/connection/pg.js";
import { TenonError } from "../../../src/errors.js";

/** A session that ends with the test. */
export async function opened(url: string, options?: PgOptions): Promise<Connection> {
  const connection = await openPg(url, options);
  onTestFinished(() => connection.close());
  return connection;
}

/** The error that the work ends with; the test fails when it ends well. */
export async function errorOf(work: Promise<unknown>): Promise<TenonError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof TenonError) return outcome;
  throw new Error("a TenonError was expected", { cause: outcome });
}
