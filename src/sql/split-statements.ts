import { createLexer, type ReadOptions } from "./lexer.js";
import type { Lexer } from "./lexer-state.js";
import { LineCounter } from "./position.js";
import { unterminated } from "./refusals.js";
import { refuseCopyData, refuseQuoteSetting, refuseShellCommand } from "./shell-commands.js";
import { splitPlainly } from "./split-plainly.js";
import type { SqlSyntax, Statement } from "./statement.js";
import { type Shape, StatementShape, TRIGGER_STATEMENTS } from "./statement-shape.js";

/**
 * Cuts a script into its statements, in their order. A statement's text goes from its first to its last token:
 * comments within it are kept, those before and after it are dropped, and so are empty statements.
 *
 * @throws TenonError `SQL_UNTERMINATED` at the place where something opens that is never closed (a string, a
 *   comment, a quoted name, a parenthesis, the body of a trigger or function), `SQL_UNSUPPORTED` for commands of
 *   the sqlite3 and psql shells, for `COPY … FROM STDIN`, and for NUL characters.
 */
export function splitStatements(text: string, syntax: SqlSyntax, options: ReadOptions = {}): Statement[] {
  const plain = syntax === "sqlite" ? splitPlainly(text) : undefined;
  if (plain !== undefined) return plain;
  const lexer = createLexer(text, syntax, options);
  const lines = new LineCounter(text);
  const statements: Statement[] = [];
  const open = new OpenStatement(syntax);
  while (lexer.next()) {
    if (lexer.kind === "comment") continue;
    if (open.isEmpty || lexer.kind === "unknown") refuseShellCommand(lexer, syntax);
    if (open.add(lexer)) continue;
    if (!open.isEmpty) statements.push(open.close(lexer, lines));
  }
  if (!open.isEmpty) statements.push(open.close(lexer, lines));
  return statements;
}

/** The statement that is being read. */
class OpenStatement {
  readonly #shape: StatementShape;
  #start = -1;
  #end = -1;
  /** How many parentheses are open, and where the outermost of them is. */
  #depth = 0;
  #parenthesis = -1;
  /** Where the body of a trigger or function begins; -1 outside of one. */
  #body = -1;
  /** Inside a body: true when the next token starts a statement of it. */
  #atBodyStatement = false;
  /** The last token where the shape asks for it: a word in capitals, or nothing. */
  #previous = "";
  #previousStart = -1;

  constructor(syntax: SqlSyntax) {
    this.#shape = new StatementShape(syntax);
  }

  get isEmpty(): boolean {
    return this.#start === -1;
  }

  /** Takes a token in; false when it is the semicolon that ends the statement. */
  add(lexer: Lexer): boolean {
    if (lexer.kind === "punctuation") {
      if (lexer.symbol === SEMICOLON && !this.#keepsSemicolon()) return false;
      this.#countParenthesis(lexer);
    }
    if (this.isEmpty) this.#start = lexer.start;
    this.#end = lexer.end;
    const shape = this.#shape.add(lexer);
    if (shape !== "plain") this.#followShape(shape, lexer);
    return true;
  }

  close(lexer: Lexer, lines: LineCounter): Statement {
    if (this.#depth > 0) throw unterminated(lexer, this.#parenthesis, "A parenthesis", ")");
    if (this.#body !== -1) throw unterminated(lexer, this.#body, "The body of this statement", "END;");
    const start = this.#start;
    const statement = { text: lexer.text.slice(start, this.#end), start, ...lines.advanceTo(start) };
    this.#start = -1;
    this.#previous = "";
    this.#shape.reset();
    return statement;
  }

  #keepsSemicolon(): boolean {
    if (this.#depth > 0) return this.#shape.keepsSemicolonsInParentheses;
    return this.#body !== -1;
  }

  #countParenthesis(lexer: Lexer): void {
    if (lexer.symbol === OPENING) {
      if (this.#depth === 0) this.#parenthesis = lexer.start;
      this.#depth++;
    } else if (lexer.symbol === CLOSING && this.#depth > 0) {
      this.#depth--;
    }
  }

  #followShape(shape: Shape, lexer: Lexer): void {
    const word = lexer.kind === "word" ? lexer.text.slice(lexer.start, lexer.end).toUpperCase() : "";
    if (shape === "trigger" || shape === "routine") this.#followBody(shape, lexer, word);
    else if (shape === "copy" && this.#depth === 0) refuseCopyData(lexer, this.#start, this.#previous, word);
    else if (shape === "quote-setting") refuseQuoteSetting(lexer, this.#start);
    this.#previous = word;
    this.#previousStart = lexer.start;
  }

  // A body's statements each end with a semicolon, and none of them can start with END: so the END that ends the
  // body is the one behind a semicolon, whatever CASE … END and columns named "end" lie between.
  #followBody(shape: "trigger" | "routine", lexer: Lexer, word: string): void {
    if (this.#body === -1) {
      // BEGIN is a name as well in SQLite: it opens a body only where a statement follows, which no name has behind it.
      if (this.#previous !== "BEGIN" || this.#depth > 0) return;
      if (!(shape === "trigger" ? TRIGGER_STATEMENTS.has(word) : word === "ATOMIC")) return;
      this.#body = this.#previousStart;
      this.#atBodyStatement = shape === "routine";
    } else if (lexer.symbol === SEMICOLON && this.#depth === 0) {
      this.#atBodyStatement = true;
    } else if (this.#atBodyStatement) {
      this.#atBodyStatement = false;
      if (word !== "END") return;
      this.#body = -1;
      this.#shape.settle();
    }
  }
}

const SEMICOLON = 0x3b;
const OPENING = 0x28;
const CLOSING = 0x29;
