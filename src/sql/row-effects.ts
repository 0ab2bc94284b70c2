import { type Conflict, type Effect, OTHER, onTable } from "./effect.js";
import type { ObjectName, TokenReader } from "./token-reader.js";

/** Reads a statement that changes rows; undefined when none starts here. */
export function readRowChange(reader: TokenReader): readonly Effect[] | undefined {
  switch (reader.word) {
    case "INSERT":
      return one(readInsert(reader));
    case "REPLACE":
      return one(reader.syntax === "sqlite" ? readReplace(reader) : undefined);
    case "UPDATE":
      return one(readUpdate(reader));
    case "DELETE":
      return one(reader.accept("DELETE FROM") ? onTable("delete", targetOf(reader)) : undefined);
    case "MERGE":
      return reader.syntax === "postgres" ? readMerge(reader) : undefined;
    case "TRUNCATE":
      return reader.syntax === "postgres" ? readTruncate(reader) : undefined;
    default:
      return undefined;
  }
}

function one(effect: Effect | undefined): readonly Effect[] | undefined {
  return effect === undefined ? undefined : [effect];
}

function readInsert(reader: TokenReader): Effect | undefined {
  reader.accept("INSERT");
  const conflict = readConflict(reader);
  return reader.accept("INTO") ? onTable("insert", reader.objectName(), { conflict }) : undefined;
}

function readReplace(reader: TokenReader): Effect | undefined {
  if (!reader.accept("REPLACE INTO")) return undefined;
  return onTable("insert", reader.objectName(), { conflict: "replace" });
}

function readUpdate(reader: TokenReader): Effect | undefined {
  reader.accept("UPDATE");
  const conflict = readConflict(reader);
  const table = targetOf(reader);
  // An alias may stand between, or INDEXED BY in SQLite; a list of columns called like this has no SET so near.
  for (let ahead = 0; ahead < MOST_WORDS_BEFORE_SET; ahead++) {
    if (reader.wordAt(ahead) === "SET") return onTable("update", table, { conflict });
    if (reader.peek(ahead)?.kind === "punctuation") return undefined;
  }
  return undefined;
}

const MOST_WORDS_BEFORE_SET = 6;

const CONFLICTS: Readonly<Record<string, Conflict>> = {
  ABORT: "abort",
  FAIL: "fail",
  IGNORE: "ignore",
  REPLACE: "replace",
  ROLLBACK: "rollback",
};

function readConflict(reader: TokenReader): Conflict | undefined {
  if (reader.syntax !== "sqlite" || !reader.accept("OR")) return undefined;
  return CONFLICTS[reader.next()?.text.toUpperCase() ?? ""];
}

/** Reads `table`, and what PostgreSQL allows of it: `ONLY table`, `ONLY (table)`. */
function targetOf(reader: TokenReader): ObjectName | undefined {
  const isOpen = reader.syntax === "postgres" && reader.accept("ONLY") && reader.acceptSymbol("(");
  const target = reader.objectName();
  if (isOpen) reader.acceptSymbol(")");
  return target;
}

// https://www.postgresql.org/docs/current/sql-merge.html
function readMerge(reader: TokenReader): readonly Effect[] | undefined {
  if (!reader.accept("MERGE INTO")) return undefined;
  const table = targetOf(reader);
  const effects = [onTable("merge", table)];
  while (!reader.isAtEnd && !reader.isSymbol(")")) {
    if (reader.accept("THEN DELETE")) return [...effects, onTable("delete", table)];
    if (!reader.skipGroup()) reader.next();
  }
  return effects;
}

// https://www.postgresql.org/docs/current/sql-truncate.html
function readTruncate(reader: TokenReader): readonly Effect[] {
  reader.accept("TRUNCATE");
  reader.accept("TABLE");
  const tables: (ObjectName | undefined)[] = [];
  do {
    tables.push(targetOf(reader));
    reader.acceptSymbol("*");
  } while (reader.acceptSymbol(","));
  reader.acceptOne("RESTART IDENTITY", "CONTINUE IDENTITY");
  const cascade = reader.accept("CASCADE");
  if (!cascade) reader.accept("RESTRICT");
  const effects = tables.map((table) => onTable("truncate", table, { cascade }));
  return reader.isAtEnd ? effects : [...effects, OTHER];
}
