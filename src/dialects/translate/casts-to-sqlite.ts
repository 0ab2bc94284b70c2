import { type Kind, kindOfType } from "./expression-kind.js";
import type { Node } from "./expression-nodes.js";
import type { SqliteWords } from "./expression-to-sqlite.js";
import { literalToSqlite, NUMBERS } from "./literal-to-sqlite.js";
import type { PostgresType } from "./postgres-type.js";
import { integerFrom, rounded } from "./rounding.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

/** A cast of PostgreSQL in the words of SQLite. @throws Untranslatable */
export function castToSqlite(operand: readonly Node[], type: PostgresType, words: SqliteWords): string {
  const value = bareNode(operand);
  if (value?.kind === "string") return literalToSqlite(value.value, type);
  if (value?.kind === "array" || type.dimensions > 0) throw new Untranslatable("an array");
  if (value?.kind === "number" && NUMBERS.has(type.base)) return value.text;
  const to = words.scope.isEnum(type) ? "word" : kindOfType(type);
  const from = words.kindOf(operand);
  const text = words.write(operand);
  if (from !== undefined && from === to) return sameKind(operand, text, type);
  switch (to) {
    case "text":
      return textOf(text, from);
    case "float":
    case "exact":
      if (from === "integer" || from === "float" || from === "exact") return `CAST(${text} AS REAL)`;
      break;
    case "integer":
      if (from === "boolean") return text;
      if (from === "exact" || from === "float") return integerFrom(text, from);
      break;
    case "boolean":
      if (from === "integer") return `(${text} <> 0)`;
      break;
    case "date":
      if (from === "zoned" || from === "moment") return `date(${text})`;
      break;
    case "word":
      if (from === "text") return text;
      break;
    case "json":
      if (from === "text") return `json(${text})`;
      break;
  }
  throw new Untranslatable(`a cast ${from === undefined ? "" : `from ${from} `}to ${type.base}`);
}

function sameKind(operand: readonly Node[], text: string, type: PostgresType): string {
  if (type.base === "numeric" && type.modifiers.length > 0) return rounded(text, type.modifiers[1] ?? "0");
  if (kindOfType(type) === "text" && type.modifiers.length > 0)
    return `substr(${text}, 1, ${type.modifiers[0]})`;
  return operand.length === 1 ? text : `(${text})`;
}

/** A value of a kind as the text that PostgreSQL makes of it. */
function textOf(text: string, kind: Kind | undefined): string {
  switch (kind) {
    case "boolean":
      return `CASE WHEN ${text} THEN 'true' WHEN NOT (${text}) THEN 'false' END`;
    case "word":
    case "date":
      return text;
    case "integer":
    case undefined:
      return `CAST(${text} AS TEXT)`;
    default:
      throw new Untranslatable(`the text of ${TEXTS[kind] ?? `a value of the kind ${kind}`}`);
  }
}

const TEXTS: Readonly<Partial<Record<Kind, string>>> = {
  zoned: "a time",
  moment: "a time",
  time: "a time",
  float: "a number with a fraction",
  exact: "a number with a fraction",
  bytes: "bytes",
};
