import type { StatementText } from "./statement.js";
import { type ObjectName, TokenReader } from "./token-reader.js";

/** A value that a statement adds to an enum type. */
export interface AddedEnumValue {
  readonly type: ObjectName;
  readonly value: string;
}

/**
 * Reads `ALTER TYPE … ADD VALUE` of PostgreSQL; undefined for any other statement. The value cannot be used before
 * the transaction that adds it is committed: https://www.postgresql.org/docs/current/sql-altertype.html. The server
 * refuses it then (SQLSTATE 55P04), and knows the one exception: a type made in the same transaction.
 */
export function readAddedEnumValue(statement: StatementText): AddedEnumValue | undefined {
  const reader = new TokenReader(statement, "postgres");
  if (!reader.accept("ALTER TYPE")) return undefined;
  const type = reader.objectName();
  if (type === undefined || !reader.accept("ADD VALUE")) return undefined;
  reader.accept("IF NOT EXISTS");
  const literal = reader.current;
  if (literal?.kind !== "string") return undefined;
  return { type, value: literal.text.slice(1, -1).replaceAll("''", "'") };
}
