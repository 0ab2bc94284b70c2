import { type Effect, OTHER } from "./effect.js";
import { readRowChange } from "./row-effects.js";
import type { TokenReader } from "./token-reader.js";

/**
 * Reads `WITH a AS (…), b (x) AS (…)` up to the verb of the statement, when there is such a clause, and gives what
 * its parts change. PostgreSQL takes changes in the WITH clause of the whole statement alone, so none further
 * within has to be looked for: https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING.
 * Undefined when the clause is not understood; the reader then stands anywhere.
 */
export function readWithClause(reader: TokenReader): readonly Effect[] | undefined {
  if (!acceptWith(reader)) return [];
  const effects: Effect[] = [];
  do {
    if (!skipHead(reader)) return undefined;
    effects.push(...readBody(reader));
    if (!skipTail(reader)) return undefined;
  } while (reader.acceptSymbol(","));
  return effects;
}

/** What a part changes, read without moving: a change can have a WITH clause of its own in front. */
function readBody(reader: TokenReader): readonly Effect[] {
  if (reader.syntax === "sqlite") return [];
  const start = reader.position;
  reader.acceptSymbol("(");
  const effects = skipWithClause(reader) ? (readRowChange(reader) ?? []) : [OTHER];
  reader.moveTo(start);
  return effects;
}

function skipWithClause(reader: TokenReader): boolean {
  if (!acceptWith(reader)) return true;
  do {
    if (!skipHead(reader) || !skipTail(reader)) return false;
  } while (reader.acceptSymbol(","));
  return true;
}

function acceptWith(reader: TokenReader): boolean {
  if (!reader.accept("WITH")) return false;
  // RECURSIVE can be the name of the first part in PostgreSQL: `WITH recursive AS (…)`.
  if (reader.wordAt(1) !== "AS" && !reader.isSymbol("(", 1)) reader.accept("RECURSIVE");
  return true;
}

/** Goes past `a (x) AS NOT MATERIALIZED`. */
function skipHead(reader: TokenReader): boolean {
  if (reader.name() === undefined) return false;
  reader.skipGroup();
  if (!reader.accept("AS")) return false;
  reader.accept("NOT");
  reader.accept("MATERIALIZED");
  return reader.isSymbol("(");
}

function skipTail(reader: TokenReader): boolean {
  reader.skipGroup();
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
