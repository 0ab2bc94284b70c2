import { type SqlSyntax, type Token, tokenize, unquoteName } from "../../sql/index.js";
import { Untranslatable } from "./translation.js";

/**
 * A piece of an expression or query. What stands in a list keeps its order, and operators are pieces like any other: no precedence is
 * needed to say the same in other words.
 */
export type Node =
  | { readonly kind: "text"; readonly text: string; readonly gap: boolean }
  | { readonly kind: "number"; readonly text: string; readonly gap: boolean }
  /** A string; `value` is what it means. */
  | { readonly kind: "string"; readonly value: string; readonly gap: boolean }
  /** Bytes as hexadecimal digits. */
  | { readonly kind: "blob"; readonly hex: string; readonly gap: boolean }
  /** A name, with the table or schema before it. */
  | {
      readonly kind: "name";
      readonly path: readonly string[];
      readonly isQuoted?: boolean | undefined;
      readonly gap: boolean;
    }
  | { readonly kind: "call"; readonly name: string; readonly parts: Lists; readonly gap: boolean }
  | { readonly kind: "group"; readonly parts: Lists; readonly gap: boolean }
  /** ARRAY[…] */
  | { readonly kind: "array"; readonly parts: Lists; readonly gap: boolean }
  | {
      readonly kind: "cast";
      readonly operand: readonly Node[];
      readonly type: string;
      readonly gap: boolean;
    };

/** What stands between commas. */
export type Lists = readonly (readonly Node[])[];

/** @throws Untranslatable for what no expression of a schema holds */
export function readNodes(text: string, syntax: SqlSyntax): readonly Node[] {
  const tokens = tokenize(text, syntax).filter((token) => token.kind !== "comment");
  return new NodeReader(tokens, syntax).list(() => false);
}

class NodeReader {
  readonly #tokens: readonly Token[];
  readonly #syntax: SqlSyntax;
  #at = 0;

  constructor(tokens: readonly Token[], syntax: SqlSyntax) {
    this.#tokens = tokens;
    this.#syntax = syntax;
  }

