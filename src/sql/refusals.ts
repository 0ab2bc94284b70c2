import { TenonError } from "../errors.js";
import { positionAt } from "./position.js";

/** A text that is being read, and what people call it. */
export interface ReadText {
  readonly text: string;
  readonly file?: string | undefined;
}

/** The error for something that opens at an offset and is never closed. `missing` is what would close it. */
export function unterminated(source: ReadText, offset: number, what: string, missing: string): TenonError {
  return new TenonError("SQL_UNTERMINATED", `${what} opens here and is not closed.`, {
    where: placeOf(source, offset),
    hint: `Close it with ${missing}.`,
  });
}

/** The error for something that only a shell such as psql understands, or that a driver cannot run. */
export function unsupported(source: ReadText, offset: number, message: string, hint: string): TenonError {
  return new TenonError("SQL_UNSUPPORTED", message, { where: placeOf(source, offset), hint });
}

function placeOf(source: ReadText, offset: number) {
  return { file: source.file, ...positionAt(source.text, offset) };
}
