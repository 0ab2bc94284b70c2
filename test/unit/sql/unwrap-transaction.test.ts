import { describe, expect, it } from "vitest";
import { type SqlSyntax, splitStatements, unwrapTransaction } from "../../../src/sql/index.js";
import { refusalOf } from "./refusal.js";

function unwrap(text: string, syntax: SqlSyntax, transaction: "inside" | "outside" = "inside"): string[] {
  const statements = splitStatements(text, syntax);
  return unwrapTransaction(statements, syntax, { file: "a.sql", transaction }).map(
    (statement) => statement.text,
  );
}

describe("transaction words in a script", () => {
  it.each<[SqlSyntax, string]>([
    ["sqlite", "BEGIN; SELECT 1; SELECT 2; COMMIT;"],
    ["sqlite", "begin transaction; SELECT 1; SELECT 2; end transaction"],
    ["sqlite", "-- a\nBEGIN /* b */ IMMEDIATE; SELECT 1; SELECT 2; COMMIT TRANSACTION; -- c"],
    ["sqlite", "BEGIN EXCLUSIVE TRANSACTION; SELECT 1; SELECT 2; END"],
    ["postgres", "BEGIN; SELECT 1; SELECT 2; COMMIT;"],
    ["postgres", "START TRANSACTION; SELECT 1; SELECT 2; COMMIT WORK;"],
    ["postgres", "BEGIN WORK; SELECT 1; SELECT 2; END TRANSACTION;"],
    ["postgres", "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; SELECT 1; SELECT 2; COMMIT AND NO CHAIN"],
  ])("are taken off around a whole script (%s): %s", (syntax, text) => {
    expect(unwrap(text, syntax)).toEqual(["SELECT 1", "SELECT 2"]);
  });

  it("are taken off when settings of the session stand outside of them", () => {
    expect(
      unwrap("PRAGMA foreign_keys=off; BEGIN; SELECT 1; COMMIT; PRAGMA foreign_keys=on;", "sqlite"),
    ).toEqual(["PRAGMA foreign_keys=off", "SELECT 1", "PRAGMA foreign_keys=on"]);
    expect(
      unwrap("SET lock_timeout = '1s'; BEGIN; SELECT 1; COMMIT; RESET lock_timeout", "postgres"),
    ).toEqual(["SET lock_timeout = '1s'", "SELECT 1", "RESET lock_timeout"]);
  });

  it("are no matter where there are none", () => {
    const text =
      "CREATE TABLE begin (commit_at); CREATE TRIGGER t INSERT ON begin BEGIN SELECT 1; END; EXPLAIN COMMIT";
    expect(unwrap(text, "sqlite")).toHaveLength(3);
    expect(
      unwrap("DO $$ BEGIN COMMIT; END $$; PREPARE q AS SELECT 1; SET search_path = a", "postgres"),
    ).toHaveLength(3);
  });

  it("may open savepoints that the script closes", () => {
    const text =
      "SAVEPOINT a; SAVEPOINT b; ROLLBACK TO b; ROLLBACK TRANSACTION TO SAVEPOINT A; RELEASE SAVEPOINT a";
    expect(unwrap(text, "sqlite")).toHaveLength(5);
    expect(unwrap(text, "postgres")).toHaveLength(5);
    expect(unwrap("SAVEPOINT savepoint; RELEASE savepoint;", "sqlite")).toHaveLength(2);
    expect(unwrap("BEGIN; SAVEPOINT a; SAVEPOINT a; RELEASE a; RELEASE a; COMMIT", "sqlite")).toHaveLength(4);
  });

  it.each<[SqlSyntax, string, number]>([
    ["sqlite", "SELECT 1;\nCOMMIT;\nSELECT 2;", 2],
    ["sqlite", "BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nSELECT 2;\nCOMMIT;", 3],
    ["sqlite", "BEGIN;\nSELECT 1;", 1],
    ["sqlite", "BEGIN;", 1],
    ["sqlite", "SELECT 1;\nEND;", 2],
    ["sqlite", "SELECT 0;\nBEGIN;\nSELECT 1;\nCOMMIT;", 2],
    ["sqlite", "BEGIN;\nSELECT 1;\nCOMMIT;\nVACUUM;", 1],
    ["sqlite", "BEGIN;\nSELECT 1;\nROLLBACK;", 1],
    ["sqlite", "BEGIN;\nROLLBACK;\nSELECT 1;\nCOMMIT;", 2],
    ["sqlite", "SELECT 1;\nROLLBACK;", 2],
    ["sqlite", "SAVEPOINT a;\nSELECT 1;", 1],
    ["sqlite", "SELECT 1;\nRELEASE a;", 2],
    ["sqlite", "SAVEPOINT a;\nRELEASE a;\nROLLBACK TO a;", 3],
    ["sqlite", "SAVEPOINT a;\nSAVEPOINT b;\nRELEASE a;\nRELEASE b;", 4],
    ["sqlite", "SAVEPOINT a;\nSAVEPOINT b;\nROLLBACK TO a;\nRELEASE b;\nRELEASE a;", 4],
    ["postgres", "SELECT 1;\n/* a */ ABORT;", 2],
    ["postgres", "BEGIN;\nSELECT 1;\nPREPARE TRANSACTION 'x';", 1],
    ["postgres", "SELECT 1;\nCOMMIT PREPARED 'x';", 2],
    ["postgres", "SELECT 1;\nROLLBACK PREPARED 'x';", 2],
    ["postgres", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;", 1],
    ["postgres", "BEGIN;\nSET LOCAL TRANSACTION READ ONLY;\nCOMMIT;", 2],
    ["postgres", "BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nCOMMIT;", 1],
    ["postgres", "BEGIN READ WRITE, DEFERRABLE;\nSELECT 1;\nCOMMIT;", 1],
    ["postgres", "BEGIN;\nSELECT 1;\nCOMMIT AND CHAIN;", 3],
    ["postgres", 'SAVEPOINT "A";\nRELEASE a;', 2],
  ])("are refused anywhere else (%s): %j", (syntax, text, line) => {
    const error = refusalOf(() => unwrap(text, syntax));
    expect(error.code).toBe("TRANSACTION_IN_SCRIPT");
    expect(error.where).toMatchObject({ file: "a.sql", line });
    expect(error.hint).toContain("-- tenon: no-transaction");
  });

  it("all run as written in a script that says no-transaction", () => {
    const text = "BEGIN; SELECT 1; COMMIT; VACUUM; ROLLBACK";
    expect(unwrap(text, "sqlite", "outside")).toEqual(["BEGIN", "SELECT 1", "COMMIT", "VACUUM", "ROLLBACK"]);
  });
});
