import { TenonError } from "../errors.js";
import type { Statement } from "../sql/index.js";

/** The error for something that no plugin may do. `what` begins the sentence. */
export function forbidden(
  what: string,
  hint: string,
  statement?: Statement,
  details: Readonly<Record<string, unknown>> = {},
): TenonError {
  return new TenonError("PLUGIN_FORBIDDEN", `${what} is not allowed in a plugin.`, {
    where: statement === undefined ? {} : { line: statement.line, column: statement.column },
    hint,
    details,
  });
}
