import type { Column, DatabaseModel, UserType } from "../../../schema/index.js";
import { literal } from "../names.js";
import { parseType } from "../types.js";
import { type Conversion, convertType } from "./convert-type.js";
import { userTypeOf } from "./type-change.js";

export interface ColumnConversion {
  readonly from: Column;
  readonly to: Column;
  readonly before: DatabaseModel;
  readonly after: DatabaseModel;
  /** The column as SQL. */
  readonly name: string;
  /** The type has the same name and is another one: it is made anew in this change. */
  readonly isRebuilt?: boolean;
}

/** How the values of a column become those of its new type, also where somebody made one of the types. */
export function convertColumn({
  from,
  to,
  before,
  after,
  name,
  isRebuilt = false,
}: ColumnConversion): Conversion {
  const source = userTypeOf(from.type, before);
  const target = userTypeOf(to.type, after);
  const serverVersion = before.serverVersion ?? OLDEST;
  if (isRebuilt || source?.kind === "composite" || target?.kind === "composite") {
    return { using: `${name}::text::${to.type}`, fails: notAmong(name, from, target), rewrites: true };
  }
  if (target?.kind === "enum") {
    return { using: `${name}::text::${to.type}`, fails: notAmong(name, from, target), rewrites: true };
  }
  const sourceType = plainType(from.type, source, before);
  const targetType = plainType(to.type, target, after);
  const column = source?.kind === "enum" && !parseType(from.type).isArray ? `${name}::text` : name;
  const conversion = convertType(sourceType, targetType, { column, serverVersion });
  if (target === undefined) return conversion;
  return { ...conversion, using: `(${conversion.using ?? column})::${to.type}`, rewrites: true };
}

const OLDEST = 140000;

/** The type of the engine's own that stands behind a type: of a domain what it is over, of an enum text. */
function plainType(type: string, made: UserType | undefined, model: DatabaseModel): string {
  if (made === undefined || made.kind === "composite") return type;
  const brackets = parseType(type).isArray ? "[]" : "";
  if (made.kind === "enum") return `text${brackets}`;
  return plainType(made.type, userTypeOf(made.type, model), model) + brackets;
}

/** A condition that is true for values that an enum does not have. */
function notAmong(name: string, from: Column, target: UserType | undefined): string | undefined {
  if (target?.kind !== "enum") return undefined;
  const values = target.values.map(literal).join(", ");
  if (parseType(from.type).isArray) return `NOT ${name}::text[] <@ ARRAY[${values}]::text[]`;
  return values === "" ? `${name} IS NOT NULL` : `${name}::text NOT IN (${values})`;
}
