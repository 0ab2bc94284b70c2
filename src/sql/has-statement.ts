import { createLexer, type ReadOptions } from "./lexer.js";
import type { SqlSyntax } from "./statement.js";

/**
 * Whether a script holds a statement, that is more than comments and semicolons. Reads no further than the first
 * word of it, so it may be asked of thousands of files.
 * @throws TenonError `SQL_UNTERMINATED` for a comment that is not closed, `SQL_UNSUPPORTED` for a NUL character
 */
export function hasStatement(text: string, syntax: SqlSyntax, options: ReadOptions = {}): boolean {
  if (BEGINS_WITH_LETTER.test(text) && !text.includes("\0")) return true;
  const lexer = createLexer(text, syntax, options);
  while (lexer.next()) {
    if (lexer.kind !== "comment" && lexer.symbol !== SEMICOLON) return true;
  }
  return false;
}

const BEGINS_WITH_LETTER = /^\s*[a-z]/i;
const SEMICOLON = 0x3b;
