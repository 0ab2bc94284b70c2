import { LineCounter } from "./position.js";
import type { Statement } from "./statement.js";

/**
 * Splits a script of SQLite in which a semicolon ends a statement wherever it stands outside of quotes and comments, by looking
 * from one of the characters that matter to the next. Nearly every migration is such a script.
 *
 * @returns undefined where somebody has to look at each token: for bodies of triggers, what is left open, what a shell would take
 *   for its own, and everything that is not plain.
 */
export function splitPlainly(text: string): Statement[] | undefined {
  if (text.length > LONGEST || NEEDS_A_CLOSER_LOOK.test(text)) return undefined;
  const lines = new LineCounter(text);
  const statements: Statement[] = [];
  let [start, end, depth, at] = [-1, -1, 0, 0];
  MARK.lastIndex = 0;
  for (;;) {
    const mark = MARK.exec(text);
    const until = mark?.index ?? text.length;
    const first = skipBlanks(text, at, until);
    if (first < until) {
      if (start === -1 && !isLetter(text.charCodeAt(first))) return undefined;
      if (start === -1) start = first;
      end = trimBlanks(text, until);
    }
    if (mark === null) break;
    at = MARK.lastIndex;
    const [said] = mark;
    if (said === ";") {
      if (depth > 0) return undefined;
      if (start !== -1) statements.push({ text: text.slice(start, end), start, ...lines.advanceTo(start) });
      start = -1;
    } else if (!said.startsWith("--")) {
      if (start === -1 || (said.length === 1 && said !== "(" && said !== ")")) return undefined;
      if (said === "(") depth++;
      else if (said === ")" && depth > 0) depth--;
      end = at;
    }
  }
  if (depth > 0) return undefined;
  if (start !== -1) statements.push({ text: text.slice(start, end), start, ...lines.advanceTo(start) });
  return statements;
}

/** Longer ones are read token by token: a quoted text of megabytes would be too much for a regular expression. */
const LONGEST = 20_000;

/** What has a body or unread arguments, parameters and what only shells and other engines know, and every kind of rare blank. */
const NEEDS_A_CLOSER_LOOK = /\b(?:TRIGGER|VIRTUAL)\b|[\\$@:#?`[{\0\uFEFF]|\/\*/i;

/** A quoted text, a comment up to the end of its line, or a single character that matters; a quote alone is one that is never closed. */
const MARK = /'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|--[^\n]*|[;()'"]/g;

function skipBlanks(text: string, from: number, until: number): number {
  let at = from;
  while (at < until && isBlank(text.charCodeAt(at))) at++;
  return at;
}

function trimBlanks(text: string, until: number): number {
  let at = until;
  while (isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
