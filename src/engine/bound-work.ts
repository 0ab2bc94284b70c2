import type { TenonError } from "../errors.js";
import type { History } from "./history.js";

/**
 * Work that is bound to a run: it happens in the transaction of the run, so that either both are done or neither is.
 * Such a run is one transaction whatever the engine's habit is, and it takes place even when no step has to be taken.
 */
export interface BoundWork {
  /** Called under the lock, before the first step; called again when the run is tried again. What it throws refuses the run. */
  begin(history: History): Promise<void>;
  /** Called after the last step, before the books are written. What it throws takes everything back. */
  finish(): Promise<void>;
  /** Called in the transaction that writes down that a step has failed. */
  fail(error: TenonError): Promise<void>;
}
