import type { StatementText } from "./statement.js";
import { type ObjectName, TokenReader } from "./token-reader.js";

/** An index that PostgreSQL builds beside running transactions; an interrupted build leaves an INVALID one. */
export interface ConcurrentIndex {
  /** Undefined when the server chooses the name. */
  readonly name: string | undefined;
  /** The table; the index lives in its schema, undefined where the search path decides. */
  readonly table: ObjectName;
  readonly ifNotExists: boolean;
}

/** Reads `CREATE [UNIQUE] INDEX CONCURRENTLY …` of PostgreSQL; undefined for any other statement. */
export function readConcurrentIndex(statement: StatementText): ConcurrentIndex | undefined {
  const reader = new TokenReader(statement, "postgres");
  reader.accept("CREATE");
  reader.accept("UNIQUE");
  if (!reader.accept("INDEX CONCURRENTLY")) return undefined;
  const ifNotExists = reader.accept("IF NOT EXISTS");
  const name = reader.word === "ON" ? undefined : reader.name();
  if (!reader.accept("ON")) return undefined;
  reader.accept("ONLY");
  const table = reader.objectName();
  return table === undefined ? undefined : { name, table, ifNotExists };
}
