import { readAlter } from "./alter-effects.js";
import { readDrop } from "./drop-effects.js";
import { type Effect, OTHER, onTable } from "./effect.js";
import { readPlainEffects } from "./plain-statement.js";
import { readRowChange } from "./row-effects.js";
import type { SqlSyntax, StatementText } from "./statement.js";
import { TokenReader } from "./token-reader.js";
import { readTransactionWord } from "./transaction-word.js";
import { readWithClause } from "./with-clause.js";

/**
 * Tells what a statement does to tables, as far as its text tells: one effect for each table that it names and
 * each thing that it does to it. Never empty. PostgreSQL's data-modifying WITH gives an effect for each of its
 * parts; EXPLAIN gives those of a statement only where it runs it.
 */
export function readEffects(statement: StatementText, syntax: SqlSyntax): readonly Effect[] {
  const known = KNOWN[syntax].get(statement);
  if (known !== undefined) return known;
  const effects =
    (syntax === "sqlite" ? readPlainEffects(statement.text) : undefined) ?? readUnknown(statement, syntax);
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
  if (!reader.isSymbol("(") || ["SELECT", "WITH", "VALUES", "TABLE"].includes(reader.wordAt(1))) {
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
  switch (reader.word) {
    case "PRAGMA":
      return [{ kind: reader.syntax === "sqlite" ? "pragma" : "other" }];
    case "CREATE":
      return readCreate(reader);
    case "DROP":
      return readDrop(reader);
    case "ALTER":
      return readAlter(reader);
    case "COPY":
      return readCopy(reader);
    default:
      return readQuery(reader);
  }
}

/** Reads a statement that can have a WITH clause. In PostgreSQL it can stand in parentheses too. */
function readQuery(reader: TokenReader): readonly Effect[] {
  const effects: Effect[] = [];
  do {
    if (reader.syntax === "postgres") reader.skipOpenings();
    const changes = readWithClause(reader);
    if (changes === undefined) return [...effects, OTHER];
    effects.push(...changes);
  } while (reader.syntax === "postgres" && reader.isSymbol("("));
  return [...effects, ...readVerb(reader)];
}

function readVerb(reader: TokenReader): readonly Effect[] {
  if (reader.word === "SELECT") return readSelect(reader);
  if (reader.word === "VALUES" || reader.word === "TABLE") return [{ kind: "select" }];
  return readRowChange(reader) ?? [OTHER];
}

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
  const temporary = reader.acceptOne("TEMPORARY", "TEMP") === undefined ? undefined : true;
  reader.accept("UNLOGGED");
  reader.accept("TABLE");
  return [select, onTable("create-table", reader.objectName(), { temporary })];
}

// https://www.postgresql.org/docs/current/sql-copy.html: its query can be a DELETE … RETURNING.
function readCopy(reader: TokenReader): readonly Effect[] {
  reader.accept("COPY");
  reader.accept("BINARY");
  if (reader.isSymbol("(")) return readQuery(reader);
  const table = reader.objectName();
  reader.skipGroup();
  if (reader.accept("TO")) return [{ kind: "select" }];
  return [reader.accept("FROM") ? onTable("insert", table) : OTHER];
}

function readCreate(reader: TokenReader): readonly Effect[] {
  reader.accept("CREATE");
  let temporary: true | undefined;
  for (;;) {
    const modifier = reader.acceptOne(...CREATE_MODIFIERS);
    if (modifier === undefined) break;
    if (modifier.startsWith("TEMP")) temporary = true;
  }
  const type = reader.acceptOne(...CREATED_TYPES);
  if (type === undefined) return [OTHER];
  if (type === "INDEX") reader.accept("CONCURRENTLY");
  reader.accept("IF NOT EXISTS");
  if (type !== "TABLE") return [readCreatedName(reader, type, temporary)];
  return [onTable("create-table", reader.objectName(), { temporary }), ...readSourceChanges(reader)];
}

/** PostgreSQL finds a name itself for an index that gets none, and for a schema that says only who owns it. */
function readCreatedName(reader: TokenReader, type: string, temporary: true | undefined): Effect {
  const isNamed = reader.word !== (type === "SCHEMA" ? "AUTHORIZATION" : "ON");
  const created = isNamed ? reader.objectName() : undefined;
  const objectType = type.toLowerCase();
  return { kind: "create-other", objectType, object: created?.name, schema: created?.schema, temporary };
}

/** What `CREATE TABLE … AS WITH a AS (DELETE …) SELECT …` changes besides. */
function readSourceChanges(reader: TokenReader): readonly Effect[] {
  if (reader.syntax === "sqlite") return [];
  while (!reader.isAtEnd && !reader.accept("AS")) {
    if (!reader.skipGroup()) reader.next();
  }
  return reader.isAtEnd ? [] : readQuery(reader).filter(({ kind }) => kind !== "select");
}

const CREATE_MODIFIERS = [
  "OR REPLACE",
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
