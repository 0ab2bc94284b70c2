import type { Lexer } from "./lexer-state.js";
import type { SqlSyntax } from "./statement.js";

/** Which rules a statement has for where it ends. */
export type Shape =
  | "undecided"
  | "plain"
  | "trigger"
  | "virtual-table"
  | "routine"
  | "rule"
  | "copy"
  | "quote-setting";

/** Finds a statement's shape from its first words. */
export class StatementShape {
  readonly #phrases: ReadonlyMap<string, Shape>;
  #head = "";
  #shape: Shape = "undecided";

  constructor(syntax: SqlSyntax) {
    this.#phrases = syntax === "sqlite" ? SQLITE_PHRASES : POSTGRES_PHRASES;
  }

  /** True for `CREATE RULE … DO (…; …)`, and for a virtual table: its module gets its arguments unread. */
  get keepsSemicolonsInParentheses(): boolean {
    return this.#shape === "rule" || this.#shape === "virtual-table";
  }

  add(lexer: Lexer): Shape {
    if (this.#shape !== "undecided") return this.#shape;
    if (lexer.kind === "word" && lexer.end - lexer.start <= LONGEST_WORD) {
      const word = lexer.text.slice(lexer.start, lexer.end).toUpperCase();
      this.#head = this.#head === "" ? word : `${this.#head} ${word}`;
      this.#shape = this.#phrases.get(this.#head) ?? "plain";
    } else {
      this.#shape = "plain";
    }
    return this.#shape;
  }

  /** The rest of the statement ends at the next semicolon. */
  settle(): void {
    this.#shape = "plain";
  }

  reset(): void {
    this.#head = "";
    this.#shape = "undecided";
  }
}

/** What a statement in a trigger of SQLite can start with. */
export const TRIGGER_STATEMENTS: ReadonlySet<string> = new Set([
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "REPLACE",
  "WITH",
  "VALUES",
]);

const LONGEST_WORD = "STANDARD_CONFORMING_STRINGS".length;

const SQLITE_PHRASES = phrases([
  [
    "trigger",
    ["", "EXPLAIN ", "EXPLAIN QUERY PLAN "].flatMap((prefix) => [
      `${prefix}CREATE TRIGGER`,
      `${prefix}CREATE TEMP TRIGGER`,
      `${prefix}CREATE TEMPORARY TRIGGER`,
    ]),
  ],
  ["virtual-table", ["CREATE VIRTUAL TABLE"]],
]);

const POSTGRES_PHRASES = phrases([
  ["routine", ["", "OR REPLACE "].flatMap((or) => [`CREATE ${or}FUNCTION`, `CREATE ${or}PROCEDURE`])],
  ["rule", ["CREATE RULE", "CREATE OR REPLACE RULE"]],
  ["copy", ["COPY"]],
  ["quote-setting", ["", "SESSION ", "LOCAL "].map((scope) => `SET ${scope}STANDARD_CONFORMING_STRINGS`)],
]);

/** Every phrase with its shape, and every beginning of one as undecided. */
function phrases(byShape: readonly (readonly [Shape, readonly string[]])[]): Map<string, Shape> {
  const found = new Map<string, Shape>();
  for (const [shape, list] of byShape) {
    for (const phrase of list) {
      const words = phrase.split(" ");
      for (let count = 1; count < words.length; count++)
        found.set(words.slice(0, count).join(" "), "undecided");
      found.set(phrase, shape);
    }
  }
  return found;
}
