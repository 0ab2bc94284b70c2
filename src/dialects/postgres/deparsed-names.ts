import { isKeyword } from "./keywords.js";
import { quote } from "./names.js";

/** A name as the engine deparses it: quoted where it must be. */
export function quoteWhereNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !isKeyword(name) ? name : quote(name);
}

/** A name with its schema as the engine deparses it. */
export function qualifiedWhereNeeded({
  schema,
  name,
}: {
  readonly schema: string;
  readonly name: string;
}): string {
  return `${quoteWhereNeeded(schema)}.${quoteWhereNeeded(name)}`;
}
