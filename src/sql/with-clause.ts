import type { TokenReader } from "./token-reader.js";

/**
 * Goes past `WITH a AS (…), b (x) AS (…)` to the verb of the statement, when there is such a clause. False when
 * it is not understood, and the reader then stands anywhere.
 */
export function skipWithClause(reader: TokenReader): boolean {
  if (!reader.accept("WITH")) return true;
  // RECURSIVE can be the name of the first part in PostgreSQL: `WITH recursive AS (…)`.
  if (reader.wordAt(1) !== "AS" && !reader.isSymbol("(", 1)) reader.accept("RECURSIVE");
  do {
    if (!skipPart(reader)) return false;
  } while (reader.acceptSymbol(","));
  return true;
}

function skipPart(reader: TokenReader): boolean {
  if (reader.name() === undefined) return false;
  reader.skipGroup();
  if (!reader.accept("AS")) return false;
  reader.accept("NOT");
  reader.accept("MATERIALIZED");
  if (!reader.skipGroup()) return false;
  return skipSearch(reader) && skipCycle(reader);
}

// https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-SEARCH
function skipSearch(reader: TokenReader): boolean {
  if (reader.syntax === "sqlite" || !reader.accept("SEARCH")) return true;
  reader.next();
  if (!reader.accept("FIRST BY") || !skipNames(reader) || !reader.accept("SET")) return false;
  return reader.name() !== undefined;
}

// https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-CYCLE
function skipCycle(reader: TokenReader): boolean {
  if (reader.syntax === "sqlite" || !reader.accept("CYCLE")) return true;
  if (!skipNames(reader) || !reader.accept("SET") || reader.name() === undefined) return false;
  while (!reader.isAtEnd && reader.word !== "USING") reader.next();
  return reader.accept("USING") && reader.name() !== undefined;
}

function skipNames(reader: TokenReader): boolean {
  do {
    if (reader.name() === undefined) return false;
  } while (reader.acceptSymbol(","));
  return true;
}
