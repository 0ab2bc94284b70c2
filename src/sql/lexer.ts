import { PostgresLexer } from "./lexer-postgres.js";
import { SqliteLexer } from "./lexer-sqlite.js";
import type { Lexer } from "./lexer-state.js";
import type { SqlSyntax } from "./statement.js";
import type { Token } from "./token.js";

export interface ReadOptions {
  /** The file that the text came from, for messages. */
  readonly file?: string | undefined;
}

/**
 * Cuts a text into its tokens, comments included, whitespace left out.
 * @throws TenonError `SQL_UNTERMINATED` for a string, quoted name or comment that is not closed,
 *   `SQL_UNSUPPORTED` for a NUL character.
 */
export function tokenize(text: string, syntax: SqlSyntax, options: ReadOptions = {}): Token[] {
  const lexer = createLexer(text, syntax, options);
  const tokens: Token[] = [];
  while (lexer.next()) {
    const { kind, start, end } = lexer;
    tokens.push({ kind, text: text.slice(start, end), start, end });
  }
  return tokens;
}

/** A lexer that goes through the text one token at a time, without keeping any. */
export function createLexer(text: string, syntax: SqlSyntax, options: ReadOptions = {}): Lexer {
  return syntax === "sqlite" ? new SqliteLexer(text, options.file) : new PostgresLexer(text, options.file);
}
