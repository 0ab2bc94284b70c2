import { TenonError } from "../../errors.js";
import { type Token, unquoteName } from "../../sql/index.js";
import { isName, tokensOf } from "./rules.js";

/**
 * Goes through the text of one CREATE statement, as SQLite keeps it in `sqlite_schema`. The text has passed
 * SQLite's own parser, so whatever does not fit is a mistake of ours and ends the reading.
 */
export class TokenCursor {
  readonly source: string;
  readonly #tokens: readonly Token[];
  /** By token: the word in capitals, or an empty text. */
  readonly #words: readonly string[];
  readonly #object: string;
  #at = 0;

  constructor(source: string, object: string) {
    this.source = source;
    this.#tokens = tokensOf(source);
    this.#words = this.#tokens.map(({ kind, text }) => (kind === "word" ? text.toUpperCase() : ""));
    this.#object = object;
  }

  get current(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** The token before this one. */
  get previous(): Token | undefined {
    return this.#tokens[this.#at - 1];
  }

  /** The word here in capitals; empty when it is not a bare word. */
  word(ahead = 0): string {
    return this.#words[this.#at + ahead] ?? "";
  }

  isSymbol(symbol: string): boolean {
    return this.current?.text === symbol && this.current.kind !== "string";
  }

  /** Goes past these words, in capitals and separated by blanks, when all of them stand here. */
  accept(words: string): boolean {
    const here = this.#words[this.#at];
    if (here === undefined || here === "" || !words.startsWith(here)) return false;
    const list = words.split(" ");
    if (!list.every((word, ahead) => this.word(ahead) === word)) return false;
    this.#at += list.length;
    return true;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.#at++;
    return true;
  }

  expect(words: string): void {
    if (!this.accept(words)) throw this.failure(words);
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.failure(symbol);
  }

  next(): Token {
    const token = this.current;
    if (token === undefined) throw this.failure("more");
    this.#at++;
    return token;
  }

  /** A name: SQLite takes a string for one where only a name can stand. */
  name(): string {
    const token = this.next();
    if (!isName(token) && token.kind !== "string") throw this.failure("a name");
    return unquoteName(token, "sqlite");
  }

  /** Goes past `schema.` where the name has one, and gives the name. */
  qualifiedName(): string {
    const first = this.name();
    return this.acceptSymbol(".") ? this.name() : first;
  }

  /** The tokens between an opening parenthesis here and its closing one. */
  group(): readonly Token[] {
    this.expectSymbol("(");
    const inside: Token[] = [];
    for (let depth = 1; ; ) {
      const token = this.next();
      if (token.text === "(") depth++;
      if (token.text === ")") depth--;
      if (depth === 0) return inside;
      inside.push(token);
    }
  }

  /** Everything that is left. */
  rest(): readonly Token[] {
    const tokens = this.#tokens.slice(this.#at);
    this.#at = this.#tokens.length;
    return tokens;
  }

  failure(expected: string): TenonError {
    const found = this.current?.text ?? "its end";
    return new TenonError(
      "INTERNAL",
      `The definition of ${this.#object} cannot be read: ${expected} was expected and ${found} was found.`,
      {
        where: { object: this.#object },
        hint: "SQLite accepts this definition and Tenon does not understand it: please report it. Until then leave the object out with --exclude.",
        details: { definition: this.source },
      },
    );
  }
}

/** Splits tokens at the commas that stand in no parentheses. */
export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const lists: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    if (depth === 0 && token.text === "," && token.kind === "punctuation") lists.push([]);
    else lists.at(-1)?.push(token);
  }
  return lists;
}
