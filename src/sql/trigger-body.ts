import { splitStatements } from "./split-statements.js";
import type { SqlSyntax, StatementText } from "./statement.js";
import { TRIGGER_STATEMENTS } from "./statement-shape.js";
import { TokenReader } from "./token-reader.js";

export type TriggerEvent = "insert" | "update" | "delete";

/** What a trigger waits for, and what it then runs. */
export interface TriggerBody {
  /** All three when the text does not tell. */
  readonly events: readonly TriggerEvent[];
  /** The statements between BEGIN and END; none in PostgreSQL, where a trigger calls a function. */
  readonly statements: readonly StatementText[];
}

/** Reads the text of a CREATE TRIGGER, such as the catalog keeps it. */
export function readTriggerBody(sql: string, syntax: SqlSyntax): TriggerBody {
  const reader = new TokenReader({ text: sql }, syntax);
  const events = readEvents(reader);
  const body = syntax === "sqlite" ? bodyOf(sql, reader) : "";
  return {
    events: events.length > 0 ? events : ["insert", "update", "delete"],
    statements: splitStatements(body, syntax),
  };
}

const EVENTS: Readonly<Record<string, TriggerEvent>> = {
  INSERT: "insert",
  UPDATE: "update",
  DELETE: "delete",
};

function readEvents(reader: TokenReader): readonly TriggerEvent[] {
  reader.accept("CREATE");
  reader.accept("OR REPLACE");
  reader.acceptOne("TEMP", "TEMPORARY", "CONSTRAINT");
  if (!reader.accept("TRIGGER")) return [];
  reader.accept("IF NOT EXISTS");
  reader.objectName();
  reader.acceptOne("BEFORE", "AFTER", "INSTEAD OF");
  const events = new Set<TriggerEvent>();
  do {
    const event = EVENTS[reader.word];
    if (event !== undefined) events.add(event);
    reader.next();
    if (reader.accept("OF")) skipColumns(reader);
  } while (reader.accept("OR"));
  return [...events];
}

function skipColumns(reader: TokenReader): void {
  do {
    reader.name();
  } while (reader.acceptSymbol(","));
}

/** The text between BEGIN and END. A name BEGIN in front of it has no statement behind it. */
function bodyOf(sql: string, reader: TokenReader): string {
  let start: number | undefined;
  let last: { readonly start: number; readonly text: string } | undefined;
  for (let token = reader.next(); token !== undefined; token = reader.next()) {
    const begins = token.kind === "word" && token.text.toUpperCase() === "BEGIN";
    if (begins && start === undefined && TRIGGER_STATEMENTS.has(reader.word)) start = token.end;
    if (token.text !== ";") last = token;
  }
  return start === undefined || last?.text.toUpperCase() !== "END" ? "" : sql.slice(start, last.start);
}
