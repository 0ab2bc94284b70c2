import { type Token, tokenize } from "../../sql/index.js";
import { codeIn } from "./plugin-code.js";
import type { Target } from "./plugin-touched-tables.js";

/**
 * The sequences that a text moves by nextval or setval, or "unknown" when it does not name one in so many words. What
 * they change is not rolled back (https://www.postgresql.org/docs/current/functions-sequence.html).
 */
export function findSequenceNames(text: string): readonly Target[] | "unknown" {
  const tokens = tokenize(text, "postgres").filter((token) => token.kind !== "comment");
  const found: Target[] = [];
  for (const [index, token] of tokens.entries()) {
    if (!/^"?(?:setval|nextval)"?$/i.test(token.text) || tokens[index + 1]?.text !== "(") continue;
    const target = argumentOf(tokens.slice(index + 2));
    if (target === undefined) return "unknown";
    found.push(target);
  }
  return found;
}

/** The first argument, when it is one text, cast or not, and nothing else. */
function argumentOf([first, ...others]: readonly Token[]): Target | undefined {
  if (first?.kind !== "string") return undefined;
  const isCast = others[0]?.text === "::" && /^regclass$/i.test(others[1]?.text ?? "");
  const next = others[isCast ? 2 : 0];
  if (next?.text !== ")" && next?.text !== ",") return undefined;
  const parts = [...codeIn(first).matchAll(/"((?:[^"]|"")+)"|([^".\s]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? "",
  );
  const name = parts.at(-1);
  return name === undefined ? undefined : { schema: parts.at(-2), name };
}
