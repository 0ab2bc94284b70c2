import { type Node, readNodes } from "./expression-nodes.js";
import { storedExpressionToPostgres, type ToPostgresScope } from "./expression-to-postgres.js";
import { quoteText } from "./literal-to-postgres.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

/**
 * A default of SQLite in the words of PostgreSQL, for a column of the type that it has there.
 * @throws Untranslatable
 */
export function defaultToPostgres(text: string, type: string, scope: ToPostgresScope): string {
  if (isNewUuid(text)) return type === "uuid" ? "gen_random_uuid()" : "(gen_random_uuid())::text";
  const nodes = readNodes(text, "sqlite");
  const number = numberOf(text);
  if (number !== undefined) return numberFor(number, type);
  const value = bareNode(nodes);
  if (value?.kind === "text" && (value.text === "TRUE" || value.text === "FALSE"))
    return type === "boolean" ? value.text.toLowerCase() : numberFor(value.text === "TRUE" ? "1" : "0", type);
  if (value?.kind === "string") return stringFor(value.value, type);
  if (value?.kind === "blob" && type !== "bytea") throw new Untranslatable(`bytes as the default of ${type}`);
  const json = jsonText(value);
  if (json !== undefined) return stringFor(json, type);
  return storedExpressionToPostgres(text, type, { ...scope, isKept: false });
}

/** A text as the default of a column of a type; SQLite takes any text in any column. */
function stringFor(text: string, type: string): string {
  if (type === "bytea") return `'\\x${Buffer.from(text, "utf8").toString("hex")}'`;
  if (type === "boolean" && /^[01]$/.test(text)) return numberFor(text, type);
  const form = FORMS.find(([name]) => name.test(type))?.[1];
  if (form !== undefined && !form.test(text.trim()))
    throw new Untranslatable(`the text ${quoteText(text)} as the default of ${type}`);
  return quoteText(text);
}

/** What a text must look like so that PostgreSQL reads a value of the type in it. */
const FORMS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:smallint|integer|bigint)\b/, /^[+-]?\d+$/],
  [/^(?:real|double precision|numeric)\b/, /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i],
  [/^boolean$/, /^(?:t|true|f|false|yes|no|on|off)$/i],
  [
    /^(?:date|timestamp)\b/,
    /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?)?$/,
  ],
  [/^time\b/, /^\d\d:\d\d(?::\d\d(?:\.\d+)?)?/],
  [/^uuid$/, /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i],
];

function numberOf(text: string): string | undefined {
  const bare = text.replaceAll(/[()\s]/g, "");
  if (/^0x[0-9a-f]+$/i.test(bare)) return String(BigInt(bare));
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(bare) ? bare.replace(/^\+/, "") : undefined;
}

function numberFor(number: string, type: string): string {
  if (type === "boolean") {
    if (/^[01]$/.test(number)) return number === "1" ? "true" : "false";
    throw new Untranslatable(`the boolean ${number}`);
  }
  if (isNumeric(type)) return number;
  if (/^(?:text|character|citext|jsonb?)/.test(type)) return quoteText(number);
  throw new Untranslatable(`the number ${number} as the default of ${type}`);
}

function isNumeric(type: string): boolean {
  return /^(?:smallint|integer|bigint|real|double precision|numeric)\b/.test(type);
}

/** `lower(hex(randomblob(4))) || '-' || … || '-4' || …`, in whatever form somebody wrote it. */
function isNewUuid(text: string): boolean {
  const key = text.replaceAll(/[\s()]/g, "").toLowerCase();
  return (
    /^(?:lower)?hexrandomblob4\|\|'-'.*'-4'.*randomblob6$/.test(key) &&
    key.match(/randomblob2/g)?.length === 3
  );
}

/** JSON that a function makes of a literal, as the text that SQLite keeps. */
function jsonText(node: Node | undefined): string | undefined {
  if (node?.kind !== "call") return undefined;
  const [list, ...others] = node.parts;
  if (list === undefined) return { json_array: "[]", json_object: "{}" }[node.name];
  const value = bareNode(list);
  if (node.name !== "json" || others.length > 0 || value?.kind !== "string") return undefined;
  try {
    return JSON.stringify(JSON.parse(value.value));
  } catch {
    return undefined;
  }
}
