import { TenonError } from "../../../src/errors.js";

/** The error with which something is refused; fails when it is not refused. */
export function refusalOf(work: () => unknown): TenonError {
  try {
    work();
  } catch (error) {
    if (error instanceof TenonError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

/** The error with which something that takes time is refused. */
export async function rejectionOf(work: () => Promise<unknown>): Promise<TenonError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof TenonError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}
