import type { Kind } from "./expression-kind.js";
import type { Lists, Node } from "./expression-nodes.js";
import type { SqliteWords } from "./expression-to-sqlite.js";
import { hasKey } from "./json-path.js";
import {
  formatted,
  isNow,
  type Moment,
  partOf,
  readWhole,
  splitAt,
  strftimeFormat,
  writeMoment,
} from "./moments-to-sqlite.js";
import { rounded } from "./rounding.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

type CallNode = Node & { readonly kind: "call" };

/** One call of a function of PostgreSQL, its arguments in the words of SQLite. */
interface Call {
  readonly name: string;
  readonly args: readonly string[];
  readonly kinds: readonly (Kind | undefined)[];
  readonly lists: Lists;
  readonly words: SqliteWords;
}

/** @throws Untranslatable for what SQLite has no function for */
export function writeSqliteCall(node: CallNode, words: SqliteWords): string {
  const special = SPECIAL[node.name]?.(node.parts, words);
  if (special !== undefined) return special;
  const write = FUNCTIONS[node.name];
  if (write === undefined) throw new Untranslatable(`the function ${node.name}()`);
  refuseExactText(node, words);
  const args = node.parts.map((part) => words.write(part));
  const kinds = node.parts.map((part) => words.kindOf(part));
  const written = write({ name: node.name, args, kinds, lists: node.parts, words });
  if (written === undefined) throw new Untranslatable(`the function ${node.name}() with such arguments`);
  return written;
}

/** Functions that only hand a value on take exact numbers in their text. */
function refuseExactText(node: CallNode, words: SqliteWords): void {
  if (/^(?:count|coalesce|nullif)$/.test(node.name)) return;
  for (const part of node.parts) {
    const value = bareNode(part);
    if (value?.kind === "name" && words.isExactText(value.path))
      throw new Untranslatable(`the column ${value.path.at(-1) ?? ""} (its exact numbers are text there)`);
  }
}

type Special = (parts: Lists, words: SqliteWords) => string | undefined;

/** Functions whose arguments have words between them, or say a time. */
const SPECIAL: Readonly<Record<string, Special>> = {
  extract: ([list = []], words) => {
    const [field, time] = splitAt(/^FROM$/, list) ?? [];
    const name = field?.[0];
    if (time === undefined || name === undefined) return undefined;
    const word = name.kind === "string" ? name.value : name.kind === "name" ? (name.path[0] ?? "") : "";
    return timePart(word, time, words);
  },
  date_part: ([field = [], time = []], words) => {
    const value = bareNode(field);
    return value?.kind === "string" ? timePart(value.value, time, words) : undefined;
  },
  to_char: ([time = [], format = []], words) => {
    const moment = momentOf(time, words);
    const value = bareNode(format);
    return moment === undefined || value?.kind !== "string"
      ? undefined
      : formatted(strftimeFormat(value.value), moment);
  },
  date_trunc: (parts, words) => {
    const moment = momentOf([{ kind: "call", name: "date_trunc", parts, gap: false }], words);
    return moment === undefined ? undefined : writeMoment(moment);
  },
  position: ([list = []], words) => {
    const [part, whole] = splitAt(/^IN$/, list) ?? [];
    return part === undefined || whole === undefined
      ? undefined
      : `instr(${words.write(whole)}, ${words.write(part)})`;
  },
  trim: ([list = [], ...others], words) => {
    const [before, operand] = splitAt(/^FROM$/, list) ?? [];
    if (before === undefined || operand === undefined || others.length > 0) return undefined;
    const [side, ...characters] = before;
    const word = side?.kind === "name" ? (side.path[0] ?? "").toLowerCase() : "";
    const name = { leading: "ltrim", trailing: "rtrim", both: "trim" }[word];
    if (name === undefined) return `trim(${words.write(operand)}, ${words.write(before)})`;
    const args = characters.length === 0 ? [operand] : [operand, characters];
    return `${name}(${args.map((each) => words.write(each)).join(", ")})`;
  },
  substring: ([list = [], ...others], words) => {
    const [text, rest] = splitAt(/^FROM$/, list) ?? [];
    if (text === undefined || rest === undefined || others.length > 0) return undefined;
    const at = rest.findIndex((node) => node.kind === "name" && node.path[0] === "for");
    const args = [text, at < 0 ? rest : rest.slice(0, at), ...(at < 0 ? [] : [rest.slice(at + 1)])];
    if (args.slice(1).some((arg) => words.kindOf(arg) !== "integer"))
      throw new Untranslatable("substring with a pattern");
    return `substr(${args.map((arg) => words.write(arg)).join(", ")})`;
  },
};

