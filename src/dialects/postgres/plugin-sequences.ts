import { type Statement, tokenize } from "../../sql/index.js";
import type { ObjectIdentity } from "../listed-object.js";
import { forbidden } from "../plugin-refusal.js";
import { contentOf } from "./plugin-code.js";

/**
 * Refuses setval and nextval on sequences of others: what they change is not rolled back
 * (https://www.postgresql.org/docs/current/functions-sequence.html), so it must not happen in the first place. Only for
 * sessions in which the server does not refuse it by itself.
 */
export function refuseForeignSequences(statement: Statement, owned: readonly ObjectIdentity[]): void {
  refuseIn(
    statement.text,
    statement,
    new Set(owned.flatMap(({ name, table }) => [name, ...(table === undefined ? [] : [table])])),
  );
}

function refuseIn(text: string, statement: Statement, own: ReadonlySet<string>): void {
  const tokens = tokenize(text, "postgres").filter((token) => token.kind !== "comment");
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "string" && /\b(?:setval|nextval)\b/i.test(token.text))
      refuseIn(contentOf(token), statement, own);
    if (!/^"?(?:setval|nextval)"?$/i.test(token.text) || tokens[index + 1]?.text !== "(") continue;
    const named = tokens.slice(index + 2, index + 8).find((each) => each.kind === "string");
    const name = named === undefined ? undefined : /[^.]*$/.exec(contentOf(named).replaceAll('"', ""))?.[0];
    if (name !== undefined && (own.has(name) || isOfOwnTable(name, own))) continue;
    throw forbidden(
      `${token.text} on ${name ?? "a sequence that its text does not name"}`,
      "The sequence is not the plugin's, and such a change is not rolled back.",
      statement,
    );
  }
}

/** A sequence of a column is called by its table: `calendar_events_id_seq`. */
function isOfOwnTable(name: string, own: ReadonlySet<string>): boolean {
  return [...own].some((table) => name.startsWith(`${table}_`) && name.endsWith("_seq"));
}
