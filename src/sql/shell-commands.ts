import type { Lexer } from "./lexer-state.js";
import { unsupported } from "./refusals.js";
import type { SqlSyntax } from "./statement.js";

/**
 * Refuses a command of the sqlite3 or psql shell. psql knows its commands by the backslash, wherever it stands;
 * those of sqlite3 stand where a statement could start.
 */
export function refuseShellCommand(lexer: Lexer, syntax: SqlSyntax): void {
  const pattern = syntax === "sqlite" ? SQLITE3_COMMAND : PSQL_COMMAND;
  pattern.lastIndex = lexer.start;
  const command = pattern.exec(lexer.text)?.[0];
  if (command === undefined) return;
  throw unsupported(
    lexer,
    lexer.start,
    `\`${command}\` is a command of the ${syntax === "sqlite" ? "sqlite3" : "psql"} shell; databases do not know it.`,
    HINTS[command.toLowerCase()] ?? "Remove it, or write what it does in SQL.",
  );
}

/** Refuses `COPY … FROM STDIN` and `COPY … TO STDOUT`: their data travel beside the SQL, which only psql does. */
export function refuseCopyData(lexer: Lexer, statement: number, previous: string, word: string): void {
  if (previous === "FROM" && word === "STDIN") {
    throw unsupported(
      lexer,
      statement,
      "COPY … FROM STDIN reads data that follow it in the file, which only psql can hand over.",
      "Write the rows as INSERT statements; `pg_dump --rows-per-insert=1000` writes them so.",
    );
  }
  if (previous === "TO" && word === "STDOUT") {
    throw unsupported(
      lexer,
      statement,
      "COPY … TO STDOUT sends data to a shell, and a migration has none.",
      "Remove the statement, or copy to a file on the server.",
    );
  }
}

/** Refuses to go on where a script changes how its own quotes are read. */
export function refuseQuoteSetting(lexer: Lexer, statement: number): void {
  const value = lexer.text.slice(lexer.start, lexer.end).toLowerCase().replaceAll("'", "");
  if (!/^(?:of|off|f|fa|fal|fals|false|n|no|0)$/.test(value)) return;
  throw unsupported(
    lexer,
    statement,
    "With standard_conforming_strings off, the quotes of what follows would be read in another way.",
    "Leave the setting on, and write strings with backslash escapes as E'…'.",
  );
}

const SQLITE3_COMMAND = /\.[A-Za-z]+/y;
const PSQL_COMMAND = /\\(?:[A-Za-z]+\+?|\S)?/y;

const INCLUDE = "Put what that file holds into this one, or into a migration of its own.";
const ROWS = "Write the rows as INSERT statements, or load them in a TypeScript migration.";
const CONNECT = "Remove it: the database is the one that Tenon is connected with.";
const HINTS: Readonly<Record<string, string>> = {
  ".read": INCLUDE,
  ".import": ROWS,
  ".open": CONNECT,
  "\\i": INCLUDE,
  "\\ir": INCLUDE,
  "\\include": INCLUDE,
  "\\copy": ROWS,
  "\\.": ROWS,
  "\\c": CONNECT,
  "\\connect": CONNECT,
  "\\restrict": "Remove the \\restrict and \\unrestrict lines; pg_dump writes them for psql alone.",
  "\\unrestrict": "Remove the \\restrict and \\unrestrict lines; pg_dump writes them for psql alone.",
};
