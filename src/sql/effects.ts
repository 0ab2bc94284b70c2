import type { SqlSyntax, StatementText } from "./statement.js";

/** A first reading of what a statement does to tables; it gives way to the full reading of effects. */
export interface Effect {
  readonly kind: string;
  readonly table?: string | undefined;
  readonly object?: string | undefined;
  readonly conflict?: string | undefined;
  readonly renamedTo?: string | undefined;
}

const NAME = '"?([A-Za-z_][\\w]*)"?';

const PATTERNS: readonly (readonly [RegExp, (match: RegExpExecArray) => Effect])[] = [
  [/^create\s+(temp\s+)?trigger/i, () => ({ kind: "other" })],
  [new RegExp(`\\bdelete\\s+from\\s+${NAME}`, "i"), (match) => ({ kind: "delete", table: match[1] })],
  [
    new RegExp(`\\b(?:replace|insert\\s+or\\s+replace)\\s+into\\s+${NAME}`, "i"),
    (match) => ({ kind: "insert", table: match[1], conflict: "replace" }),
  ],
  [new RegExp(`\\binsert\\s+into\\s+${NAME}`, "i"), (match) => ({ kind: "insert", table: match[1] })],
  [new RegExp(`^update\\s+${NAME}`, "i"), (match) => ({ kind: "update", table: match[1] })],
  [
    new RegExp(`^drop\\s+table\\s+(?:if\\s+exists\\s+)?${NAME}`, "i"),
    (match) => ({ kind: "drop-table", table: match[1] }),
  ],
  [
    new RegExp(`^drop\\s+index\\s+(?:if\\s+exists\\s+)?${NAME}`, "i"),
    (match) => ({ kind: "drop-index", object: match[1] }),
  ],
  [
    new RegExp(`^alter\\s+table\\s+${NAME}\\s+rename\\s+to\\s+${NAME}`, "i"),
    (match) => ({ kind: "alter-table", table: match[1], renamedTo: match[2] }),
  ],
  [/^pragma/i, () => ({ kind: "pragma" })],
];

export function readEffects(statement: StatementText, _syntax: SqlSyntax): readonly Effect[] {
  const text = statement.text
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/--.*\n/g, " ")
    .trim();
  for (const [pattern, effect] of PATTERNS) {
    const match = pattern.exec(text);
    if (match !== null) return [effect(match)];
  }
  return [{ kind: "other" }];
}

export function readTriggerBody(sql: string, _syntax: SqlSyntax) {
  const event = /\b(insert|update|delete)\b/i.exec(sql)?.[1]?.toLowerCase();
  const events: ("insert" | "update" | "delete")[] =
    event === "insert" || event === "update" || event === "delete" ? [event] : [];
  const body = sql.slice(sql.toLowerCase().indexOf("begin") + "begin".length);
  return { events, statements: body.split(";").map((text) => ({ text })) };
}

export function cannotRunInTransaction(statement: StatementText, _syntax: SqlSyntax) {
  const match = /^(vacuum|attach|detach)\b/i.exec(statement.text);
  return match === null ? undefined : { what: match[0], why: "SQLite refuses it there." };
}
