import { TenonError } from "../../errors.js";
import { type Statement, tokenize, unquoteName } from "../../sql/index.js";

/**
 * The statement with a text that it writes in double quotes in single ones. Most builds of SQLite take "x" for a text where no column
 * is called x; ours takes it for a column alone, and says so before the statement does anything:
 * https://sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
 */
export function readQuotedTexts(statement: Statement, error: unknown): Statement | undefined {
  if (!(error instanceof TenonError) || error.code !== "SQL_FAILED") return undefined;
  const [, rest] = /no such column: ([\s\S]*)$/.exec(error.message) ?? [];
  if (rest === undefined) return undefined;
  const tokens = tokenize(statement.text, "sqlite").filter(({ kind }) => kind !== "comment");
  const isName = (index: number) => [index - 1, index + 1].some((near) => tokens[near]?.text === ".");
  const missing = tokens.flatMap((token, index) => {
    const { kind, text, start, end } = token;
    if (kind !== "quoted-name" || !text.startsWith(QUOTE) || isName(index)) return [];
    const content = unquoteName(token, "sqlite");
    return content !== "" && rest.replace(/^"/, "").startsWith(content) ? [{ content, start, end }] : [];
  });
  const longest = Math.max(0, ...missing.map(({ content }) => content.length));
  const meant = missing.filter(({ content }) => content.length === longest);
  if (meant.length === 0) return undefined;
  let text = "";
  let from = 0;
  for (const { content, start, end } of meant) {
    text += `${statement.text.slice(from, start)}'${content.replaceAll("'", "''")}'`;
    from = end;
  }
  return { ...statement, text: text + statement.text.slice(from) };
}

const QUOTE = '"';
