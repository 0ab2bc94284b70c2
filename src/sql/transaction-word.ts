import { isOrdinary } from "./plain-statement.js";
import type { SqlSyntax, StatementText } from "./statement.js";
import { TokenReader } from "./token-reader.js";

/** A statement that controls a transaction. `wish` is what a BEGIN asks for that the runner's own would not give. */
export type TransactionWord =
  | { readonly kind: "begin"; readonly wish: string | undefined }
  | { readonly kind: "commit" | "rollback"; readonly chains: boolean }
  | { readonly kind: "savepoint" | "release" | "rollback-to"; readonly name: string }
  | { readonly kind: "two-phase" }
  | { readonly kind: "set-transaction" };

/** Reads a statement that controls a transaction; undefined for any other statement. */
export function readTransactionWord(
  statement: StatementText,
  syntax: SqlSyntax,
): TransactionWord | undefined {
  if (isOrdinary(statement.text)) return undefined;
  const reader = new TokenReader(statement, syntax);
  switch (reader.next()?.text.toUpperCase()) {
    case "BEGIN":
      return { kind: "begin", wish: readWish(reader) };
    case "START":
      return reader.accept("TRANSACTION") ? { kind: "begin", wish: readWish(reader) } : undefined;
    case "COMMIT":
      return reader.word === "PREPARED" ? { kind: "two-phase" } : { kind: "commit", chains: chains(reader) };
    case "END":
      return { kind: "commit", chains: chains(reader) };
    case "ABORT":
      return syntax === "postgres" ? { kind: "rollback", chains: chains(reader) } : undefined;
    case "ROLLBACK":
      return readRollback(reader);
    case "SAVEPOINT":
      return { kind: "savepoint", name: readSavepoint(reader) };
    case "RELEASE":
      return { kind: "release", name: readSavepoint(reader) };
    case "PREPARE":
      return syntax === "postgres" && reader.word === "TRANSACTION" ? { kind: "two-phase" } : undefined;
    case "SET":
      reader.acceptOne("LOCAL", "SESSION");
      return syntax === "postgres" && reader.word === "TRANSACTION" ? { kind: "set-transaction" } : undefined;
    default:
      return undefined;
  }
}

function readRollback(reader: TokenReader): TransactionWord {
  if (reader.word === "PREPARED" && reader.syntax === "postgres") return { kind: "two-phase" };
  const start = reader.position;
  while (!reader.isAtEnd && !reader.accept("TO")) reader.next();
  if (!reader.isAtEnd) return { kind: "rollback-to", name: readSavepoint(reader) };
  reader.moveTo(start);
  return { kind: "rollback", chains: chains(reader) };
}

// The name is the last word: `RELEASE SAVEPOINT a`, `RELEASE a`, and in SQLite even `RELEASE savepoint`.
function readSavepoint(reader: TokenReader): string {
  if (reader.peek(1) !== undefined) reader.accept("SAVEPOINT");
  const name = reader.name() ?? "";
  return reader.syntax === "sqlite" ? name.toLowerCase() : name;
}

function chains(reader: TokenReader): boolean {
  reader.acceptOne("WORK", "TRANSACTION");
  return reader.accept("AND CHAIN");
}

// What DEFERRED, IMMEDIATE and EXCLUSIVE ask of SQLite the runner's own transaction gives, and so does it give what
// PostgreSQL does by default. Anything else would be lost when BEGIN is taken off.
function readWish(reader: TokenReader): string | undefined {
  if (reader.syntax === "sqlite") return undefined;
  reader.acceptOne("WORK", "TRANSACTION");
  while (!reader.isAtEnd) {
    const start = reader.position;
    const isDefault =
      reader.acceptSymbol(",") ||
      reader.acceptOne(
        "READ WRITE",
        "NOT DEFERRABLE",
        "ISOLATION LEVEL READ COMMITTED",
        "ISOLATION LEVEL READ UNCOMMITTED",
      ) !== undefined;
    if (isDefault) continue;
    reader.moveTo(start);
    const words: string[] = [];
    while (!reader.isAtEnd && !reader.isSymbol(",")) words.push(reader.next()?.text.toUpperCase() ?? "");
    return words.join(" ");
  }
  return undefined;
}
