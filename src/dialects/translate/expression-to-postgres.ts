import { withTextOperands } from "./concatenation.js";
import { type Kind, kindOf, kindOfType, operatorText } from "./expression-kind.js";
import { type Node, readNodes } from "./expression-nodes.js";
import { kindOfSqliteCall, writePostgresCall } from "./functions-to-postgres.js";
import { quoteText } from "./literal-to-postgres.js";
import { asColumnTime, readTimeCall, type TimeCall, writeTimeCall } from "./moments-to-postgres.js";
import { postgresPhrases } from "./phrases-to-postgres.js";
import { readPostgresType } from "./postgres-type.js";
import { Untranslatable } from "./translation.js";
import { withTruths } from "./truths-to-postgres.js";
import { readSqliteType } from "./types-to-postgres.js";
import { bareNode, type NodeWords, writeNodes } from "./write-nodes.js";

export interface ToPostgresScope {
  /** The name of a column or table in its own case; undefined for what is none here. SQLite heeds no case, PostgreSQL does. */
  readonly nameOf: (name: string) => string | undefined;
  /** The type on PostgreSQL of a column that the expression may name. */
  readonly typeOf: (column: string) => string | undefined;
  /** In a query other names may stand for what the query itself makes. */
  readonly isQuery: boolean;
  /** Whether the engine keeps what it gives, in a generated column or an index: it may depend on no setting then. */
  readonly isKept: boolean;
}

/**
 * An expression or query of SQLite in the words of PostgreSQL, as far as the two mean the same.
 * @throws Untranslatable with what has no equal there
 */
export function expressionToPostgres(text: string, scope: ToPostgresScope): string {
  return new PostgresWords(scope).writeAs(readNodes(text, "sqlite"), "value");
}

/** A check, or the condition of an index. @throws Untranslatable */
export function conditionToPostgres(text: string, scope: ToPostgresScope): string {
  return new PostgresWords(scope).writeAs(readNodes(text, "sqlite"), "condition");
}

/** An expression, fitted to the type of the column that takes it. @throws Untranslatable */
export function storedExpressionToPostgres(text: string, type: string, scope: ToPostgresScope): string {
  const words = new PostgresWords(scope);
  const nodes = readNodes(text, "sqlite");
  const to = kindOfType(readPostgresType(type));
  const time = to === undefined ? undefined : words.columnTime(nodes, to);
  if (time !== undefined) return time;
  const seconds = to === "integer" ? words.secondsOf(nodes) : undefined;
  if (seconds !== undefined) return seconds;
  const written = words.writeAs(nodes, to === "boolean" ? "condition" : "value");
  const from = words.kindOf(nodes);
  const isNumber = to === "integer" || to === "exact" || to === "float";
  if (to === undefined || from === undefined || from === to || (to === "boolean" && isNumeric(from)))
    return written;
  if (isNumber && isNumeric(from)) return written;
  if (isNumber && from === "boolean") return `(${written})::integer`;
  if (to === "text" && (from === "integer" || from === "word")) return `(${written})::text`;
  if (from === "text" && type === "uuid") return `(${written})::uuid`;
  throw new Untranslatable(`a value of the kind ${from} for a column of the type ${type}`);
}

function isNumeric(kind: Kind): boolean {
  return kind === "integer" || kind === "exact" || kind === "float";
}

/** How PostgreSQL says the pieces of an expression of SQLite. */
export class PostgresWords implements NodeWords {
  readonly scope: ToPostgresScope;

  constructor(scope: ToPostgresScope) {
    this.scope = scope;
  }

  writeAs(nodes: readonly Node[], as: "condition" | "value"): string {
    return this.write(withTruths(nodes, (part) => this.kindOf(part), as));
  }

  write(nodes: readonly Node[]): string {
    return writeNodes(nodes, this);
  }

