import { TenonError } from "../errors.js";

/** The error of a COMMIT as a run tells it: a session that was lost meanwhile leaves open whether it took place. */
export function commitError(error: unknown): unknown {
  if (!(error instanceof TenonError) || error.code !== "CONNECTION_LOST") return error;
  return new TenonError(
    "OUTCOME_UNKNOWN",
    "The session was lost while committing: either everything up to here is in the database, or nothing of it is.",
    { hint: "Run again: the next run reads the journal and goes on from what is there.", cause: error },
  );
}
