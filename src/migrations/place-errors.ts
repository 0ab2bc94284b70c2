import { type Place, TenonError } from "../errors.js";

/** Does something, and says of what goes wrong in which migration it did. */
export function placeErrors<T>(work: () => T, place: Place): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof TenonError ? error.at(place) : error;
  }
}
