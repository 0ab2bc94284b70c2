import { type Token, TokenReader, tokenize } from "../../sql/index.js";
import { isDangerousFunction } from "./plugin-names.js";

/** Something in a piece of code that no plugin may do: what it is, and why not. */
export interface Finding {
  readonly what: string;
  readonly why: string;
}

/**
 * Looks through a piece of SQL or PL/pgSQL for what no plugin may say, in comments' absence and whatever the case; in
 * what runs now (a DO block) and in what is kept to run later (a function). Texts within it count as code too.
 */
export function findForbiddenCode(text: string): Finding | undefined {
  const reader = new TokenReader({ text }, "postgres");
  for (let previous = ""; !reader.isAtEnd; ) {
    const token = reader.current;
    const isPart = previous === ".";
    const found = isPart ? undefined : findPhrase(reader);
    if (found !== undefined) return found;
    const name = reader.name();
    if (name !== undefined && reader.isSymbol("(") && isDangerousFunction(name)) {
      return {
        what: `The function ${name}`,
        why: "It reaches beyond the tables of the plugin, or changes the session.",
      };
    }
    if (name === undefined) reader.next();
    const nested = token?.kind === "string" ? findForbiddenCode(contentOf(token)) : undefined;
    if (nested !== undefined) return nested;
    previous = token?.text ?? "";
  }
  return undefined;
}

/** Whether code makes its SQL at run time, so that its text does not tell what it does. */
export function buildsItsSql(text: string): boolean {
  const tokens = tokenize(text, "postgres").filter((token) => token.kind !== "comment");
  return tokens.some((token, index) => {
    if (token.kind === "string") return buildsItsSql(contentOf(token));
    if (token.kind !== "word" || token.text.toUpperCase() !== "EXECUTE" || tokens[index - 1]?.text === ".")
      return false;
    const following = tokens[index + 1]?.text.toUpperCase();
    return following !== "FUNCTION" && following !== "PROCEDURE" && following !== "ON";
  });
}

/** What stands between the quotes. Doubled quotes and escapes stay as they are: enough to find words in it. */
export function contentOf({ text }: Token): string {
  const dollar = /^\$[^$]*\$/.exec(text)?.[0];
  if (dollar !== undefined) return text.slice(dollar.length, -dollar.length);
  return text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'");
}

function findPhrase(reader: TokenReader): Finding | undefined {
  const start = reader.position;
  for (const [words, why] of PHRASES) {
    const isFound = reader.accept(words);
    reader.moveTo(start);
    if (isFound) return { what: words, why };
  }
  return undefined;
}

const LEAVES = "A plugin's migration runs in Tenon's transaction and with the rights that it is given.";
const REACHES = "It reaches beyond the tables of the plugin.";

const PHRASES: readonly (readonly [string, string])[] = [
  ["ALTER SYSTEM", REACHES],
  ["ALTER DATABASE", REACHES],
  ["ALTER ROLE", REACHES],
  ["ALTER USER", REACHES],
  ["CREATE ROLE", REACHES],
  ["CREATE USER", REACHES],
  ["CREATE EXTENSION", "The host lists the extensions that a plugin may create, as statements of their own."],
  ["CREATE EVENT TRIGGER", REACHES],
  ["CREATE LANGUAGE", REACHES],
  ["CREATE SERVER", REACHES],
  ["CREATE SUBSCRIPTION", REACHES],
  ["CREATE PUBLICATION", REACHES],
  ["CREATE FOREIGN", REACHES],
  ["SET ROLE", LEAVES],
  ["SET LOCAL ROLE", LEAVES],
  ["SET SESSION", LEAVES],
  ["SET LOCAL SESSION", LEAVES],
  ["RESET ROLE", LEAVES],
  ["RESET SESSION", LEAVES],
  ["RESET ALL", LEAVES],
  ["DISCARD ALL", LEAVES],
  ["SECURITY DEFINER", "It would act with the rights of the host whenever it is called."],
  ["COPY", "It reads and writes files, or takes rows from elsewhere."],
  ["PREPARE TRANSACTION", LEAVES],
];
