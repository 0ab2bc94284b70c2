import { type Statement, TokenReader } from "../../sql/index.js";

/** The names of the settings that a statement changes beyond its transaction; `*` stands for all of them. */
export function changedSettings(statement: Pick<Statement, "text">): readonly string[] {
  const reader = new TokenReader(statement, "postgres");
  switch (reader.word) {
    case "SET":
      reader.next();
      return reader.accept("LOCAL") ? [] : readSet(reader);
    case "RESET":
      reader.next();
      return reader.accept("ALL") ? ["*"] : readName(reader);
    case "SELECT":
      return readSetConfig(reader);
    default:
      return [];
  }
}

/** True for what would give up the lock that the runner holds on this session. */
export function givesUpLocks(statement: Pick<Statement, "text">): boolean {
  if (!/discard|pg_advisory_unlock_all/i.test(statement.text)) return false;
  const reader = new TokenReader(statement, "postgres");
  if (reader.accept("DISCARD ALL")) return true;
  while (!reader.isAtEnd) {
    const name = reader.name();
    if (name === "pg_advisory_unlock_all" && reader.isSymbol("(")) return true;
    if (name === undefined) reader.next();
  }
  return false;
}

function readSet(reader: TokenReader): readonly string[] {
  if (reader.accept("SESSION CHARACTERISTICS")) {
    return [
      "default_transaction_isolation",
      "default_transaction_read_only",
      "default_transaction_deferrable",
    ];
  }
  if (reader.word === "CONSTRAINTS" || reader.word === "TRANSACTION") return [];
  if (reader.wordAt(1) !== "AUTHORIZATION") reader.accept("SESSION");
  return readName(reader);
}

// The long forms of https://www.postgresql.org/docs/current/sql-set.html
const LONG_FORMS: readonly (readonly [string, string | undefined])[] = [
  ["SESSION AUTHORIZATION", "session_authorization"],
  ["TIME ZONE", "TimeZone"],
  ["NAMES", "client_encoding"],
  ["SCHEMA", "search_path"],
  ["ROLE", "role"],
  ["XML OPTION", "xmloption"],
  ["SEED", undefined],
];

function readName(reader: TokenReader): readonly string[] {
  for (const [words, name] of LONG_FORMS) {
    if (reader.accept(words)) return name === undefined ? [] : [name];
  }
  const parts: string[] = [];
  do {
    const part = reader.name();
    if (part === undefined) return [];
    parts.push(part);
  } while (reader.acceptSymbol("."));
  return [parts.join(".")];
}

/** `SELECT set_config('search_path', '', false)`, as pg_dump writes it. */
function readSetConfig(reader: TokenReader): readonly string[] {
  const names: string[] = [];
  while (!reader.isAtEnd) {
    const word = reader.name();
    if (word === undefined) reader.next();
    if (word !== "set_config" || !reader.acceptSymbol("(")) continue;
    const name = reader.next();
    if (name?.kind !== "string") return ["*"];
    names.push(name.text.slice(1, -1));
  }
  return names;
}
