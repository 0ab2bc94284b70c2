import { readNodes } from "./expression-nodes.js";
import { expressionToPostgres, quoteText, type ToPostgresScope } from "./expression-to-postgres.js";
import { NEW_UUID } from "./functions-to-sqlite.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

/**
 * A default of SQLite in the words of PostgreSQL, for a column of the type that it has there.
 * @throws Untranslatable
 */
export function defaultToPostgres(text: string, type: string, scope: ToPostgresScope): string {
  const known = KNOWN.get(keyOf(text));
  if (known !== undefined) return known(type);
  const nodes = readNodes(text, "sqlite");
  const number = numberOf(text);
  if (number !== undefined) return numberFor(number, type);
  const value = bareNode(nodes);
  if (value?.kind === "text" && (value.text === "TRUE" || value.text === "FALSE"))
    return type === "boolean" ? value.text.toLowerCase() : numberFor(value.text === "TRUE" ? "1" : "0", type);
  if (value?.kind === "string") return stringFor(value.value, type);
  if (value?.kind === "blob" && type !== "bytea") throw new Untranslatable(`bytes as the default of ${type}`);
  return expressionToPostgres(text, scope);
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

type ForType = (type: string) => string;

/** A moment in the form that the text has on SQLite, or as a time where the column holds times. */
const moment =
  (format: string, asTime: (type: string) => string | undefined): ForType =>
  (type) => {
    const time = asTime(type);
    if (time !== undefined) return time;
    if (/^(?:text|character varying)/.test(type)) return `to_char((now() AT TIME ZONE 'UTC'), '${format}')`;
    throw new Untranslatable(`a moment as the default of ${type}`);
  };

const asMoment = (type: string) =>
  type.startsWith("timestamp")
    ? type.endsWith("with time zone")
      ? "now()"
      : "(now() AT TIME ZONE 'UTC')"
    : type === "date"
      ? "((now() AT TIME ZONE 'UTC'))::date"
      : undefined;
const asDate = (type: string) => (type === "date" ? "((now() AT TIME ZONE 'UTC'))::date" : asMoment(type));
const asTime = (type: string) =>
  type.startsWith("time") && !type.startsWith("timestamp") ? "CURRENT_TIME" : undefined;

const epoch =
  (factor: string): ForType =>
  (type) => {
    const value = factor === "1" ? "extract(epoch from now())" : `(extract(epoch from now()) * ${factor})`;
    if (isNumeric(type)) return type === "bigint" ? `(floor(${value}))::bigint` : `${value}`;
    if (type.startsWith("text")) return `((floor(${value}))::bigint)::text`;
    throw new Untranslatable(`a number of seconds as the default of ${type}`);
  };

const uuid: ForType = (type) => (type === "uuid" ? "gen_random_uuid()" : "(gen_random_uuid())::text");
const hex =
  (change: (text: string) => string): ForType =>
  () =>
    change("replace((gen_random_uuid())::text, '-', '')");

const NOW_UTC = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
const NOW_PLAIN = "strftime('%Y-%m-%d %H:%M:%f', 'now')";
const SECONDS = "YYYY-MM-DD HH24:MI:SS";

const KNOWN: ReadonlyMap<string, ForType> = new Map(
  (
    [
      ["CURRENT_TIMESTAMP", moment(SECONDS, asMoment)],
      ["datetime('now')", moment(SECONDS, asMoment)],
      ["datetime('now', 'utc')", moment(SECONDS, asMoment)],
      ["strftime('%Y-%m-%d %H:%M:%S', 'now')", moment(SECONDS, asMoment)],
      [NOW_PLAIN, moment(`${SECONDS}.MS`, asMoment)],
      [NOW_UTC, moment('YYYY-MM-DD"T"HH24:MI:SS.MS"Z"', asMoment)],
      ["strftime('%Y-%m-%dT%H:%M:%SZ', 'now')", moment('YYYY-MM-DD"T"HH24:MI:SS"Z"', asMoment)],
      ["CURRENT_DATE", moment("YYYY-MM-DD", asDate)],
      ["date('now')", moment("YYYY-MM-DD", asDate)],
      ["CURRENT_TIME", moment("HH24:MI:SS", asTime)],
      ["time('now')", moment("HH24:MI:SS", asTime)],
      ["unixepoch()", epoch("1")],
      ["unixepoch('now')", epoch("1")],
      ["strftime('%s', 'now')", epoch("1")],
      ["cast(strftime('%s', 'now') as int)", epoch("1")],
      ["cast(strftime('%s', 'now') as integer)", epoch("1")],
      ["unixepoch() * 1000", epoch("1000")],
      ["unixepoch('now') * 1000", epoch("1000")],
      // What `defaultNow()` of a Drizzle timestamp is on SQLite.
      ["cast((julianday('now') - 2440587.5)*86400000 as integer)", epoch("1000")],
      [NEW_UUID, uuid],
      ["lower(hex(randomblob(16)))", hex((text) => text)],
      ["hex(randomblob(16))", hex((text) => `upper(${text})`)],
    ] as const
  ).map(([text, rule]): [string, ForType] => [keyOf(text), rule]),
);

/** White space, the case of words and parentheses around all do not count. */
function keyOf(text: string): string {
  let inner = text.trim();
  while (inner.startsWith("(") && closesAtEnd(inner)) inner = inner.slice(1, -1).trim();
  return inner
    .split(/('(?:[^']|'')*')/)
    .map((part) => (part.startsWith("'") ? part : part.replaceAll(/\s+/g, "").toLowerCase()))
    .join("");
}

function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === "(") depth++;
    if (character === ")" && --depth === 0) return index === text.length - 1;
  }
  return false;
}