function timePart(field: string, time: readonly Node[], words: SqliteWords): string | undefined {
  const moment = momentOf(time, words);
  return moment === undefined ? undefined : partOf(field.toLowerCase(), moment);
}

function momentOf(nodes: readonly Node[], words: SqliteWords): Moment | undefined {
  const moment = readWhole(nodes, (path) => words.columnOfTimes(path));
  if (moment !== undefined && isNow(moment)) words.refuseChanging("the present time");
  return moment;
}

type Write = (call: Call) => string | undefined;

const same: Write = ({ name, args }) => `${name}(${args.join(", ")})`;
const as =
  (other: string): Write =>
  ({ args }) =>
    `${other}(${args.join(", ")})`;
/** For arguments whose text the two engines write alike. */
const ofTexts =
  (write: (args: readonly string[]) => string): Write =>
  ({ args, kinds }) =>
    kinds.every((kind) => kind === undefined || /^(?:text|word|integer|date)$/.test(kind))
      ? write(args)
      : undefined;
const isSmall = (text: string) => /^\d+$/.test(text);

/** A value as a value of JSON: truths and JSON are not texts there. */
function jsonPart(text: string, kind: Kind | undefined): string {
  if (kind === "json" || kind === "array") return `json(${text})`;
  if (kind === "boolean") return `json(CASE WHEN ${text} THEN 'true' WHEN NOT (${text}) THEN 'false' END)`;
  if (kind === "zoned" || kind === "moment" || kind === "time" || kind === "bytes")
    throw new Untranslatable(`JSON of a value of the kind ${kind}`);
  return text;
}
const jsonParts: (name: string) => Write =
  (name) =>
  ({ args, kinds }) =>
    `${name}(${args.map((arg, index) => jsonPart(arg, kinds[index])).join(", ")})`;

const jsonType = (text: string) =>
  `CASE json_type(${text}) WHEN 'text' THEN 'string' WHEN 'integer' THEN 'number' WHEN 'real' THEN 'number' WHEN 'true' THEN 'boolean' WHEN 'false' THEN 'boolean' ELSE json_type(${text}) END`;

/** A random UUID of version 4 (RFC 9562): 122 random bits, six that are fixed. */
export const NEW_UUID = [
  "lower(hex(randomblob(4)) || '-' || hex(randomblob(2))",
  "'-4' || substr(hex(randomblob(2)), 2)",
  "'-' || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2)",
  "'-' || hex(randomblob(6)))",
].join(" || ");

const changing =
  (text: (args: readonly string[]) => string): Write =>
  ({ args, words }) => {
    words.refuseChanging("what is random");
    return text(args);
  };

/** NULL counts as nothing in PostgreSQL's, and as the result in SQLite's. */
const extreme =
  (name: string): Write =>
  ({ args }) =>
    args.reduce((a, b) => `coalesce(${name}(${a}, ${b}), ${a}, ${b})`);

