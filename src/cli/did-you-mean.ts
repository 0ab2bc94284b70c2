import { TenonError } from "../errors.js";

/** Adds to an error about an unknown word the known one that was probably meant. */
export async function withSuggestion(error: TenonError): Promise<TenonError> {
  const { given, known } = error.details;
  if (error.code !== "USAGE" || typeof given !== "string" || !Array.isArray(known)) return error;
  const { nearestWord } = await import("../sql/index.js");
  const nearest = nearestWord(given, known);
  if (nearest === undefined) return error;
  const hint = [`Did you mean ${nearest}?`, error.hint].filter((part) => part !== undefined).join(" ");
  return new TenonError(error.code, error.message, { where: error.where, hint, details: error.details });
}
