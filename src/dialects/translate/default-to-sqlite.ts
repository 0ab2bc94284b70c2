import { type Node, readNodes } from "./expression-nodes.js";
import { expressionToSqlite, type ToSqliteScope } from "./expression-to-sqlite.js";
import { literalToSqlite, NUMBERS, quoteText } from "./literal-to-sqlite.js";
import type { PostgresType } from "./postgres-type.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

/**
 * A default of PostgreSQL in the words of SQLite.
 * @throws Untranslatable
 */
export function defaultToSqlite(text: string, type: PostgresType, scope: ToSqliteScope): string {
  const nodes = readNodes(text, "postgres");
  const moment = MOMENTS.has(key(nodes)) ? momentFor(type) : undefined;
  if (moment !== undefined) return moment;
  if (UUIDS.has(key(nodes))) return NEW_UUID;
  const value = bareNode(nodes);
  if (value?.kind === "string") return literalToSqlite(value.value, type);
  const number = numberText(value === undefined ? nodes : [value]);
  if (number !== undefined && NUMBERS.has(type.base)) return literalToSqlite(number, type);
  if (value?.kind === "array") return arrayDefault(value);
  if (value?.kind === "text" && type.base === "boolean") {
    if (value.text === "TRUE") return "1";
    if (value.text === "FALSE") return "0";
  }
  return expressionToSqlite(text, scope);
}

/** Of ISO 8601, so that the order of the texts is the order of the times. https://sqlite.org/lang_datefunc.html */
function momentFor(type: PostgresType): string | undefined {
  switch (type.base) {
    case "timestamp with time zone":
    case "text":
    case "character varying":
      return NOW_UTC;
    case "timestamp without time zone":
      return NOW_PLAIN;
    case "date":
      return "CURRENT_DATE";
    case "time without time zone":
    case "time with time zone":
      return "CURRENT_TIME";
    default:
      return undefined;
  }
}

export const NOW_UTC = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
export const NOW_PLAIN = "strftime('%Y-%m-%d %H:%M:%f', 'now')";

/** A random UUID of version 4 (RFC 9562): 122 random bits, six that are fixed. */
export const NEW_UUID = [
  "lower(hex(randomblob(4)) || '-' || hex(randomblob(2))",
  "'-4' || substr(hex(randomblob(2)), 2)",
  "'-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)",
  "'-' || hex(randomblob(6)))",
].join(" || ");

function arrayDefault(node: Node & { readonly kind: "array" }): string {
  return quoteText(arrayJson(node));
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

/** A form in which white space, casts and parentheses do not count. */
function key(nodes: readonly Node[]): string {
  const list =
    nodes.length === 1 ? nodes : nodes.filter((node) => node.kind !== "text" || node.text !== "::");
  return list.map(nodeKey).join(" ");
}

function nodeKey(node: Node): string {
  switch (node.kind) {
    case "cast":
      return key(node.operand);
    case "group":
      return node.parts.map(key).join(",");
    case "call":
      return `${node.name}(${node.parts.map(key).join(",")})`;
    case "name":
      return node.path.join(".");
    case "string":
      return `'${node.value.toLowerCase()}'`;
    default:
      return "text" in node ? node.text : node.kind;
  }
}

const MOMENTS = new Set([
  "now()",
  "CURRENT_TIMESTAMP",
  "LOCALTIMESTAMP",
  "CURRENT_DATE",
  "CURRENT_TIME",
  "LOCALTIME",
  "transaction_timestamp()",
  "statement_timestamp()",
  "clock_timestamp()",
  "'now'",
  "now() AT time zone 'utc'",
  "CURRENT_TIMESTAMP AT time zone 'utc'",
  "timezone('utc',now())",
  "timezone('utc',CURRENT_TIMESTAMP)",
]);

const UUIDS = new Set(["gen_random_uuid()", "uuid_generate_v4()"]);
