import type { TokenReader } from "./token-reader.js";
import type { TransactionLimit } from "./transaction-limits.js";

/** The statements of PostgreSQL 14 to 18 that say "cannot run inside a transaction block", as far as text tells. */
export function limitOfPostgres(reader: TokenReader): TransactionLimit | undefined {
  switch (reader.next()?.text.toUpperCase()) {
    case "VACUUM":
      return { what: "VACUUM", why: "it commits for each table by itself." };
    case "CREATE":
      return limitOfCreate(reader);
    case "DROP":
      return limitOfDrop(reader);
    case "ALTER":
      return limitOfAlter(reader);
    case "REINDEX":
      return limitOfReindex(reader);
    case "CLUSTER":
      return limitOfCluster(reader);
    case "DISCARD":
      return reader.accept("ALL")
        ? { what: "DISCARD ALL", why: "it ends everything that the session holds." }
        : undefined;
    default:
      return undefined;
  }
}

const CONCURRENT = "it waits for other transactions between several of its own.";
const FILES = "it works on files, which no rollback brings back.";
const SLOT = "it changes a replication slot on another server, which no rollback undoes.";

// https://www.postgresql.org/docs/current/sql-createindex.html, …/sql-createsubscription.html
function limitOfCreate(reader: TokenReader): TransactionLimit | undefined {
  reader.accept("UNIQUE");
  if (reader.accept("INDEX CONCURRENTLY")) return { what: "CREATE INDEX CONCURRENTLY", why: CONCURRENT };
  const files = reader.acceptOne("DATABASE", "TABLESPACE");
  if (files !== undefined) return { what: `CREATE ${files}`, why: FILES };
  if (!reader.accept("SUBSCRIPTION")) return undefined;
  const makesSlot = !["create_slot", "connect"].some((option) => readOption(reader, option) === false);
  return makesSlot ? { what: "CREATE SUBSCRIPTION with a replication slot", why: SLOT } : undefined;
}

function limitOfDrop(reader: TokenReader): TransactionLimit | undefined {
  if (reader.accept("INDEX CONCURRENTLY")) return { what: "DROP INDEX CONCURRENTLY", why: CONCURRENT };
  const files = reader.acceptOne("DATABASE", "TABLESPACE");
  if (files !== undefined) return { what: `DROP ${files}`, why: FILES };
  return reader.accept("SUBSCRIPTION") ? { what: "DROP SUBSCRIPTION", why: SLOT } : undefined;
}

// https://www.postgresql.org/docs/current/sql-altersubscription.html, …/sql-altertable.html
function limitOfAlter(reader: TokenReader): TransactionLimit | undefined {
  if (reader.accept("SYSTEM")) return { what: "ALTER SYSTEM", why: FILES };
  if (reader.accept("DATABASE")) {
    reader.name();
    return reader.accept("SET TABLESPACE")
      ? { what: "ALTER DATABASE … SET TABLESPACE", why: FILES }
      : undefined;
  }
  if (reader.accept("TABLE")) return limitOfAlterTable(reader);
  return reader.accept("SUBSCRIPTION") ? limitOfAlterSubscription(reader) : undefined;
}

function limitOfAlterTable(reader: TokenReader): TransactionLimit | undefined {
  while (!reader.isAtEnd) {
    if (reader.skipGroup()) continue;
    if (!reader.accept("DETACH PARTITION")) {
      reader.next();
      continue;
    }
    reader.objectName();
    return reader.accept("CONCURRENTLY")
      ? { what: "ALTER TABLE … DETACH PARTITION … CONCURRENTLY", why: CONCURRENT }
      : undefined;
  }
  return undefined;
}

function limitOfAlterSubscription(reader: TokenReader): TransactionLimit | undefined {
  reader.name();
  if (reader.accept("REFRESH PUBLICATION")) {
    return { what: "ALTER SUBSCRIPTION … REFRESH PUBLICATION", why: SLOT };
  }
  const verb = reader.acceptOne("SET PUBLICATION", "ADD PUBLICATION", "DROP PUBLICATION");
  if (verb !== undefined) {
    return readOption(reader, "refresh") === false
      ? undefined
      : { what: `ALTER SUBSCRIPTION … ${verb}`, why: SLOT };
  }
  if (!reader.accept("SET")) return undefined;
  const option = ["failover", "two_phase"].find((name) => readOption(reader, name) !== undefined);
  return option === undefined ? undefined : { what: `ALTER SUBSCRIPTION … SET (${option})`, why: SLOT };
}

// https://www.postgresql.org/docs/current/sql-reindex.html
function limitOfReindex(reader: TokenReader): TransactionLimit | undefined {
  const isConcurrent = readOption(reader, "concurrently") === true;
  reader.skipGroup();
  const what = reader.acceptOne("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM");
  if (isConcurrent || reader.accept("CONCURRENTLY")) {
    return { what: `REINDEX ${what} CONCURRENTLY`, why: CONCURRENT };
  }
  if (what === undefined || what === "INDEX" || what === "TABLE") return undefined;
  return { what: `REINDEX ${what}`, why: "it commits for each table by itself." };
}

function limitOfCluster(reader: TokenReader): TransactionLimit | undefined {
  reader.skipGroup();
  reader.accept("VERBOSE");
  return reader.isAtEnd
    ? { what: "CLUSTER without a table", why: "it commits for each table by itself." }
    : undefined;
}

/** The value of an option in parentheses, anywhere from here on: `(a, refresh = false)`. Undefined when not there. */
function readOption(reader: TokenReader, option: string): boolean | undefined {
  const start = reader.position;
  let value: boolean | undefined;
  let depth = 0;
  while (!reader.isAtEnd) {
    const isName = depth > 0 && reader.name() === option;
    if (isName) value = !isFalse(reader);
    else if (reader.acceptSymbol("(")) depth++;
    else if (reader.acceptSymbol(")")) depth--;
    else reader.next();
  }
  reader.moveTo(start);
  return value;
}

function isFalse(reader: TokenReader): boolean {
  reader.acceptSymbol("=");
  return /^'?(?:false|off|0)'?$/i.test(reader.current?.text ?? "");
}
