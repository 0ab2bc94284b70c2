import { type Token, TokenReader } from "../../sql/index.js";
import { isDangerousFunction } from "./plugin-names.js";

/** Something in a piece of code that no plugin may do: what it is, and why not. */
export interface Finding {
  readonly what: string;
  readonly why: string;
}

/**
 * What a text is. A `statement` of a migration: code is what it gives a DO or a function in quotes. A `body` that runs
 * now or later: code is also what it hands to EXECUTE. All other texts are data, and may say what they like.
 */
export type CodeKind = "statement" | "body";

/** Looks through SQL or PL/pgSQL for what no plugin may say, comments left out and whatever the case. */
export function findForbiddenCode(text: string, kind: CodeKind): Finding | undefined {
  const reader = new TokenReader({ text }, "postgres");
  const quotesCode = kind === "body" ? isExecuted : codeQuotesOf(reader);
  for (let previous: Token | undefined; !reader.isAtEnd; ) {
    const token = reader.current;
    const found = findPhrase(reader, kind, previous) ?? findName(reader, previous);
    if (found !== undefined) return found;
    if (token?.kind === "string" && quotesCode(previous)) {
      const nested = findForbiddenCode(codeIn(token), "body");
      if (nested !== undefined) return nested;
    }
    previous = token;
    reader.next();
  }
  return undefined;
}

/** Whether code makes its SQL at run time, so that its text does not tell what it does. */
export function buildsItsSql(text: string, kind: CodeKind): boolean {
  const reader = new TokenReader({ text }, "postgres");
  const quotesCode = kind === "body" ? () => false : codeQuotesOf(reader);
  for (let previous: Token | undefined; !reader.isAtEnd; ) {
    const token = reader.current;
    if (token?.kind === "string" && quotesCode(previous) && buildsItsSql(codeIn(token), "body")) return true;
    const follows = ["FUNCTION", "PROCEDURE", "ON"].includes(reader.wordAt(1));
    if (reader.word === "EXECUTE" && previous?.text !== "." && !follows) return true;
    previous = token;
    reader.next();
  }
  return false;
}

/** The code that a statement holds in quotes. */
export function codeBodies(text: string): readonly string[] {
  const reader = new TokenReader({ text }, "postgres");
  const quotesCode = codeQuotesOf(reader);
  const bodies: string[] = [];
  for (let previous: Token | undefined; !reader.isAtEnd; previous = reader.next()) {
    if (reader.current?.kind === "string" && quotesCode(previous)) bodies.push(codeIn(reader.current));
  }
  return bodies;
}

/** What would make, change or empty objects where nobody watches. */
export function findKeptDefinition(text: string): Finding | undefined {
  const reader = new TokenReader({ text }, "postgres");
  for (let previous: Token | undefined; !reader.isAtEnd; previous = reader.next()) {
    if (!beginsStatement(previous) || !DEFINING.has(reader.word) || !isFollowed(reader)) continue;
    return { what: reader.word, why: "It would happen where nobody watches: do it in a migration." };
  }
  return undefined;
}

const DEFINING: ReadonlySet<string> = new Set(
  "CREATE ALTER DROP TRUNCATE LOCK COMMENT REFRESH ANALYZE".split(" "),
);

/** What stands between the quotes. Doubled quotes and escapes stay as they are: enough to find words in it. */
export function codeIn({ text }: Token): string {
  const dollar = /^\$[^$]*\$/.exec(text)?.[0];
  if (dollar !== undefined) return text.slice(dollar.length, -dollar.length);
  return text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'");
}

/** Whether a word stands where a statement of SQL or PL/pgSQL begins. */
export function beginsStatement(previous: Token | undefined): boolean {
  return previous === undefined || BEFORE_STATEMENTS.has(previous.text.toUpperCase());
}

const BEFORE_STATEMENTS: ReadonlySet<string> = new Set(
  "; BEGIN THEN ELSE LOOP ATOMIC >> DO ALSO INSTEAD".split(" "),
);

/** In which of a statement's quotes there is code: all of a DO block's, and the body of a function. */
function codeQuotesOf(reader: TokenReader): (previous: Token | undefined) => boolean {
  if (reader.word === "DO") return () => true;
  const start = reader.position;
  reader.accept("CREATE");
  reader.accept("OR REPLACE");
  const isRoutine = reader.acceptOne("FUNCTION", "PROCEDURE") !== undefined;
  reader.moveTo(start);
  return (previous) => isRoutine && /^(?:as|,)$/i.test(previous?.text ?? "");
}

function isExecuted(previous: Token | undefined): boolean {
  return previous?.text.toUpperCase() === "EXECUTE";
}

