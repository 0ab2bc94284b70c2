import { castToSqlite } from "./casts-to-sqlite.js";
import { castKindsBesideConcatenation, withTextOperands } from "./concatenation.js";
import { ARITHMETIC, type Kind, kindOf, kindOfType, operatorText } from "./expression-kind.js";
import { type Node, readNodes } from "./expression-nodes.js";
import { writeSqliteCall } from "./functions-to-sqlite.js";
import { quoteText } from "./literal-to-sqlite.js";
import { isNow, readMoment, writeMoment } from "./moments-to-sqlite.js";
import { comparisonPhrases } from "./phrases-to-sqlite.js";
import { kindOfPostgresCall } from "./postgres-call-kinds.js";
import { type PostgresType, readPostgresType } from "./postgres-type.js";
import { integerFrom, rounded } from "./rounding.js";
import { Untranslatable } from "./translation.js";
import { isExactText } from "./types-to-sqlite.js";
import { type NodeWords, writeNodes } from "./write-nodes.js";

export interface ToSqliteScope {
  /** The type of a column that the expression may name; undefined for what is no column here. */
  readonly typeOf: (column: string) => PostgresType | undefined;
  /** Whether a type is an enum, whose values have an order of their own. */
  readonly isEnum: (type: PostgresType) => boolean;
  /** Schemas whose tables are in the one schema that SQLite has. */
  readonly schemas: ReadonlySet<string>;
  /** Whether what it gives is kept or held against rows, so that it must be the same at any time. */
  readonly isLasting: boolean;
}

/**
 * An expression or query of PostgreSQL in the words of SQLite, as far as the two mean the same.
 * @throws Untranslatable with what has no equal there
 */
export function expressionToSqlite(text: string, scope: ToSqliteScope): string {
  return writeNodes(readNodes(text, "postgres"), new SqliteWords(scope));
}

/** The expression, fitted to the type of the column that keeps it: PostgreSQL rounds where SQLite does not. */
export function storedExpressionToSqlite(text: string, type: PostgresType, scope: ToSqliteScope): string {
  const words = new SqliteWords(scope);
  const nodes = readNodes(text, "postgres");
  const written = writeNodes(nodes, words);
  const kind = words.kindOf(nodes);
  const isFraction = kind === "exact" || kind === "float" || kind === undefined;
  if (kindOfType(type) === "integer" && (kind === "exact" || kind === "float"))
    return integerFrom(written, kind);
  if (type.base === "numeric" && type.dimensions === 0 && isFraction) {
    if (isExactText(type)) throw new Untranslatable("arithmetic with exact numbers (they are text there)");
    return rounded(written, type.modifiers[1] ?? "0");
  }
  return written;
}

/** How SQLite says the pieces of an expression of PostgreSQL. */
export class SqliteWords implements NodeWords {
  readonly scope: ToSqliteScope;

  constructor(scope: ToSqliteScope) {
    this.scope = scope;
  }