  prepare(nodes: readonly Node[]): readonly Node[] {
    for (const [index, node] of nodes.entries()) this.#refuseFractions(nodes, node, index);
    return withTextOperands(nodes, (part) => this.kindOf(part), CASTS_TO_TEXT);
  }

  string(value: string): string {
    return quoteText(value);
  }

  blob(hex: string): string {
    return `'\\x${hex.toLowerCase()}'::bytea`;
  }

  name(path: readonly string[], isQuoted: boolean): string {
    const { nameOf, isQuery } = this.scope;
    const [only = "", ...others] = path;
    const name = path.at(-1) ?? "";
    if (nameOf(name) === undefined && /^(?:rowid|_rowid_|oid)$/i.test(name)) throw new Untranslatable(name);
    // SQLite takes a name in double quotes that is no column as a text: https://sqlite.org/quirks.html#dblquote
    if (!isQuery && others.length === 0 && nameOf(only) === undefined) {
      if (isQuoted) return quoteText(only);
      throw new Untranslatable(`the name ${only}, which is no column`);
    }
    return path
      .map((part) => (part === "*" ? part : `"${(nameOf(part) ?? part).replaceAll('"', '""')}"`))
      .join(".");
  }

  word(text: string): string {
    const word = WORDS[text];
    if (word !== undefined) return word;
    if (UNKNOWN_WORDS.has(text)) throw new Untranslatable(text);
    if (!/^[A-Z_]+$/.test(text) && !OPERATORS.has(text)) throw new Untranslatable(`the operator ${text}`);
    return text;
  }

  call(_name: string, _args: readonly string[], node: Node & { readonly kind: "call" }): string {
    return writePostgresCall(node, this);
  }

  cast(operand: readonly Node[], type: string): string {
    const text = this.write(operand);
    const from = this.kindOf(operand);
    const { base } = readSqliteType(type);
    if (/^TEXT$/.test(base)) return this.textOf(text, from);
    if (/^(?:INT|INTEGER|BIGINT)$/.test(base)) return this.#integerOf(operand, text, from);
    const isNumber = from !== undefined && isNumeric(from);
    if (/^REAL$/.test(base) && isNumber) return `CAST(${text} AS double precision)`;
    if (/^NUMERIC$/.test(base) && isNumber) return `CAST(${text} AS numeric)`;
    throw new Untranslatable(`a cast ${from === undefined ? "" : `from ${from} `}to ${type}`);
  }

  phrase(nodes: readonly Node[], at: number): { readonly text: string; readonly length: number } | undefined {
    return postgresPhrases(nodes, at, this) ?? this.#timeBesideColumn(nodes, at);
  }

  kindOf(nodes: readonly Node[]): Kind | undefined {
    return kindOf(nodes, {
      kindOfName: (name) => {
        const type = this.scope.typeOf(name);
        return type === undefined ? undefined : kindOfType(readPostgresType(type));
      },
      kindOfType: (type) => CAST_KINDS[readSqliteType(type).base],
      kindOfCall: kindOfSqliteCall,
    });
  }

  /** A value as the text that SQLite makes of it. @throws Untranslatable */
  textOf(text: string, kind: Kind | undefined): string {
    switch (kind) {
      case "text":
        return text;
      case "boolean":
        return `((${text})::integer)::text`;
      case "integer":
      case "word":
        return `(${text})::text`;
      case undefined:
        return `CAST(${text} AS text)`;
      default:
        throw new Untranslatable(`the text of a value of the kind ${kind}`);
    }
  }

  timeCall(node: Node): TimeCall | undefined {
    if (node.kind !== "call") return undefined;
    const call = readTimeCall(node.name, node.parts, (list) => {
      const kind = this.kindOf(list);
      return kind === undefined ? undefined : { sql: this.write(list), kind };
    });
    if (call !== undefined && this.scope.isKept) throw new Untranslatable(`${node.name}() in what is kept`);
    return call;
  }

