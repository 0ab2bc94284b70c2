import { TenonError } from "../../errors.js";

/** lock_not_available, serialization_failure, deadlock_detected. */
const TRANSIENT: ReadonlySet<unknown> = new Set(["55P03", "40001", "40P01"]);

/** Whether the same step may succeed when it is simply tried again. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof TenonError && (TRANSIENT.has(error.details["sqlState"]) || isTransient(error.cause))
  );
}
