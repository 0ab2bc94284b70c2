/** The lexical rules to read a text by. */
export type SqlSyntax = "sqlite" | "postgres";

/** One statement of a script, without its closing semicolon, exactly as written. */
export interface Statement {
  readonly text: string;
  /** Offset of the first character of `text` in the script. */
  readonly start: number;
  /** Line and column of that character, from 1. */
  readonly line: number;
  readonly column: number;
}

/** What is needed to read a single statement: a `Statement`, or `{ text }`. */
export type StatementText = Pick<Statement, "text">;