  prepare(nodes: readonly Node[]): readonly Node[] {
    for (const [index, node] of nodes.entries()) this.#refuseExactText(nodes, node, index);
    const hasDivision = nodes.some((node) => node.kind === "text" && /^[/%]$/.test(node.text));
    const operands = hasDivision
      ? nodes.map((node, index) => this.#asFraction(node, besideOf(nodes, index)))
      : nodes;
    const fitted = operands.map((node, index) => this.#asOperandOf(operands, node, index));
    return withTextOperands(fitted, (kinds) => this.kindOf(kinds), castKindsBesideConcatenation);
  }

  string(value: string): string {
    return quoteText(value);
  }

  blob(hex: string): string {
    return `X'${hex}'`;
  }

  name(path: readonly string[]): string {
    const { schemas, typeOf } = this.scope;
    const [first = "", ...rest] = path;
    if (rest.length === 0 && typeOf(first) === undefined && SESSION_WORDS.has(first))
      throw new Untranslatable(first);
    const isSchema =
      path.length === 3 || (path.length === 2 && schemas.has(first) && typeOf(rest[0] ?? "") === undefined);
    if (isSchema && !schemas.has(first)) throw new Untranslatable(`the schema ${first}`);
    return (isSchema ? rest : path).map((part) => (part === "*" ? part : quoteName(part))).join(".");
  }

  word(text: string): string {
    const word = WORDS[text];
    if (word !== undefined) return word;
    if (UNKNOWN_WORDS.has(text)) throw new Untranslatable(text);
    if (!/^[A-Z_]+$/.test(text) && !OPERATORS.has(text)) throw new Untranslatable(`the operator ${text}`);
    return text;
  }

  call(_name: string, _args: readonly string[], node: Node & { readonly kind: "call" }): string {
    return writeSqliteCall(node, this);
  }

  cast(operand: readonly Node[], type: string): string {
    return castToSqlite(operand, readPostgresType(type), this);
  }

  phrase(nodes: readonly Node[], at: number): { readonly text: string; readonly length: number } | undefined {
    return (
      comparisonPhrases(nodes, at, this) ??
      this.#moment(nodes, at) ??
      setWords(nodes, at) ??
      collation(nodes, at)
    );
  }

  write(nodes: readonly Node[]): string {
    return writeNodes(nodes, this);
  }

  kindOf(nodes: readonly Node[]): Kind | undefined {
    const kindOfNamed = (type: PostgresType | undefined): Kind | undefined =>
      type === undefined ? undefined : this.scope.isEnum(type) ? "word" : kindOfType(type);
    return kindOf(nodes, {
      kindOfName: (name) => kindOfNamed(this.scope.typeOf(name)),
      kindOfType: (type) => kindOfNamed(readPostgresType(type)),
      kindOfCall: kindOfPostgresCall,
    });
  }

  /** A column of times, for what is added to it or taken out of it. */
  columnOfTimes(path: readonly string[]): { readonly kind: Kind; readonly sql: string } | undefined {
    const kind = this.kindOf([{ kind: "name", path, gap: false }]);
    const isTime = kind === "zoned" || kind === "moment" || kind === "date";
    return isTime ? { kind, sql: this.name(path) } : undefined;
  }

  isEnumColumn(path: readonly string[]): boolean {
    const type = this.scope.typeOf(path.at(-1) ?? "");
    return type !== undefined && this.scope.isEnum(type);
  }

  /** Whether a column keeps exact numbers as text. */
  isExactText(path: readonly string[]): boolean {
    const type = this.scope.typeOf(path.at(-1) ?? "");
    return type !== undefined && isExactText(type);
  }

  /** @throws Untranslatable where only what stays the same may stand */
  refuseChanging(what: string): void {
    if (this.scope.isLasting) throw new Untranslatable(`${what} in what must stay the same`);
  }

  /** The present time, or a time to which something is added; in the form of what it is compared with. */
  #moment(nodes: readonly Node[], at: number) {
    const found = readMoment(nodes, at, (path) => this.columnOfTimes(path));
    if (found === undefined) return undefined;
    const { moment, length } = found;
    // A column alone is said as any other.
    if (!isNow(moment) && length === 1) return undefined;
    if (isNow(moment)) this.refuseChanging("the present time");
    const beside = [nodes[at - 2], nodes[at + length + 1]].flatMap((node) =>
      node === undefined ? [] : [this.kindOf([node])],
    );
    const kind = beside.find((each) => each === "zoned" || each === "moment" || each === "date");
    return { text: writeMoment(moment, kind ?? moment.kind), length };
  }

  /** Exact numbers that are text are neither counted with nor compared. */
  #refuseExactText(nodes: readonly Node[], node: Node, index: number): void {
    if (node.kind !== "name" || !this.isExactText(node.path)) return;
    const name = node.path.at(-1) ?? "";
    if (
      besideOf(nodes, index).some((text) => ARITHMETIC.has(text) || /^(?:[<>=!]+|BETWEEN|IN|BY)$/.test(text))
    )
      throw new Untranslatable(`the column ${name} (its exact numbers are text there)`);
  }