  list(isEnd: (token: Token) => boolean): readonly Node[] {
    const nodes: Node[] = [];
    for (let token = this.#token(); token !== undefined && !isEnd(token); token = this.#token()) {
      if (token.text === "::") {
        this.#at++;
        const operand = nodes.pop();
        if (operand === undefined) throw new Untranslatable("a cast without an operand");
        nodes.push({ kind: "cast", operand: [operand], type: this.#type(), gap: operand.gap });
      } else nodes.push(this.#node(token));
    }
    return nodes;
  }

  #node(token: Token): Node {
    const gap = this.#hasGap();
    this.#at++;
    switch (token.kind) {
      case "string":
        return { kind: "string", value: stringValue(token.text, this.#syntax), gap };
      case "number":
        return { kind: "number", text: token.text, gap };
      case "blob":
        // Bits are text on SQLite.
        if (/^b/i.test(token.text)) return { kind: "string", value: token.text.slice(2, -1), gap };
        return { kind: "blob", hex: token.text.slice(2, -1), gap };
      case "word":
      case "quoted-name":
        return this.#word(token, gap);
      case "punctuation":
        if (token.text === "(") return { kind: "group", parts: this.#lists(")"), gap };
        if (token.text === "[") throw new Untranslatable("an element of an array");
        return { kind: "text", text: token.text, gap };
      case "operator":
        return { kind: "text", text: token.text, gap };
      default:
        throw new Untranslatable(`${token.text}`);
    }
  }

  #word(token: Token, gap: boolean): Node {
    const upper = token.kind === "word" ? token.text.toUpperCase() : "";
    const next = this.#token()?.text;
    if (upper === "ARRAY" && next === "[") {
      this.#at++;
      return { kind: "array", parts: this.#lists("]"), gap };
    }
    if (upper === "CAST" && next === "(") return this.#cast(gap);
    const now = this.#syntax === "sqlite" && token.kind === "word" ? NOW_FUNCTIONS[upper] : undefined;
    if (now !== undefined) return { kind: "call", name: now, parts: [], gap };
    const isFunction = next === "(" && (upper === "LEFT" || upper === "RIGHT");
    if (token.kind === "word" && KEYWORDS.has(upper) && next !== "." && !isFunction)
      return { kind: "text", text: upper, gap };
    const path = [this.#nameOf(token)];
    while (this.#token()?.text === "." && isName(this.#tokens[this.#at + 1])) {
      this.#at++;
      path.push(this.#nameOf(this.#token()));
      this.#at++;
    }
    if (this.#token()?.text !== "(")
      return { kind: "name", path, isQuoted: token.kind === "quoted-name", gap };
    const name = (path.at(-1) ?? "").toLowerCase();
    this.#at++;
    return { kind: "call", name, parts: this.#lists(")"), gap };
  }

  /** CAST (x AS type) */
  #cast(gap: boolean): Node {
    this.#at++;
    const operand = this.list((token) => token.kind === "word" && token.text.toUpperCase() === "AS");
    this.#at++;
    const type = this.#type();
    this.#at++;
    return { kind: "cast", operand, type, gap };
  }

  #lists(closing: string): Lists {
    const lists: (readonly Node[])[] = [];
    for (;;) {
      const list = this.list((token) => token.text === "," || token.text === closing);
      if (list.length > 0 || lists.length > 0) lists.push(list);
      const end = this.#token();
      if (end === undefined) throw new Untranslatable("a parenthesis that is not closed");
      this.#at++;
      if (end.text === closing) return lists;
    }
  }

  /** https://www.postgresql.org/docs/current/datatype.html: some names have several words, with the length between them. */
  #type(): string {
    const parts = [this.#tokens[this.#at]?.text ?? ""];
    this.#at++;
    while (this.#token()?.text === ".") {
      parts.push(".", this.#tokens[this.#at + 1]?.text ?? "");
      this.#at += 2;
    }
    for (const words of [["precision"], ["varying"]])
      if (this.#accept(words)) parts.push(` ${words.join(" ")}`);
    if (this.#token()?.text === "(") {
      const start = this.#at;
      while (this.#token() !== undefined && this.#token()?.text !== ")") this.#at++;
      this.#at++;
      parts.push(
        this.#tokens
          .slice(start, this.#at)
          .map((token) => token.text)
          .join(""),
      );
    }
    for (const words of [
      ["with", "time", "zone"],
      ["without", "time", "zone"],
    ])
      if (this.#accept(words)) parts.push(` ${words.join(" ")}`);
    while (this.#token()?.text === "[") {
      while (this.#token() !== undefined && this.#token()?.text !== "]") this.#at++;
      this.#at++;
      parts.push("[]");
    }
    return parts.join("");
  }

  #accept(words: readonly string[]): boolean {
    const isThere = words.every((word, index) => {
      const token = this.#tokens[this.#at + index];
      return token?.kind === "word" && token.text.toLowerCase() === word;
    });
    if (isThere) this.#at += words.length;
    return isThere;
  }

  #token(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #hasGap(): boolean {
    const before = this.#tokens[this.#at - 1];
    return before !== undefined && before.end < (this.#token()?.start ?? 0);
  }

  #nameOf(token: Token | undefined): string {
    return token === undefined ? "" : unquoteName(token, this.#syntax);
  }
}

function isName(token: Token | undefined): boolean {
  return token?.kind === "word" || token?.kind === "quoted-name" || token?.text === "*";
}

function stringValue(text: string, syntax: SqlSyntax): string {
  const plain = (quoted: string) => quoted.slice(1, -1).replaceAll("''", "'");
  if (syntax === "sqlite" || text.startsWith("'")) return plain(text);
  if (/^n'/i.test(text)) return plain(text.slice(1));
  if (text.startsWith("$")) {
    const tag = text.indexOf("$", 1) + 1;
    return text.slice(tag, -tag);
  }
  if (/^e'/i.test(text)) return withoutEscapes(plain(text.slice(1)), text);
  throw new Untranslatable(`the string ${text}`);
}

/** https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE; bytes above 127 depend on the encoding. */
function withoutEscapes(inner: string, whole: string): string {
  return inner.replaceAll(
    /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{1,2})|([0-7]{1,3})|(.))/gs,
    (_, four?: string, eight?: string, hex?: string, octal?: string, character = "") => {
      const unicode = four ?? eight;
      if (unicode !== undefined) return String.fromCodePoint(Number.parseInt(unicode, 16));
      if (hex === undefined && octal === undefined) return ESCAPES[character] ?? character;
      const code = hex === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(hex, 16);
      if (code === 0 || code > 127) throw new Untranslatable(`the string ${whole}`);
      return String.fromCharCode(code);
    },
  );
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** SQLite's words for the present time mean what these functions give. */
const NOW_FUNCTIONS: Readonly<Record<string, string>> = {
  CURRENT_TIMESTAMP: "datetime",
  CURRENT_DATE: "date",
  CURRENT_TIME: "time",
};

/** Words of the language in expressions and queries: everything else is a name or a function. */
const KEYWORDS = new Set(
  `ALL AND ANY AS ASC AT BETWEEN BY CASE COLLATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DESC
  DISTINCT ELSE END ESCAPE EXCEPT EXISTS FALSE FETCH FILTER FIRST FOLLOWING FROM FULL GLOB GROUP HAVING ILIKE IN INNER
  INTERSECT INTERVAL IS ISNULL JOIN LAST LATERAL LEFT LIKE LIMIT LOCALTIME LOCALTIMESTAMP MATCH MATERIALIZED NATURAL NOT NOTNULL
  NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION PRECEDING RANGE RECURSIVE REGEXP RIGHT ROW ROWS SELECT SIMILAR SOME
  SYMMETRIC THEN TRUE UNBOUNDED UNION USING VALUES WHEN WHERE WINDOW WITH`.split(/\s+/),
);