const FUNCTIONS: Readonly<Record<string, Write>> = {
  lower: same,
  upper: same,
  length: same,
  char_length: as("length"),
  character_length: as("length"),
  octet_length: same,
  abs: same,
  coalesce: ({ args }) => (args.length === 1 ? args[0] : `coalesce(${args.join(", ")})`),
  nullif: same,
  greatest: extreme("max"),
  least: extreme("min"),
  // A half is rounded to the even number in PostgreSQL's floating point.
  round: ({ args: [value = "", digits = "0"], kinds }) =>
    kinds[0] === "float"
      ? undefined
      : kinds[0] === "integer"
        ? `round(${value}, ${digits})`
        : rounded(value, digits),
  trunc: ({ args, kinds }) =>
    args.length === 1 && /^(?:integer|exact|float)$/.test(kinds[0] ?? "")
      ? `CAST(${args[0]} AS INTEGER)`
      : undefined,
  replace: same,
  ltrim: same,
  rtrim: same,
  trim: same,
  btrim: as("trim"),
  // Places before the first are counted from the end in SQLite.
  substr: ({ args }) => (/^-/.test(args[1] ?? "") ? undefined : `substr(${args.join(", ")})`),
  substring: ({ args, kinds }) =>
    /^-/.test(args[1] ?? "") || kinds[1] === "text" ? undefined : `substr(${args.join(", ")})`,
  left: ({ args: [text = "", count = ""] }) => (isSmall(count) ? `substr(${text}, 1, ${count})` : undefined),
  right: ({ args: [text = "", count = ""] }) =>
    isSmall(count) && count !== "0" ? `substr(${text}, -${count})` : undefined,
  strpos: as("instr"),
  starts_with: ({ args: [text = "", start = ""] }) => `(substr(${text}, 1, length(${start})) = ${start})`,
  concat: ofTexts((args) => `(${args.map((arg) => `coalesce(${arg}, '')`).join(" || ")})`),
  chr: as("char"),
  ascii: as("unicode"),
  encode: (
    { args: [bytes = "", form = ""] }, // hex(NULL) is a text, which is empty.
  ) => (form === "'hex'" ? `CASE WHEN ${bytes} IS NOT NULL THEN lower(hex(${bytes})) END` : undefined),
  mod: ({ args: [a = "", b = ""], kinds }) =>
    kinds.every((kind) => kind === "integer") ? `(${a} % ${b})` : undefined,
  sign: same,
  ceil: same,
  ceiling: as("ceil"),
  floor: same,
  sqrt: same,
  power: same,
  exp: same,
  ln: same,
  count: same,
  sum: same,
  avg: same,
  min: same,
  max: same,
  bool_and: as("min"),
  every: as("min"),
  bool_or: as("max"),
  row_number: same,
  rank: same,
  dense_rank: same,
  lag: same,
  lead: same,
  first_value: same,
  last_value: same,
  string_agg: as("group_concat"),
  array_agg: jsonParts("json_group_array"),
  json_agg: jsonParts("json_group_array"),
  jsonb_agg: jsonParts("json_group_array"),
  json_object_agg: jsonParts("json_group_object"),
  jsonb_object_agg: jsonParts("json_group_object"),
  json_build_object: jsonParts("json_object"),
  jsonb_build_object: jsonParts("json_object"),
  json_build_array: jsonParts("json_array"),
  jsonb_build_array: jsonParts("json_array"),
  json_array_length: same,
  jsonb_array_length: as("json_array_length"),
  cardinality: as("json_array_length"),
  array_length: ({ args: [array = "", dimension] }) =>
    dimension === "1" ? `nullif(json_array_length(${array}), 0)` : undefined,
  json_typeof: ({ args: [json = ""] }) => jsonType(json),
  jsonb_typeof: ({ args: [json = ""] }) => jsonType(json),
  jsonb_exists: ({ args: [json = ""], lists }) => {
    const key = bareNode(lists[1] ?? []);
    return key?.kind === "string" ? hasKey(json, key.value) : undefined;
  },
  gen_random_uuid: changing(() => NEW_UUID),
  uuid_generate_v4: changing(() => NEW_UUID),
  uuidv4: changing(() => NEW_UUID),
  gen_random_bytes: changing(([count = "16"]) => `randomblob(${count})`),
  random: changing(() => "((random() & 9007199254740991) / 9007199254740992.0)"),
};
