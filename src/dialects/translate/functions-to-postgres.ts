import { type Kind, widest } from "./expression-kind.js";
import type { Lists, Node } from "./expression-nodes.js";
import type { PostgresWords } from "./expression-to-postgres.js";
import { writeTimeCall } from "./moments-to-postgres.js";
import { jsonAt, jsonOf } from "./phrases-to-postgres.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

type CallNode = Node & { readonly kind: "call" };

/** One call of a function of SQLite, its arguments in the words of PostgreSQL. */
interface Call {
  readonly name: string;
  readonly args: readonly string[];
  readonly kinds: readonly (Kind | undefined)[];
  readonly lists: Lists;
  readonly words: PostgresWords;
}

/** @throws Untranslatable for what PostgreSQL has no function for */
export function writePostgresCall(node: CallNode, words: PostgresWords): string {
  const time = words.timeCall(node);
  if (time !== undefined) return writeTimeCall(time);
  const write = FUNCTIONS[node.name];
  if (write === undefined) throw new Untranslatable(`the function ${node.name}()`);
  const args = node.parts.map((part) => words.write(part));
  const kinds = node.parts.map((part) => words.kindOf(part));
  const written = write({ name: node.name, args, kinds, lists: node.parts, words });
  if (written === undefined) throw new Untranslatable(`the function ${node.name}() with such arguments`);
  return written;
}

type Write = (call: Call) => string | undefined;

const same: Write = ({ name, args }) => `${name}(${args.join(", ")})`;
const as =
  (other: string): Write =>
  ({ args }) =>
    `${other}(${args.join(", ")})`;
/** Functions of texts take numbers too in SQLite. */
const ofText =
  (other: string): Write =>
  ({ args, kinds, words }) =>
    `${other}(${args.map((arg, index) => (isText(kinds[index]) ? arg : words.textOf(arg, kinds[index]))).join(", ")})`;
const isText = (kind: Kind | undefined) => kind === undefined || kind === "text";

/** With one argument an aggregate; with several another function, which is NULL as soon as one of them is. */
const extreme =
  (scalar: string): Write =>
  ({ name, args }) => {
    if (args.length === 1) return `${name}(${args[0]})`;
    const isNull = args.map((arg) => `${arg} IS NULL`).join(" OR ");
    return `CASE WHEN ${isNull} THEN NULL ELSE ${scalar}(${args.join(", ")}) END`;
  };

/** 0 and 1 stand for truths beside a boolean. */
const alike: Write = ({ args, kinds }) => {
  const isTruth = kinds.includes("boolean");
  return `coalesce(${args.map((arg) => (isTruth && /^[01]$/.test(arg) ? (arg === "1" ? "true" : "false") : arg)).join(", ")})`;
};

const part: Write = ({ args: [text = "", from = "", ...count], kinds, words, lists }) => {
  const value = isText(kinds[0]) ? text : words.textOf(text, kinds[0]);
  if (/^[1-9]\d*$/.test(from) || isPlace(lists[1] ?? []))
    return `substr(${[value, from, ...count].join(", ")})`;
  return /^-[1-9]\d*$/.test(from) && count.length === 0 ? `right(${value}, ${from.slice(1)})` : undefined;
};

/** `instr(x, '@') + 1`: a place in a text, never before its start. */
function isPlace(nodes: readonly Node[]): boolean {
  const [call, plus, number, ...others] = nodes;
  return (
    call?.kind === "call" &&
    /^(?:instr|length)$/.test(call.name) &&
    plus?.kind === "text" &&
    plus.text === "+" &&
    number?.kind === "number" &&
    others.length === 0
  );
}

const sumOf =
  (write: (arg: string) => string): Write =>
  ({ args: [arg = ""], kinds }) =>
    write(kinds[0] === "boolean" ? `(${arg})::integer` : arg);

/** So many random digits, eight of each new UUID: those are random all. */
function randomDigits(bytes: number): string {
  const whole = Array.from({ length: Math.floor(bytes / 4) }, () => "left(gen_random_uuid()::text, 8)");
  const rest = bytes % 4 === 0 ? [] : [`left(gen_random_uuid()::text, ${2 * (bytes % 4)})`];
  return [...whole, ...rest].join(" || ");
}

function bytesOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) && Number(text) > 0 && Number(text) <= MOST_BYTES
    ? Number(text)
    : undefined;
}

const MOST_BYTES = 256;

const hex: Write = ({ args: [value = ""], kinds, lists }) => {
  const call = bareNode(lists[0] ?? []);
  const count =
    call?.kind === "call" && call.name === "randomblob" ? bytesOf(literalOf(call.parts[0])) : undefined;
  if (count !== undefined) return `upper(${randomDigits(count)})`;
  if (kinds[0] === "bytes") return `coalesce(upper(encode(${value}, 'hex')), '')`;
  return kinds[0] === "text" ? `coalesce(upper(encode(convert_to(${value}, 'UTF8'), 'hex')), '')` : undefined;
};

function literalOf(nodes: readonly Node[] | undefined): string | undefined {
  const value = nodes === undefined ? undefined : bareNode(nodes);
  return value?.kind === "number" ? value.text : value?.kind === "string" ? value.value : undefined;
}

function pathOf({ lists }: Call, index = 1): string | undefined {
  const value = lists[index] === undefined ? undefined : bareNode(lists[index]);
  return value?.kind === "string" ? value.value : undefined;
}

/** The value that a function of JSON is about: all of it, or what is at a path. */
function jsonArgument(call: Call): string | undefined {
  const json = jsonOf(call.lists[0] ?? [], call.words);
  if (call.lists.length === 1) return json;
  const path = pathOf(call);
  return path === undefined ? undefined : jsonAt(json, path, "#>");
}

const STORED_KINDS: Readonly<Partial<Record<Kind, string>>> = {
  integer: "integer",
  boolean: "integer",
  float: "real",
  text: "text",
  word: "text",
  json: "text",
  zoned: "text",
  moment: "text",
  date: "text",
  time: "text",
  bytes: "blob",
};

