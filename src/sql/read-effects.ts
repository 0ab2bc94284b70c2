import { readAlter } from "./alter-effects.js";
import { readDrop } from "./drop-effects.js";
import { type Effect, OTHER, onTable } from "./effect.js";
import { readRowChange } from "./row-effects.js";
import type { SqlSyntax, StatementText } from "./statement.js";
import { TokenReader } from "./token-reader.js";
import { readTransactionWord } from "./transaction-word.js";
import { skipWithClause } from "./with-clause.js";

/**
 * Tells what a statement does to tables, as far as its text tells: one effect for each table that it names and
 * each thing that it does to it. Never empty. PostgreSQL's data-modifying WITH gives an effect for each of its
 * parts; EXPLAIN gives those of a statement only where it runs it.
 */
export function readEffects(statement: StatementText, syntax: SqlSyntax): readonly Effect[] {
  const known = KNOWN[syntax].get(statement);
  if (known !== undefined) return known;
  const effects = readUnknown(statement, syntax);
  KNOWN[syntax].set(statement, effects);
  return effects;
}

/** Several guards ask about the same statement one after the other; it is read once. */
const KNOWN: Readonly<Record<SqlSyntax, WeakMap<StatementText, readonly Effect[]>>> = {
  sqlite: new WeakMap(),
  postgres: new WeakMap(),
};

function readUnknown(statement: StatementText, syntax: SqlSyntax): readonly Effect[] {
  const reader = new TokenReader(statement, syntax);
  if (reader.accept("EXPLAIN")) return readExplained(reader);
  if (readTransactionWord(statement, syntax) !== undefined) return [{ kind: "transaction" }];
  return readStatement(reader);
}

// SQLite carries out a pragma even behind EXPLAIN, and nothing else. PostgreSQL runs what EXPLAIN ANALYZE explains.
function readExplained(reader: TokenReader): readonly Effect[] {
  if (reader.syntax === "sqlite") {
    reader.accept("QUERY PLAN");
    return [{ kind: reader.word === "PRAGMA" ? "pragma" : "select" }];
  }
  return skipExplainOptions(reader) ? readStatement(reader) : [{ kind: "select" }];
}

/** Goes past the options of EXPLAIN; true when they make it run the statement. */
function skipExplainOptions(reader: TokenReader): boolean {
  if (!reader.isSymbol("(") || QUERIES.has(reader.wordAt(1))) {
    const runs = reader.acceptOne("ANALYZE", "ANALYSE") !== undefined;
    reader.accept("VERBOSE");
    return runs;
  }
  let runs = false;
  while (!reader.isAtEnd && !reader.acceptSymbol(")")) {
    const option = reader.name();
    if (option === undefined) reader.next();
    else if (option === "analyze" || option === "analyse") runs = !FALSE.test(reader.current?.text ?? "");
  }
  return runs;
}

const FALSE = /^'?(?:off|false|0)'?$/i;

function readStatement(reader: TokenReader): readonly Effect[] {
  if (reader.syntax === "sqlite") return skipWithClause(reader) ? readMain(reader) : [OTHER];
  const nested = readNestedChanges(reader);
  do {
    while (reader.acceptSymbol("("));
    if (!skipWithClause(reader)) return [...nested, OTHER];
  } while (reader.isSymbol("("));
  return [...nested, ...readMain(reader)];
}

function readMain(reader: TokenReader): readonly Effect[] {
  switch (reader.word) {
    case "SELECT":
      return readSelect(reader);
    case "VALUES":
    case "TABLE":
      return [{ kind: "select" }];
    case "PRAGMA":
      return [{ kind: reader.syntax === "sqlite" ? "pragma" : "other" }];
    case "CREATE":
      return [readCreate(reader)];
    case "DROP":
      return readDrop(reader);
    case "ALTER":
      return readAlter(reader);
    case "COPY":
      return [readCopy(reader)];
    default:
      return readRowChange(reader) ?? [OTHER];
  }
}

/**
 * Finds what stands in `AS (DELETE …)` and `COPY (DELETE …)`, at any depth. Only a WITH clause and COPY can hold
 * a change in parentheses; a list of columns that are called like these verbs lacks the words that go with them.
 */
function readNestedChanges(reader: TokenReader): readonly Effect[] {
  if (!/with|copy/i.test(reader.text) || !holdsQueries(reader)) return [];
  const start = reader.position;
  const effects: Effect[] = [];
  let previous = "";
  while (!reader.isAtEnd) {
    const word = reader.word;
    const opens = reader.acceptSymbol("(");
    if (!opens) reader.next();
    else if (previous === "AS" || previous === "MATERIALIZED" || previous === "COPY") {
      const inside = reader.position;
      while (reader.acceptSymbol("("));
      if (skipWithClause(reader)) effects.push(...(readRowChange(reader) ?? []));
      reader.moveTo(inside);
    }
    previous = word;
  }
  reader.moveTo(start);
  return effects;
}

// The body of a function or a rule does not run where it is defined.
function holdsQueries(reader: TokenReader): boolean {
  if (reader.word === "CREATE") return readCreate(reader).kind === "create-table";
  return QUERIES.has(reader.word) || reader.isSymbol("(");
}

const QUERIES = new Set(["WITH", "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "VALUES", "TABLE"]);

// Behind AS and a point INTO is a name like any other.
function readSelect(reader: TokenReader): readonly Effect[] {
  const select: Effect = { kind: "select" };
  if (reader.syntax === "sqlite" || !/into/i.test(reader.text)) return [select];
  while (!reader.isAtEnd && reader.word !== "INTO") {
    if (reader.skipGroup() || reader.accept("AS INTO")) continue;
    if (reader.acceptSymbol(".") && reader.word !== "INTO") continue;
    reader.next();
  }
  if (!reader.accept("INTO")) return [select];
  reader.acceptOne("LOCAL", "GLOBAL");
  reader.acceptOne("TEMPORARY", "TEMP", "UNLOGGED");
  reader.accept("TABLE");
  return [select, onTable("create-table", reader.objectName())];
}

function readCopy(reader: TokenReader): Effect {
  reader.accept("COPY");
  reader.accept("BINARY");
  if (reader.isSymbol("(")) return { kind: "select" };
  const table = reader.objectName();
  reader.skipGroup();
  if (reader.accept("TO")) return { kind: "select" };
  return reader.accept("FROM") ? onTable("insert", table) : OTHER;
}

function readCreate(reader: TokenReader): Effect {
  const start = reader.position;
  reader.accept("CREATE");
  reader.accept("OR REPLACE");
  while (reader.acceptOne(...CREATE_MODIFIERS) !== undefined);
  const type = reader.acceptOne(...CREATED_TYPES);
  if (type === "TABLE") reader.accept("IF NOT EXISTS");
  const effect: Effect =
    type === "TABLE"
      ? onTable("create-table", reader.objectName())
      : type === undefined
        ? OTHER
        : { kind: "create-other", objectType: type.toLowerCase() };
  reader.moveTo(start);
  return effect;
}

const CREATE_MODIFIERS = [
  "TEMP",
  "TEMPORARY",
  "GLOBAL",
  "LOCAL",
  "UNLOGGED",
  "FOREIGN",
  "VIRTUAL",
  "UNIQUE",
  "RECURSIVE",
  "CONSTRAINT",
];

const CREATED_TYPES = [
  "TABLE",
  "INDEX",
  "VIEW",
  "MATERIALIZED VIEW",
  "TRIGGER",
  "FUNCTION",
  "PROCEDURE",
  "SEQUENCE",
  "TYPE",
  "DOMAIN",
  "SCHEMA",
  "RULE",
  "POLICY",
];
