import { TenonError } from "../errors.js";
import type { DirectiveOptions } from "./directives.js";
import { createLexer } from "./lexer.js";
import { LineCounter, positionAt } from "./position.js";
import type { SqlSyntax } from "./statement.js";

/** A directive as written, not yet understood. */
export interface FoundDirective {
  /** In small letters. */
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/**
 * Finds the directives at the head of a text, in their order.
 * @throws TenonError `DIRECTIVE_INVALID` when there is one further down.
 */
export function findDirectives(text: string, options: DirectiveOptions): readonly FoundDirective[] {
  if (!LOOKS_LIKE_ONE.test(text)) return [];
  const found: FoundDirective[] = [];
  const lexer = createLexer(text, options.syntax ?? "sqlite", options);
  const lines = new LineCounter(text);
  let body = text.length;
  while (lexer.next()) {
    if (lexer.kind !== "comment") {
      body = lexer.start;
      break;
    }
    const directive = DIRECTIVE.exec(text.slice(lexer.start, lexer.end));
    if (directive === null) continue;
    const [, name = "", value = ""] = directive;
    const { line } = lines.advanceTo(lexer.start);
    found.push({ name: name.toLowerCase(), value: value.trim(), line });
  }
  if (LOOKS_LIKE_ONE.test(text.slice(body))) refuseLateDirectives(text, body, options);
  return found;
}

const LOOKS_LIKE_ONE = /--[ \t]*tenon[ \t]*:/i;
const DIRECTIVE = /^--[ \t]*tenon[ \t]*:[ \t]*([^\s]*)([^\r\n]*)/i;

function refuseLateDirectives(text: string, body: number, options: DirectiveOptions): void {
  const syntaxes: readonly SqlSyntax[] =
    options.syntax === undefined ? ["sqlite", "postgres"] : [options.syntax];
  for (const syntax of syntaxes) {
    const offset = findLateDirective(text, body, syntax);
    if (offset === undefined) continue;
    throw new TenonError(
      "DIRECTIVE_INVALID",
      "This directive stands behind the first statement, where it has no effect.",
      {
        where: { file: options.file, ...positionAt(text, offset) },
        hint: "Move it to the head of the file, before the first statement.",
      },
    );
  }
}

function findLateDirective(text: string, body: number, syntax: SqlSyntax): number | undefined {
  try {
    const lexer = createLexer(text, syntax);
    while (lexer.next()) {
      if (lexer.kind !== "comment" || lexer.start < body) continue;
      if (DIRECTIVE.test(text.slice(lexer.start, lexer.end))) return lexer.start;
    }
  } catch (error) {
    // A text that is not whole by these rules is refused where it is split, if these are the rules it is run by.
    if (!(error instanceof TenonError)) throw error;
  }
  return undefined;
}
