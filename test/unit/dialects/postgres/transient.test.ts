import { expect, test } from "vitest";
import { postgres } from "../../../../src/dialects/postgres/index.js";
import { TenonError } from "../../../../src/errors.js";
import { postgresDatabase } from "../../../servers/postgres.js";
import { errorOf, opened } from "../../connection/pg-opened.js";

test("a lock timeout, a deadlock and a serialization failure may be tried again, a wrong statement not", async () => {
  const url = await postgresDatabase();
  const [first, second] = [await opened(url), await opened(url, { lockTimeoutMs: 20 })];
  await first.executeScript("CREATE TABLE notes (id int, n int); INSERT INTO notes VALUES (1, 0), (2, 0)");
  await first.executeScript("BEGIN; LOCK TABLE notes");
  const timeout = await errorOf(second.execute("ALTER TABLE notes ADD COLUMN more int"));
  await first.execute("COMMIT");

  await first.executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM notes");
  await second.execute("UPDATE notes SET n = 1");
  const serialization = await errorOf(first.execute("UPDATE notes SET n = 2"));
  await first.execute("ROLLBACK");

  await second.execute("SET lock_timeout = 0");
  await first.executeScript(
    "SET deadlock_timeout = '10ms'; COMMIT; BEGIN; UPDATE notes SET n = 3 WHERE id = 1",
  );
  await second.executeScript("BEGIN; UPDATE notes SET n = 3 WHERE id = 2");
  const other = second.execute("UPDATE notes SET n = 3 WHERE id = 1").then(
    () => undefined,
    (error: unknown) => error,
  );
  const own = first.execute("UPDATE notes SET n = 3 WHERE id = 2").then(
    () => undefined,
    (error: unknown) => error,
  );
  const deadlock = (await Promise.race([other, own])) ?? (await own) ?? (await other);
  await first.execute("ROLLBACK");
  await other;
  await second.execute("ROLLBACK");

  expect([timeout, serialization, deadlock].map((error) => postgres.isTransient(error))).toEqual([
    true,
    true,
    true,
  ]);
  const wrapped = new TenonError("MIGRATION_FAILED", "notes@1 failed", { cause: timeout });
  expect(postgres.isTransient(wrapped)).toBe(true);
  expect(postgres.isTransient(await errorOf(first.query("SELECT nope")))).toBe(false);
  expect(postgres.isTransient(new Error("no"))).toBe(false);
});
