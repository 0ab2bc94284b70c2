import { type Kind, kindOfType } from "./expression-kind.js";
import { type Node, readNodes } from "./expression-nodes.js";
import { storedExpressionToSqlite, type ToSqliteScope } from "./expression-to-sqlite.js";
import { literalToSqlite, NUMBERS, quoteText } from "./literal-to-sqlite.js";
import { readWhole, writeMoment } from "./moments-to-sqlite.js";
import type { PostgresType } from "./postgres-type.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

/**
 * A default of PostgreSQL in the words of SQLite, for a column that has this type there.
 * @throws Untranslatable
 */
export function defaultToSqlite(text: string, type: PostgresType, scope: ToSqliteScope): string {
  const nodes = readNodes(text, "postgres");
  const moment = readWhole(nodes, () => undefined);
  const kind = moment === undefined ? undefined : kindOfMoment(type, moment.kind);
  if (moment !== undefined && kind !== undefined) return writeMoment(moment, kind);
  if (isNewUuidWithoutDashes(nodes)) return "lower(hex(randomblob(16)))";
  const value = bareNode(nodes);
  if (value?.kind === "string") return literalToSqlite(value.value, type);
  const number = numberText(nodes);
  if (number !== undefined && NUMBERS.has(type.base)) return literalToSqlite(number, type);
  if (value?.kind === "array") return quoteText(arrayJson(value));
  if (value?.kind === "text" && type.base === "boolean") {
    if (value.text === "TRUE") return "1";
    if (value.text === "FALSE") return "0";
  }
  return storedExpressionToSqlite(text, type, { ...scope, isLasting: false });
}

/** The kind in which a column of a type takes a time. A text gets the form that sorts. */
function kindOfMoment(type: PostgresType, kind: Kind): Kind | undefined {
  const own = kindOfType(type);
  if (own === "text") return kind;
  return own === "zoned" || own === "moment" || own === "date" || own === "time" ? own : undefined;
}

/** `replace(gen_random_uuid()::text, '-', '')`: on SQLite there is a shorter way to as many digits. */
function isNewUuidWithoutDashes(nodes: readonly Node[]): boolean {
  const call = bareNode(nodes);
  if (call?.kind !== "call" || call.name !== "replace") return false;
  const [inner, from, to] = call.parts.map((part) => bareNode(part));
  const isUuid = inner?.kind === "call" && /^(?:gen_random_uuid|uuid_generate_v4|uuidv4)$/.test(inner.name);
  return isUuid && from?.kind === "string" && from.value === "-" && to?.kind === "string" && to.value === "";
}

function arrayJson(node: Node & { readonly kind: "array" }): string {
  const elements = node.parts.map((part) => {
    const element = bareNode(part);
    const number = numberText(part);
    if (number !== undefined) return number;
    if (element?.kind === "string") return JSON.stringify(element.value);
    if (element?.kind === "array") return arrayJson(element);
    const word = element?.kind === "text" ? element.text : "";
    if (/^(?:TRUE|FALSE|NULL)$/.test(word)) return word.toLowerCase();
    throw new Untranslatable("an array of what is no literal");
  });
  return `[${elements.join(",")}]`;
}

/** A number with its sign, which is a piece of its own. */
function numberText(nodes: readonly Node[]): string | undefined {
  const [sign, number, ...others] = nodes;
  if (sign?.kind === "text" && /^[+-]$/.test(sign.text) && number !== undefined && others.length === 0) {
    const operand = bareNode([number]);
    return operand?.kind === "number" ? `${sign.text === "-" ? "-" : ""}${operand.text}` : undefined;
  }
  const only = bareNode(nodes);
  if (only?.kind === "number") return only.text;
  return only?.kind === "group" && only.parts.length === 1 ? numberText(only.parts[0] ?? []) : undefined;
}
