import { TenonError } from "../../../src/errors.js";

/** The TenonError that some work is refused with. */
export function refusalOf(work: () => unknown): TenonError {
  try {
    work();
  } catch (error) {
    if (error instanceof TenonError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