  /** A time as a value for a column of times; undefined for what is no time. */
  columnTime(nodes: readonly Node[], kind: Kind): string | undefined {
    const node = bareNode(nodes);
    const call = node === undefined || node.kind === "name" ? undefined : this.timeCall(node);
    return call === undefined ? undefined : asColumnTime(call, kind);
  }

  /** `strftime('%s', …)`: the text of a number, which a column of numbers takes as one. */
  secondsOf(nodes: readonly Node[]): string | undefined {
    const node = bareNode(nodes);
    const call = node === undefined || node.kind === "name" ? undefined : this.timeCall(node);
    if (call === undefined || typeof call.form === "string" || call.form.format !== "%s") return undefined;
    return writeTimeCall({ ...call, form: "seconds" });
  }

  /** Beside a column of times a time is one too, and no text. */
  #timeBesideColumn(nodes: readonly Node[], at: number) {
    const node = nodes[at];
    const call = node === undefined ? undefined : this.timeCall(node);
    if (call === undefined) return undefined;
    const beside = [
      [nodes[at - 1], nodes[at - 2]],
      [nodes[at + 1], nodes[at + 2]],
    ].flatMap(([operator, operand]) =>
      operand?.kind === "name" && /^(?:==?|<>|!=|[<>]=?)$/.test(operatorText(operator) ?? "")
        ? [operand]
        : [],
    );
    const kind = beside.map((each) => this.kindOf([each])).find((each) => each !== undefined);
    const time = asColumnTime(call, kind);
    return time === undefined ? undefined : { text: time, length: 1 };
  }

  #integerOf(operand: readonly Node[], text: string, from: Kind | undefined): string {
    if (from === "integer") return text;
    if (from === "boolean") return `(${text})::integer`;
    if (from === "float" || from === "exact") return `(trunc((${text})::numeric))::bigint`;
    const node = bareNode(operand);
    const call = node === undefined ? undefined : this.timeCall(node);
    const seconds = this.secondsOf(operand);
    if (seconds !== undefined) return seconds;
    if (call !== undefined && typeof call.form === "object" && /^%[YmdHMSj]$/.test(call.form.format))
      return `(${text})::bigint`;
    throw new Untranslatable(`a cast ${from === undefined ? "" : `from ${from} `}to INTEGER`);
  }

  /** A NUMERIC of SQLite may be an integer or not, and is divided accordingly. */
  #refuseFractions(nodes: readonly Node[], node: Node, index: number): void {
    const text = node.kind === "text" ? node.text : "";
    if (text !== "/" && text !== "%") return;
    const kinds = [nodes[index - 1], nodes[index + 1]].map((each) =>
      each === undefined ? undefined : this.kindOf([each]),
    );
    const isExactColumn = [nodes[index - 1], nodes[index + 1]].some(
      (each, side) => each?.kind === "name" && kinds[side] === "exact",
    );
    if (isExactColumn) throw new Untranslatable(`${text} of a NUMERIC`);
    if (text === "%" && kinds.some((kind) => kind === "float" || kind === "exact"))
      throw new Untranslatable("% of numbers with a fraction");
  }
}

const CASTS_TO_TEXT: ReadonlySet<Kind> = new Set<Kind>([
  "integer",
  "boolean",
  "word",
  "float",
  "exact",
  "zoned",
  "moment",
  "date",
  "time",
  "json",
]);

const CAST_KINDS: Readonly<Record<string, Kind>> = {
  TEXT: "text",
  INTEGER: "integer",
  INT: "integer",
  BIGINT: "integer",
  REAL: "float",
  NUMERIC: "exact",
};

/** SQLite's LIKE does not heed the case of letters. */
const WORDS: Readonly<Record<string, string>> = { "==": "=", LIKE: "ILIKE", NOTNULL: "NOTNULL" };

const UNKNOWN_WORDS = new Set("GLOB MATCH REGEXP COLLATE INTERVAL AT".split(" "));

const OPERATORS = new Set("= <> != < > <= >= + - * / % || & | << >> ~ , ; .".split(" "));