  /** A literal in the form of the times (or truths) of the column that it is compared with. */
  #asOperandOf(nodes: readonly Node[], node: Node, index: number): Node {
    if (node.kind !== "string" && node.kind !== "group") return node;
    const column = comparedColumn(nodes, index);
    const type = column === undefined ? undefined : this.scope.typeOf(column.at(-1) ?? "");
    const kind = type === undefined ? undefined : kindOfType(type);
    if (type === undefined || (kind !== "zoned" && kind !== "moment" && kind !== "boolean")) return node;
    const asType = (each: Node): Node =>
      each.kind === "string" ? { kind: "cast", operand: [each], type: type.base, gap: each.gap } : each;
    if (node.kind === "string") return asType(node);
    const isList = operatorText(nodes[index - 1]) === "IN";
    return isList ? { ...node, parts: node.parts.map((part) => part.map(asType)) } : node;
  }

  /** SQLite keeps 5.00 as an integer, and divides those without a fraction. */
  #asFraction(node: Node, beside: readonly string[]): Node {
    if (node.kind === "number" || !beside.some((text) => ARITHMETIC.has(text))) return node;
    const kind = this.kindOf([node]);
    if (beside.includes("%") && kind !== "integer") throw new Untranslatable("% of numbers with a fraction");
    if (kind !== "exact" || node.kind === "cast") return node;
    return { kind: "cast", operand: [node], type: "double precision", gap: node.gap };
  }
}

/** The column that stands before a comparison with the piece at this place. */
function comparedColumn(nodes: readonly Node[], index: number): readonly string[] | undefined {
  const words = [1, 2, 3].map((back) => operatorText(nodes[index - back]) ?? "");
  const isSecondBound = words[0] === "AND" && words[2] === "BETWEEN";
  const isCompared = /^(?:=|<>|!=|[<>]=?|BETWEEN|IN)$/.test(words[0] ?? "");
  let at = isSecondBound ? index - 4 : index - 2;
  if (operatorText(nodes[at]) === "NOT") at--;
  const column = nodes[at];
  return (isCompared || isSecondBound) && column?.kind === "name" ? column.path : undefined;
}

/** The operators before and behind a piece. */
function besideOf(nodes: readonly Node[], index: number): readonly string[] {
  return [nodes[index - 1], nodes[index + 1]].flatMap((node) => operatorText(node) ?? []);
}

/** `UNION ALL` is the same; ALL and DISTINCT ON elsewhere are not. */
function setWords(nodes: readonly Node[], at: number) {
  const [first, second] = nodes.slice(at, at + 2).map((node) => (node.kind === "text" ? node.text : ""));
  if (first === "UNION" && second === "ALL") return { text: "UNION ALL", length: 2 };
  if (first === "DISTINCT" && second === "ON") throw new Untranslatable("DISTINCT ON");
  return undefined;
}

/** The order of bytes is the one that SQLite has; those of languages it has not. */
function collation(nodes: readonly Node[], at: number) {
  const [word, name] = nodes.slice(at, at + 2);
  if (word?.kind !== "text" || word.text !== "COLLATE") return undefined;
  const path = name?.kind === "name" ? name.path : [];
  if (!/^(?:C|POSIX|default)$/.test(path.at(-1) ?? ""))
    throw new Untranslatable(`the collation ${path.join(".")}`);
  return { text: "", length: 2 };
}

const WORDS: Readonly<Record<string, string>> = {
  "!~~": "NOT LIKE",
  "~~": "LIKE",
  "~~*": "LIKE",
  "!~~*": "NOT LIKE",
  ILIKE: "LIKE",
  NOTNULL: "NOT NULL",
};

const UNKNOWN_WORDS = new Set(
  "ANY SOME ALL AT INTERVAL SIMILAR LATERAL SYMMETRIC CURRENT_TIME CURRENT_TIMESTAMP CURRENT_DATE LOCALTIME LOCALTIMESTAMP FETCH ROW".split(
    " ",
  ),
);

/** Names that stand for something of the session. */
const SESSION_WORDS = new Set(
  "current_user session_user user current_role current_catalog current_schema system_user".split(" "),
);

const OPERATORS = new Set("= <> != < > <= >= + - * / % || & | << >> , ; .".split(" "));

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