const FUNCTIONS: Readonly<Record<string, Write>> = {
  lower: (call) => {
    const [list = []] = call.lists;
    const inner = bareNode(list);
    // The digits are small letters by themselves.
    if (inner?.kind === "call" && inner.name === "hex")
      return call.args[0]?.replace(/^(?:coalesce\()?upper\((.*?)\)(?:, ''\))?$/s, (whole, digits: string) =>
        whole.startsWith("upper")
          ? digits.includes("||")
            ? `(${digits})`
            : digits
          : `coalesce(${digits}, '')`,
      );
    return ofText("lower")(call);
  },
  upper: ofText("upper"),
  length: (call) => (call.kinds[0] === "bytes" ? same(call) : ofText("length")(call)),
  abs: same,
  coalesce: alike,
  ifnull: alike,
  nullif: same,
  iif: ({ args: [condition, yes, no = "NULL"] }) => `CASE WHEN ${condition} THEN ${yes} ELSE ${no} END`,
  likely: ({ args: [value] }) => value,
  unlikely: ({ args: [value] }) => value,
  round: ({ args: [value, digits], kinds }) =>
    kinds[0] === "integer"
      ? `(${value})::double precision`
      : `(round((${value})::numeric${digits === undefined ? "" : `, ${digits}`}))::double precision`,
  replace: ofText("replace"),
  ltrim: ofText("ltrim"),
  rtrim: ofText("rtrim"),
  trim: ofText("btrim"),
  substr: part,
  substring: part,
  instr: ofText("strpos"),
  char: ({ args }) => args.map((arg) => `chr(${arg})`).join(" || "),
  unicode: as("ascii"),
  hex,
  unhex: ({ args: [digits = "", ...others] }) =>
    others.length === 0 ? `decode(${digits}, 'hex')` : undefined,
  randomblob: ({ args: [count] }) => {
    const bytes = bytesOf(count);
    return bytes === undefined ? undefined : `decode(${randomDigits(bytes)}, 'hex')`;
  },
  zeroblob: ({ args: [count] }) => {
    const bytes = bytesOf(count);
    return bytes === undefined ? undefined : `'\\x${"00".repeat(bytes)}'::bytea`;
  },
  random: () =>
    "('x' || left(gen_random_uuid()::text, 8) || left(gen_random_uuid()::text, 8))::bit(64)::bigint",
  typeof: ({ args: [value = ""], kinds: [kind] }) => {
    const stored = kind === undefined ? undefined : STORED_KINDS[kind];
    return stored === undefined ? undefined : `CASE WHEN ${value} IS NULL THEN 'null' ELSE '${stored}' END`;
  },
  sign: same,
  ceil: same,
  ceiling: same,
  floor: same,
  sqrt: same,
  power: same,
  pow: as("power"),
  exp: same,
  ln: same,
  count: same,
  sum: sumOf((arg) => `sum(${arg})`),
  avg: sumOf((arg) => `avg(${arg})`),
  total: sumOf((arg) => `coalesce(sum(${arg}), 0)::double precision`),
  min: extreme("least"),
  max: extreme("greatest"),
  group_concat: ({ args: [value = "", separator = "','"], kinds, words }) =>
    /^DISTINCT /.test(value)
      ? `string_agg(DISTINCT ${words.textOf(value.slice(9), kinds[0])}, ${separator})`
      : `string_agg(${words.textOf(value, kinds[0])}, ${separator})`,
  string_agg: same,
  row_number: same,
  rank: same,
  dense_rank: same,
  lag: same,
  lead: same,
  first_value: same,
  last_value: same,
  json: ({ args: [value = ""], kinds }) => (kinds[0] === "json" ? value : `(${value})::jsonb`),
  json_valid: ({ args: [value = "", ...others], kinds }) =>
    others.length > 0 ? undefined : kinds[0] === "json" ? `${value} IS NOT NULL` : `(${value} IS JSON)`,
  json_extract: (call) => {
    const path = pathOf(call);
    return path === undefined || call.lists.length !== 2
      ? undefined
      : jsonAt(jsonOf(call.lists[0] ?? [], call.words), path, "#>>");
  },
  json_type: (call) => {
    const json = jsonArgument(call);
    return (
      json &&
      `CASE jsonb_typeof(${json}) WHEN 'string' THEN 'text' WHEN 'boolean' THEN (${json})::text WHEN 'number' THEN CASE WHEN (${json})::text ~ '[.eE]' THEN 'real' ELSE 'integer' END ELSE jsonb_typeof(${json}) END`
    );
  },
  json_array_length: (call) => {
    const json = jsonArgument(call);
    return (
      json &&
      `CASE WHEN jsonb_typeof(${json}) = 'array' THEN jsonb_array_length(${json}) WHEN ${json} IS NOT NULL THEN 0 END`
    );
  },
  json_object: as("jsonb_build_object"),
  json_array: as("jsonb_build_array"),
  json_group_array: as("jsonb_agg"),
  json_group_object: as("jsonb_object_agg"),
};

/** What a function of SQLite gives. */
export function kindOfSqliteCall(name: string, args: readonly (Kind | undefined)[]): Kind | undefined {
  if (AS_FIRST.has(name)) return args[0];
  if (name === "coalesce" || name === "ifnull") {
    const known = args.filter((kind) => kind !== undefined);
    if (known.includes("boolean")) return "boolean";
    return known.every((kind) => kind === known[0]) ? known[0] : widest(args);
  }
  if (name === "iif") return args[1];
  return RESULTS[name];
}

const AS_FIRST = new Set("abs nullif min max lag lead first_value last_value sum likely unlikely".split(" "));

const RESULTS: Readonly<Record<string, Kind>> = {
  ...namesOf(
    "text",
    "lower upper replace ltrim rtrim trim substr substring char hex typeof group_concat string_agg json_extract json_type date time datetime strftime quote printf format",
  ),
  ...namesOf(
    "integer",
    "length instr unicode count row_number rank dense_rank json_array_length unixepoch random sign",
  ),
  ...namesOf("float", "round total avg sqrt power pow exp ln julianday ceil ceiling floor"),
  json_valid: "boolean",
  ...namesOf("json", "json json_object json_array json_group_array json_group_object"),
  ...namesOf("bytes", "randomblob zeroblob unhex"),
};

function namesOf(kind: Kind, names: string): Readonly<Record<string, Kind>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, kind]));
}
