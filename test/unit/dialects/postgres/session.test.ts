import { describe, expect, test } from "vitest";
import { postgres } from "../../../../src/dialects/postgres/index.js";
import type { Statement } from "../../../../src/sql/index.js";
import { pgEngines } from "../../connection/pg-engines.js";

const settingsOf = (text: string) => postgres.prepareScript(text, { transaction: "inside" }).settings;

test.each([
  ["SET search_path = app", ["search_path"]],
  ["SET SESSION statement_timeout TO '1s'; SET statement_timeout = 0", ["statement_timeout"]],
  ["SET LOCAL search_path = app", undefined],
  ["SET TIME ZONE 'UTC'", ["TimeZone"]],
  ["SET NAMES 'UTF8'", ["client_encoding"]],
  ["SET SCHEMA 'app'", ["search_path"]],
  ["SET ROLE admin", ["role"]],
  ["SET SESSION AUTHORIZATION admin", ["session_authorization"]],
  ["SET SESSION ROLE admin", ["role"]],
  [
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    ["default_transaction_isolation", "default_transaction_read_only", "default_transaction_deferrable"],
  ],
  ["SET CONSTRAINTS ALL DEFERRED", undefined],
  ["SET app.tenant = '7'", ["app.tenant"]],
  ["RESET work_mem", ["work_mem"]],
  ["RESET ALL", ["*"]],
  ["SELECT pg_catalog.set_config('search_path', '', false)", ["search_path"]],
  ["UPDATE t SET search_path = 1", undefined],
])("%s changes %j", (text, restore) => {
  expect(settingsOf(text)).toEqual(restore === undefined ? {} : { restore });
});

test.each([
  "DISCARD ALL",
  "SELECT pg_advisory_unlock_all()",
  "select pg_catalog . pg_advisory_unlock_all ( )",
])("%s is refused, for it would give up the lock", (text) => {
  const refused = expect.objectContaining({
    code: "SQL_UNSUPPORTED",
    message: expect.stringContaining("give up the lock"),
  });
  expect(() =>
    postgres.prepareScript(`SELECT 1;\n${text}`, { transaction: "outside", file: "a.sql" }),
  ).toThrow(refused);
  expect(() => postgres.refuseInCode(statement(text))).toThrow(refused);
});

test("what merely mentions these words is not refused", () => {
  postgres.prepareScript("SELECT 'pg_advisory_unlock_all' AS discard; COMMENT ON TABLE t IS 'DISCARD ALL'", {
    transaction: "inside",
  });
});

test("statements that cannot run in a transaction are refused with their place, unless the script has none", () => {
  const text = "CREATE TABLE t (id int);\n  CREATE INDEX CONCURRENTLY t_id ON t (id)";
  expect(() => postgres.prepareScript(text, { transaction: "inside", file: "3.sql" })).toThrow(
    expect.objectContaining({
      code: "SQL_UNSUPPORTED",
      where: { file: "3.sql", line: 2, column: 3 },
      hint: expect.stringContaining("no-transaction"),
    }),
  );
  expect(postgres.prepareScript(text, { transaction: "outside" }).statements).toHaveLength(2);
});

test.each([
  ["CREATE TABLE t (id int)", true],
  ["ALTER TYPE mood ADD VALUE 'fine'", true],
  ["CREATE INDEX CONCURRENTLY i ON t (id)", false],
  ["VACUUM", false],
  ["BEGIN", false],
  ["CALL batch()", false],
  ["DO $$ BEGIN COMMIT; END $$", false],
  ["DO $$ BEGIN PERFORM 1; END $$", true],
])("in a script without a transaction %s may have one of its own: %s", (text, may) => {
  expect(postgres.canRunInTransaction(statement(text))).toBe(may);
});

test.each([
  "COMMIT",
  "ROLLBACK",
  "BEGIN",
  "START TRANSACTION",
  "PREPARE TRANSACTION 'x'",
  "SET search_path = app",
  "VACUUM",
])("code may not say %s", (text) => {
  expect(() => postgres.refuseInCode(statement(text))).toThrow();
});

test.each(["SAVEPOINT a", "ROLLBACK TO a", "RELEASE a", "SET LOCAL search_path = app", "SELECT 1"])(
  "code may say %s",
  (text) => {
    postgres.refuseInCode(statement(text));
  },
);

describe.each(pgEngines)("settings on $name", ({ open }) => {
  test("those that a script changes are put back, and others stay as they are", async () => {
    const connection = await open();
    await connection.executeScript("CREATE SCHEMA app; SET statement_timeout = '7s'; SET work_mem = '5MB'");
    const { settings } = postgres.prepareScript(
      "SET search_path = app; SET statement_timeout = 0; SET app.tenant = 'x'; SET TIME ZONE 'Asia/Tokyo'; SET ROLE pg_monitor",
      { transaction: "inside" },
    );
    const look =
      "SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout, current_setting('TimeZone') AS zone, current_setting('work_mem') AS memory, current_user::text AS who";
    const before = await connection.query(look);
    const restore = await postgres.applySettings(connection, settings);
    await connection.executeScript(
      "SET search_path = app; SET statement_timeout = 0; SET app.tenant = 'x'; SET TIME ZONE 'Asia/Tokyo'; SET ROLE pg_monitor",
    );
    await restore();
    expect(await connection.query(look)).toEqual(before);
    expect(await connection.query("SELECT current_setting('app.tenant') AS tenant")).toEqual([
      { tenant: "" },
    ]);
  });

  test("RESET ALL is undone", async () => {
    const connection = await open();
    await connection.execute("SET statement_timeout = '7s'");
    const restore = await postgres.applySettings(connection, settingsOf("RESET ALL"));
    await connection.execute("RESET ALL");
    await restore();
    expect(await connection.query("SHOW statement_timeout")).toEqual([{ statement_timeout: "7s" }]);
  });

  test("constraints that are settled at the end of a step are deferred again for the next one in the same transaction", async () => {
    const connection = await open();
    await connection.executeScript(`CREATE TABLE p (id int PRIMARY KEY);
      CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED); CREATE TABLE i (p int REFERENCES p DEFERRABLE)`);
    await connection.execute("BEGIN");
    await postgres.settleConstraints?.(connection);
    const next = postgres.watchLosses(connection);
    await next.before(statement("INSERT INTO c VALUES (1)"));
    await connection.execute("INSERT INTO c VALUES (1)");
    await connection.execute("INSERT INTO p VALUES (1)");
    await postgres.settleConstraints?.(connection);
    await connection.execute("COMMIT");
    expect(await connection.query("SELECT p FROM c")).toEqual([{ p: 1 }]);
  });
});

function statement(text: string): Statement {
  return { text, start: 0, line: 1, column: 1 };
}
