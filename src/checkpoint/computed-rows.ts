import type { Dialect } from "../dialects/index.js";
import type { Migration } from "../migrations/index.js";
import type { DatabaseModel } from "../schema/index.js";
import { readEffects, splitStatements, tokenize } from "../sql/index.js";

/**
 * What in migrations gives another result each time that it runs (a time, a random number, the work of a program), so that
 * rows made by it cannot be written down. Judged by the text, on the safe side; told as people read it.
 */
export function findComputing(
  migrations: readonly Migration[],
  model: DatabaseModel,
  tablesWithRows: ReadonlySet<string>,
  dialect: Dialect,
): readonly string[] {
  const found: string[] = [];
  for (const { module, version, up, file } of migrations) {
    const place = file ?? `${module}@${version}`;
    if (up.kind === "code") {
      found.push(`${place} is a program`);
      continue;
    }
    for (const { text } of up.scripts) {
      for (const statement of splitStatements(text, dialect.syntax)) {
        const makesTables = readEffects(statement, dialect.syntax).every(({ kind }) => SCHEMA_ONLY.has(kind));
        const word = makesTables ? undefined : computingWord(statement.text, dialect);
        if (word !== undefined) found.push(`${word} in ${place}, line ${statement.line}`);
      }
    }
  }
  for (const table of model.tables) {
    if (!tablesWithRows.has(`${table.schema}.${table.name}`)) continue;
    for (const column of table.columns) {
      const word = computingWord(column.default ?? "", dialect);
      if (word !== undefined) found.push(`${word} in the default of ${table.name}.${column.name}`);
    }
  }
  return found;
}

/** What a table says of its columns counts only where the table holds rows; of the rest all is looked at. */
const SCHEMA_ONLY: ReadonlySet<string> = new Set(["create-table", "alter-table", "drop-table"]);

function computingWord(text: string, dialect: Dialect): string | undefined {
  const tokens = tokenize(text, dialect.syntax).filter(({ kind }) => kind !== "comment");
  for (const [index, { kind, text: written }] of tokens.entries()) {
    // A function's body in PostgreSQL is a string: its words count as well.
    if (kind === "string" && written.startsWith("$")) {
      const inner = /\b(?:now|current_\w+|clock_timestamp|random|gen_random_uuid|uuid_generate_\w+)\b/i.exec(
        written,
      );
      if (inner !== null) return inner[0];
    }
    if (kind !== "word") continue;
    const word = written.toLowerCase();
    if (ALWAYS.test(word)) return written;
    const isDate = DATES.has(word) && tokens[index + 1]?.text === "(";
    const says = tokens.slice(index + 2, index + 4).map((token) => token.text.toLowerCase());
    if (isDate && (says[0] === ")" || says.includes("'now'"))) return `${written}('now')`;
  }
  return undefined;
}

const ALWAYS =
  /^(?:now|current_(?:date|time|timestamp|user|role|schema|catalog)|session_user|localtime|localtimestamp|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|random_normal|randomblob|setseed|gen_random_uuid|gen_random_bytes|uuid_generate_\w+|uuidv\d|txid_current|pg_current_xact_id|pg_backend_pid|inet_\w+|version|sqlite_version|sqlite_source_id)$/;

/** With no argument, or with 'now', these give the time: https://sqlite.org/lang_datefunc.html */
const DATES: ReadonlySet<string> = new Set([
  "date",
  "time",
  "datetime",
  "julianday",
  "unixepoch",
  "strftime",
  "timediff",
]);