function findName(reader: TokenReader, previous: Token | undefined): Finding | undefined {
  const start = reader.position;
  const name = reader.name();
  const isCalled = name !== undefined && reader.isSymbol("(") && !TAKES_COLUMNS.test(previous?.text ?? "");
  reader.moveTo(start);
  if (!isCalled || !isDangerousFunction(name)) return undefined;
  return { what: `The function ${name}`, why: "It reaches beyond the plugin, or changes the session." };
}

/** Behind these a name with parentheses is a table. */
const TAKES_COLUMNS = /^(?:into|table|references|exists)$/i;

function findPhrase(reader: TokenReader, kind: CodeKind, previous: Token | undefined): Finding | undefined {
  const start = reader.position;
  if (reader.accept("SECURITY DEFINER")) {
    reader.moveTo(start);
    return {
      what: "SECURITY DEFINER",
      why: "It would act with the rights of the host whenever it is called.",
    };
  }
  // The first word of a whole statement is judged where all is known of it.
  if (!beginsStatement(previous) || (kind === "statement" && previous === undefined)) return undefined;
  const { word } = reader;
  const verb = ["CREATE", "ALTER", "DROP"].includes(word) ? wrongKind(reader) : undefined;
  reader.moveTo(start);
  if (verb !== undefined) return { what: verb, why: REACHES };
  if (word === "SET" && !isHarmlessSetting(reader)) {
    reader.moveTo(start);
    return { what: `SET ${reader.wordAt(1)}`.trim(), why: LEAVES };
  }
  reader.moveTo(start);
  const why = WORDS.get(word);
  return why !== undefined && isFollowed(reader) ? { what: word, why } : undefined;
}

/** The verb and the kind of object, when no plugin may make, alter or drop such. */
function wrongKind(reader: TokenReader): string | undefined {
  const verb = reader.next()?.text.toUpperCase() ?? "";
  while (reader.acceptOne(...OBJECT_WORDS) !== undefined);
  return reader.acceptOne(...OBJECTS) === undefined ? `${verb} ${reader.word}`.trim() : undefined;
}

/** What may stand between the verb and the kind of object. */
export const OBJECT_WORDS = ["OR REPLACE", "UNLOGGED", "UNIQUE", "RECURSIVE", "CONSTRAINT"];

/** The kinds of objects that a plugin makes, alters and drops. */
export const OBJECTS = [
  "TABLE",
  "INDEX",
  "VIEW",
  "MATERIALIZED VIEW",
  "SEQUENCE",
  "TYPE",
  "DOMAIN",
  "FUNCTION",
  "PROCEDURE",
  "ROUTINE",
  "AGGREGATE",
  "TRIGGER",
  "RULE",
  "POLICY",
  "STATISTICS",
];

/** Settings that end with the transaction and concern the migration alone. */
export const PLUGIN_SETTINGS: ReadonlySet<string> = new Set([
  "lock_timeout",
  "statement_timeout",
  "check_function_bodies",
  "maintenance_work_mem",
  "work_mem",
]);

/** Goes past SET and what it sets, when a plugin may set that. */
export function isHarmlessSetting(reader: TokenReader): boolean {
  if (reader.accept("SET CONSTRAINTS")) return true;
  return reader.accept("SET LOCAL") && PLUGIN_SETTINGS.has(reader.name() ?? "");
}

const LEAVES = "A plugin's migration runs in Tenon's transaction and with the rights that it is given.";
const REACHES = "It reaches beyond the tables of the plugin.";

const WORDS: ReadonlyMap<string, string> = new Map([
  ["COPY", "It reads and writes files, or takes rows from elsewhere."],
  ...["GRANT", "REVOKE", "REASSIGN", "SECURITY", "IMPORT", "LOAD", "CHECKPOINT", "VACUUM", "CLUSTER"].map(
    (word) => [word, REACHES] as const,
  ),
  ...["LISTEN", "UNLISTEN", "NOTIFY", "REINDEX"].map((word) => [word, REACHES] as const),
  ...["COMMIT", "ROLLBACK", "ABORT", "SAVEPOINT", "PREPARE", "DISCARD", "RESET", "DEALLOCATE"].map(
    (word) => [word, LEAVES] as const,
  ),
]);

/** A statement goes on or ends; a column of that name in `CASE … THEN copy ELSE load END` does neither. */
function isFollowed(reader: TokenReader): boolean {
  const next = reader.peek(1);
  if (next === undefined || next.text === ";" || next.text === "(") return true;
  if (next.kind === "quoted-name" || next.kind === "string") return true;
  return next.kind === "word" && !/^(?:end|else|when|and|or|is|in|like|as)$/i.test(next.text);
}
