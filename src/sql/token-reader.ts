import { createLexer } from "./lexer.js";
import type { Lexer } from "./lexer-state.js";
import { decodeUnicodeName, unquoteName } from "./name.js";
import type { SqlSyntax, StatementText } from "./statement.js";
import type { Token } from "./token.js";

/** The name of a table or another object. `schema` is undefined where the statement gives none. */
export interface ObjectName {
  readonly schema: string | undefined;
  readonly name: string;
}

/** Reads a statement word by word, comments left out, no further than it is asked. */
export class TokenReader {
  readonly syntax: SqlSyntax;
  readonly text: string;
  readonly #lexer: Lexer;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(statement: StatementText, syntax: SqlSyntax) {
    this.syntax = syntax;
    this.text = statement.text;
    this.#lexer = createLexer(statement.text, syntax);
  }

  /** The token that is read next; undefined at the end. */
  get current(): Token | undefined {
    return this.peek(0);
  }

  get isAtEnd(): boolean {
    return this.current === undefined;
  }

  /** Where the reader stands; `moveTo` goes back to it. */
  get position(): number {
    return this.#at;
  }

  moveTo(position: number): void {
    this.#at = position;
  }

  peek(ahead: number): Token | undefined {
    const wanted = this.#at + ahead;
    while (this.#tokens.length <= wanted && this.#lexer.next()) {
      const { kind, text, start, end } = this.#lexer;
      if (kind !== "comment") this.#tokens.push({ kind, text: text.slice(start, end), start, end });
    }
    return this.#tokens[wanted];
  }

  next(): Token | undefined {
    const token = this.current;
    if (token !== undefined) this.#at++;
    return token;
  }

  /** The word that is read next, in capitals; empty when it is no word. */
  get word(): string {
    return this.wordAt(0);
  }

  wordAt(ahead: number): string {
    const token = this.peek(ahead);
    return token?.kind === "word" ? token.text.toUpperCase() : "";
  }

  /** Goes past these words, given in capitals and separated by blanks, when all of them follow. */
  accept(words: string): boolean {
    const list = words.split(" ");
    if (!list.every((word, ahead) => this.wordAt(ahead) === word)) return false;
    this.#at += list.length;
    return true;
  }

  /** Goes past the first of these that follows, and gives it. */
  acceptOne(...choices: string[]): string | undefined {
    return choices.find((choice) => this.accept(choice));
  }

  /** Goes past this operator or character of punctuation when it follows. */
  acceptSymbol(symbol: string): boolean {
    const token = this.current;
    if (token?.text !== symbol || (token.kind !== "punctuation" && token.kind !== "operator")) return false;
    this.#at++;
    return true;
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "punctuation" && token.text === symbol;
  }

  /** Goes past any number of opening parentheses. */
  skipOpenings(): void {
    while (this.isSymbol("(")) this.#at++;
  }

  /** Goes past what stands in parentheses, and them, when one opens here. */
  skipGroup(): boolean {
    if (!this.isSymbol("(")) return false;
    let depth = 0;
    do {
      if (this.isSymbol("(")) depth++;
      if (this.isSymbol(")")) depth--;
      this.#at++;
    } while (depth > 0 && !this.isAtEnd);
    return true;
  }

  /** Reads a name as the engine would spell it; undefined when none stands here. */
  name(): string | undefined {
    const token = this.current;
    if (token === undefined || !this.#isName(token)) return undefined;
    this.#at++;
    const isUnicode = this.syntax === "postgres" && /^u&/i.test(token.text) && token.kind === "quoted-name";
    if (!isUnicode || this.wordAt(0) !== "UESCAPE") return unquoteName(token, this.syntax);
    const escapeCharacter = this.peek(1)?.text.slice(1, -1) ?? "";
    this.#at += 2;
    return decodeUnicodeName(token.text.slice(3, -1).replaceAll('""', '"'), escapeCharacter);
  }

  /** Reads `name` or `schema.name`; of longer names (database.schema.name) the last two parts. */
  objectName(): ObjectName | undefined {
    let name = this.name();
    if (name === undefined) return undefined;
    let schema: string | undefined;
    while (this.acceptSymbol(".")) {
      schema = name;
      name = this.name();
      if (name === undefined) return undefined;
    }
    return { schema, name };
  }

  #isName(token: Token): boolean {
    if (token.kind === "word" || token.kind === "quoted-name") return true;
    return token.kind === "string" && this.syntax === "sqlite";
  }
}
