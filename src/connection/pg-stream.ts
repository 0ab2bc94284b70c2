import { firstWord } from "./pg-first-word.js";

/** The statements that read a query's rows through a cursor, some at a time. */
export interface Cursor {
  /** What stands before the query itself when the cursor is declared. */
  readonly prefix: string;
  readonly fetch: string;
  readonly close: string;
  readonly size: number;
}

/**
 * A cursor for a statement that can have one (https://www.postgresql.org/docs/current/sql-declare.html);
 * undefined for others, whose rows are few: RETURNING, SHOW, EXPLAIN. Outside a transaction the cursor is
 * held: the server keeps its rows in a temporary file, and this process only a few of them.
 */
export function cursorFor(sql: string, name: string, inTransaction: boolean): Cursor | undefined {
  if (!READING.has(firstWord(sql))) return undefined;
  // A WITH that changes rows, SELECT … INTO, and (held) SELECT … FOR UPDATE are refused. The words may also
  // stand in a string or a name; then all rows are read at once, which is right, only larger.
  if (/\b(insert|update|delete|merge|into|share)\b/i.test(sql)) return undefined;
  return {
    prefix: `DECLARE ${name} NO SCROLL CURSOR ${inTransaction ? "WITHOUT" : "WITH"} HOLD FOR `,
    fetch: `FETCH FORWARD ${BATCH} FROM ${name}`,
    close: `CLOSE ${name}`,
    size: BATCH,
  };
}

const READING: ReadonlySet<string> = new Set(["select", "values", "table", "with"]);
const BATCH = 500;
