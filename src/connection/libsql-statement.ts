import { TenonError } from "../errors.js";
import { splitStatements, tokenize } from "../sql/index.js";

/**
 * Gives the one statement of a text. The driver's `prepare` runs the first of several statements and silently
 * leaves out the others, so nothing gets to it that has not come through here.
 */
export function singleStatement(sql: string): string {
  if (!sql.isWellFormed()) {
    throw new TenonError(
      "SQL_UNSUPPORTED",
      "The statement holds half of a surrogate pair, which has no UTF-8 form.",
    );
  }
  const semicolon = sql.indexOf(";");
  if (!sql.includes("\0") && (semicolon === -1 || sql.slice(semicolon + 1).trim() === "")) return sql;
  const [statement, second] = splitStatements(sql, "sqlite");
  if (statement === undefined) throw noStatement();
  if (second !== undefined) {
    throw new TenonError("MULTIPLE_STATEMENTS", "One statement was expected, and the text holds several.", {
      where: { line: second.line, column: second.column },
      hint: "Run them one by one, or all of them with executeScript.",
    });
  }
  return statement.text;
}

export function noStatement(): TenonError {
  return new TenonError("SQL_FAILED", "The text holds no statement, only comments or nothing at all.", {
    hint: "Leave the call out, or give it a statement.",
  });
}

/** The first word of a statement in capitals, behind comments. */
export function firstWord(sql: string): string {
  return FIRST_WORD.exec(sql)?.[1]?.toUpperCase() ?? "";
}

const FIRST_WORD = /^(?:\s|\uFEFF|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|;)*([a-z]+)/i;

/**
 * How many values a statement takes: the engine numbers its placeholders as they come, `?7` has the number 7, and
 * a name has one number wherever it stands (https://sqlite.org/lang_expr.html#varparam). Asked because the driver
 * takes NULL for a value that is missing and drops one that is too many.
 */
export function countParameters(sql: string): number {
  const names = new Set<string>();
  let highest = 0;
  for (const { kind, text } of tokenize(sql, "sqlite")) {
    if (kind !== "parameter") continue;
    if (text === "?") highest++;
    else if (text.startsWith("?")) highest = Math.max(highest, Number(text.slice(1)));
    else if (!names.has(text)) {
      names.add(text);
      highest++;
    }
  }
  return highest;
}

/** Statements that give rows, or may; they have to be prepared, others can be handed to the engine as text. */
export function mayGiveRows(word: string): boolean {
  return ["SELECT", "WITH", "VALUES", "EXPLAIN"].includes(word);
}

/** Statements that set `changes()`: https://sqlite.org/c3ref/changes.html */
export function countsRows(word: string): boolean {
  return ["INSERT", "REPLACE", "UPDATE", "DELETE"].includes(word);
}

/** True for a statement that gives rows and changes nothing. */
export function merelyReads(sql: string): boolean {
  const verb = verbOf(sql);
  return verb === "SELECT" || verb === "VALUES";
}

/** True for a statement that changes rows. */
export function changesRows(sql: string): boolean {
  return countsRows(verbOf(sql));
}

/** What a statement does; behind a WITH, that is the word that follows the last of its parentheses. */
function verbOf(sql: string): string {
  const word = firstWord(sql);
  if (word !== "WITH") return word;
  let depth = 0;
  let follows = false;
  for (const { kind, text } of tokenize(sql, "sqlite")) {
    if (kind === "comment") continue;
    if (text === "(") depth++;
    if (text === ")") depth--;
    if (follows && depth === 0 && kind === "word" && text.toUpperCase() !== "AS") return text.toUpperCase();
    follows = text === ")" && depth === 0;
  }
  return word;
}

/** True when the columns of a result may depend on the schema alone: `*`, `t.*`; also for a product. */
export function holdsStar(sql: string): boolean {
  return sql.replaceAll("(*)", "").includes("*");
}
