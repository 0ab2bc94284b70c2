import type { Node } from "./expression-nodes.js";
import type { PostgresType } from "./postgres-type.js";

/** What sort of value an expression gives: as far as the words of the other engine depend on it. */
export type Kind =
  | "boolean"
  | "integer"
  | "exact"
  | "float"
  | "text"
  | "bytes"
  | "json"
  | "array"
  /** A point in time. */
  | "zoned"
  | "moment"
  | "date"
  | "time"
  /** A text of which only equality means something there. */
  | "word";

export interface KindScope {
  readonly kindOfName: (name: string) => Kind | undefined;
  /** What a function gives; a function of its arguments where that depends on them. */
  readonly kindOfCall: (name: string, args: readonly (Kind | undefined)[]) => Kind | undefined;
  readonly kindOfType: (type: string) => Kind | undefined;
}

/** The kind of an expression; undefined where nothing tells it. */
export function kindOf(nodes: readonly Node[], scope: KindScope): Kind | undefined {
  const parts = operandsOf(nodes);
  const operators = parts.filter((part) => part.length === 1).flatMap(([node]) => operatorText(node) ?? []);
  if (operators.some((text) => TRUTHS.has(text))) return "boolean";
  if (operators.includes("AT")) return "moment";
  const operands = parts.filter((part) => operatorText(part[0]) === undefined || part.length > 1);
  const kinds = operands.map((part) => kindOfOperand(part, scope));
  if (operators.includes("||")) {
    const special = kinds.find((kind) => kind === "bytes" || kind === "json" || kind === "array");
    return special ?? "text";
  }
  const last = operators.filter((text) => text !== "COLLATE").at(-1);
  if (last === "->>" || last === "#>>") return "text";
  if (last === "->" || last === "#>") return "json";
  if (operators.length === 0 || operators.includes("COLLATE")) return kinds[0];
  return operators.every((text) => ARITHMETIC.has(text)) ? widest(kinds) : undefined;
}

/** A list in parts: operators alone, operands with all that belongs to them (CASE … END is one). */
export function operandsOf(nodes: readonly Node[]): readonly (readonly Node[])[] {
  const parts: Node[][] = [];
  let depth = 0;
  for (const node of nodes) {
    const word = node.kind === "text" ? node.text : "";
    const isInside = depth > 0;
    if (word === "CASE") depth++;
    if (word === "END") depth--;
    if (isInside) parts.at(-1)?.push(node);
    else parts.push([node]);
  }
  return parts;
}

/** The text of an operator or keyword that stands between operands. */
export function operatorText(node: Node | undefined): string | undefined {
  if (node?.kind !== "text") return undefined;
  return VALUES.has(node.text) ? undefined : node.text;
}

const VALUES = new Set(
  "TRUE FALSE NULL CASE CURRENT_TIMESTAMP CURRENT_DATE CURRENT_TIME LOCALTIMESTAMP LOCALTIME".split(" "),
);

const TRUTHS = new Set(
  "= == <> != < > <= >= AND OR NOT IS ISNULL NOTNULL IN LIKE ILIKE GLOB MATCH REGEXP BETWEEN EXISTS ~ ~* !~ !~* ~~ !~~ ~~* !~~* @> <@ ?".split(
    " ",
  ),
);

export const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "&", "|", "<<", ">>"]);

function kindOfOperand(part: readonly Node[], scope: KindScope): Kind | undefined {
  const [node] = part;
  if (node === undefined) return undefined;
  switch (node.kind) {
    case "text":
      return kindOfWord(node.text, part, scope);
    case "number":
      return /^(?:\d+|0x[\da-f]+)$/i.test(node.text) ? "integer" : "exact";
    case "string":
      return "text";
    case "blob":
      return "bytes";
    case "name":
      return scope.kindOfName(node.path.at(-1) ?? "");
    case "call":
      return scope.kindOfCall(
        node.name,
        node.parts.map((arg) => kindOf(arg, scope)),
      );
    case "group":
      return node.parts.length === 1 ? kindOf(node.parts[0] ?? [], scope) : undefined;
    case "array":
      return "array";
    case "cast":
      return scope.kindOfType(node.type);
  }
}

function kindOfWord(word: string, part: readonly Node[], scope: KindScope): Kind | undefined {
  if (word === "TRUE" || word === "FALSE") return "boolean";
  if (word === "CURRENT_TIMESTAMP") return "zoned";
  if (word === "LOCALTIMESTAMP") return "moment";
  if (word === "CURRENT_DATE") return "date";
  return word === "CASE" ? kindOfCase(part, scope) : undefined;
}

/** What stands behind the first THEN or ELSE that is not NULL. */
function kindOfCase(part: readonly Node[], scope: KindScope): Kind | undefined {
  const isWord = (node: Node | undefined, words: RegExp) => node?.kind === "text" && words.test(node.text);
  let depth = 0;
  for (let at = 0; at < part.length; at++) {
    if (isWord(part[at], /^CASE$/)) depth++;
    if (isWord(part[at], /^END$/)) depth--;
    if (depth !== 1 || !isWord(part[at], /^(?:THEN|ELSE)$/)) continue;
    const rest = part.slice(at + 1);
    const end = operandsOf(rest).findIndex(([node]) => isWord(node, /^(?:WHEN|ELSE|END)$/));
    const branch = operandsOf(rest).slice(0, end).flat();
    const kind = kindOf(branch, scope);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

const WIDTHS: readonly Kind[] = ["integer", "exact", "float"];

/** The kind that takes all: times stay times when something is added to them. */
export function widest(kinds: readonly (Kind | undefined)[]): Kind | undefined {
  const time = kinds.find((kind) => kind === "zoned" || kind === "moment" || kind === "date");
  if (time !== undefined) return time;
  const ranks = kinds.map((kind) => (kind === undefined ? -1 : WIDTHS.indexOf(kind)));
  return ranks.includes(-1) ? undefined : WIDTHS[Math.max(...ranks)];
}

/** The kind of the values of a type of PostgreSQL. */
export function kindOfType({ base, dimensions }: PostgresType): Kind | undefined {
  return dimensions > 0 ? "array" : KINDS[base];
}

const KINDS: Readonly<Record<string, Kind>> = {
  boolean: "boolean",
  smallint: "integer",
  integer: "integer",
  bigint: "integer",
  oid: "integer",
  serial: "integer",
  smallserial: "integer",
  bigserial: "integer",
  numeric: "exact",
  real: "float",
  "double precision": "float",
  text: "text",
  "character varying": "text",
  character: "text",
  name: "text",
  citext: "text",
  bytea: "bytes",
  json: "json",
  jsonb: "json",
  "timestamp with time zone": "zoned",
  "timestamp without time zone": "moment",
  date: "date",
  "time without time zone": "time",
  "time with time zone": "time",
  uuid: "word",
  inet: "word",
  cidr: "word",
  macaddr: "word",
  macaddr8: "word",
  interval: "word",
};
