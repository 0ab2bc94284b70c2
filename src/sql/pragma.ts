import { isOrdinary } from "./plain-statement.js";
import type { StatementText } from "./statement.js";
import { TokenReader } from "./token-reader.js";

/** A PRAGMA of SQLite, its quotes taken off. */
export interface Pragma {
  /** In small letters: SQLite compares the names of pragmas without case. */
  readonly name: string;
  readonly schema: string | undefined;
  /** What it is set to or asked about, as written; undefined when it is only read. */
  readonly value: string | undefined;
}

/**
 * Reads `PRAGMA x`, `PRAGMA x = 1` and `PRAGMA s.x(1)`; undefined for any other statement. EXPLAIN before it
 * changes nothing: SQLite carries out most pragmas while it prepares them
 * (https://sqlite.org/pragma.html, "Some pragmas run during the SQL compilation stage").
 */
export function readPragma(statement: StatementText): Pragma | undefined {
  if (isOrdinary(statement.text)) return undefined;
  const reader = new TokenReader(statement, "sqlite");
  if (reader.accept("EXPLAIN")) reader.accept("QUERY PLAN");
  if (!reader.accept("PRAGMA")) return undefined;
  const target = reader.objectName();
  if (target === undefined) return undefined;
  const isGiven = reader.acceptSymbol("=") || reader.acceptSymbol("(");
  return {
    name: target.name.toLowerCase(),
    schema: target.schema,
    value: isGiven ? readValue(reader) : undefined,
  };
}

/** True when SQLite takes this value of a pragma for "on"; whatever it does not know it takes for "off". */
export function isPragmaOn(value: string): boolean {
  if (!/^[0-9]/.test(value)) return ["on", "yes", "true"].includes(value.toLowerCase());
  const number = /^0x/i.test(value) ? Number(value) : Number.parseInt(value, 10);
  // It keeps the last byte of what fits into 32 bits.
  return number < 2 ** 31 && number % 256 !== 0;
}

function readValue(reader: TokenReader): string | undefined {
  const sign = reader.acceptSymbol("-") ? "-" : "";
  reader.acceptSymbol("+");
  const token = reader.current;
  if (token === undefined || token.kind === "punctuation") return undefined;
  return sign + (token.kind === "number" ? token.text : (reader.name() ?? token.text));
}
