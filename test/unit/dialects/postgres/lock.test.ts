import pg from "pg";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Connection, connect } from "../../../../src/connection/index.js";
import type { LockHolder, LockRequest, TableAddress } from "../../../../src/dialects/index.js";
import { postgres } from "../../../../src/dialects/postgres/index.js";
import { lockKey } from "../../../../src/dialects/postgres/lock-key.js";
import { postgresDatabase, postgresWitness } from "../../../servers/postgres.js";
import { pgEngines } from "../../connection/pg-engines.js";
import { errorOf, opened } from "../../connection/pg-opened.js";
import { transactionPooler } from "./transaction-pooler.js";

const journal: TableAddress = {
  schema: "public",
  table: "schema_migrations",
  sql: '"public"."schema_migrations"',
};

const at = (request: Partial<LockRequest> = {}): LockRequest => ({ journal, ...request });

async function pidOf(connection: Connection): Promise<number> {
  const [row] = await connection.query("SELECT pg_backend_pid() AS pid");
  return Number(row?.["pid"]);
}

const LOCKS =
  "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

describe.each(pgEngines)("the lock on $name", ({ open }) => {
  test("is held by the session, outside and inside of transactions, until it is released", async () => {
    const connection = await open();
    const lock = await postgres.lock(connection, at());
    await postgres.begin(connection, at());
    expect(await connection.query(LOCKS)).toEqual([{ n: 1 }]);
    await connection.execute("ROLLBACK");
    expect(await connection.query(LOCKS)).toEqual([{ n: 1 }]);
    await lock.release();
    expect(await connection.query(LOCKS)).toEqual([{ n: 0 }]);
  });

  test("each transaction begins with the search path of the run, and the session has it back after it", async () => {
    const connection = await open();
    await connection.executeScript("CREATE SCHEMA app; CREATE SCHEMA other");
    await connection.execute("SET search_path = app, public");
    const lock = await postgres.lock(connection, at());
    const seen: unknown[] = [];
    for (const leak of [
      "SET search_path = other",
      "SELECT set_config('search_path', '', false)",
      "SELECT 1",
    ]) {
      await postgres.begin(connection, at());
      seen.push(...(await connection.query("SHOW search_path")));
      await connection.execute(leak);
      await connection.execute("COMMIT");
    }
    expect(seen).toEqual([1, 2, 3].map(() => ({ search_path: "app, public" })));
    await lock.release();
    expect(await connection.query("SHOW search_path")).toEqual([{ search_path: "app, public" }]);
  });
});

test("the lock's number is made of database, schema and journal", () => {
  expect(lockKey("app", journal)).toBe(lockKey("app", { ...journal }));
  const others = [
    lockKey("app2", journal),
    lockKey("app", { schema: "tenant", table: "schema_migrations" }),
    lockKey("app", { schema: "public", table: "other" }),
    lockKey("app", { schema: "public.schema_migrations", table: "" }),
  ];
  expect(new Set([lockKey("app", journal), ...others]).size).toBe(5);
  // Held fast: two versions of Tenon must come to the same number.
  expect(lockKey("app", journal)).toBe(KEY_OF_APP);
});

const KEY_OF_APP = 7047160882489552893n;

test("another session waits, is told at once who holds the lock, and gets it when it is given back", async () => {
  const url = await postgresDatabase();
  const first = await opened(url, { applicationName: "deploy 41" });
  const second = await opened(url);
  const lock = await postgres.lock(first, at());
  const told: LockHolder[] = [];
  let taken = false;
  const waiting = postgres.lock(second, at({ onWait: (holder) => told.push(holder) })).then((other) => {
    taken = true;
    return other;
  });
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told[0]?.description).toMatch(
    new RegExp(
      `^session ${await pidOf(first)} \\(deploy 41, user postgres, from 127\\.0\\.0\\.1, connected since 20\\d\\d-.* UTC\\)$`,
    ),
  );
  expect(taken).toBe(false);
  await lock.release();
  await (await waiting).release();
  expect(await first.query(LOCKS)).toEqual([{ n: 0 }]);
});

test("who waits too long is told who holds the lock", async () => {
  const url = await postgresDatabase();
  const first = await opened(url);
  const second = await opened(url);
  await postgres.lock(first, at());
  const error = await errorOf(postgres.lock(second, at({ timeoutMs: 30 })));
  expect(error.code).toBe("LOCK_TIMEOUT");
  expect(error.message).toContain(`session ${await pidOf(first)} (tenon, `);
  expect(error.message).toContain("Nothing was changed");
  expect(second.inTransaction).toBe(false);
});

test("an ordinary user is told as much as the server tells it of others", async () => {
  const url = await postgresDatabase();
  const first = await opened(url);
  const name = `tenon_user_${process.pid}`;
  await first.executeScript(`CREATE ROLE ${name} LOGIN PASSWORD 'x'`);
  onTestFinished(async () => {
    const admin = await connect(url);
    await admin.execute(`DROP ROLE ${name}`);
    await admin.close();
  });
  const asUser = new URL(url);
  asUser.username = name;
  asUser.password = "x";
  const second = await connect(asUser.href);
  await postgres.lock(first, at());
  const error = await errorOf(postgres.lock(second, at({ timeoutMs: 0 })));
  await second.close();
  expect(error.message).toContain(`session ${await pidOf(first)} (`);
  expect(error.message).toContain("user postgres");
});

test("journals of other names and other databases do not wait for each other", async () => {
  const url = await postgresDatabase();
  const [first, second, elsewhere] = [
    await opened(url),
    await opened(url),
    await opened(await postgresDatabase()),
  ];
  await postgres.lock(first, at());
  await postgres.lock(second, { journal: { ...journal, table: "other_migrations" }, timeoutMs: 0 });
  await postgres.lock(elsewhere, at({ timeoutMs: 0 }));
});

test("a session that is ended gives up its lock, and releasing it afterwards is no error", async () => {
  const url = await postgresDatabase();
  const first = await opened(url);
  const second = await opened(url);
  const witness = await postgresWitness(url);
  const lock = await postgres.lock(first, at());
  await witness.query("SELECT pg_terminate_backend($1, 5000)", [await pidOf(first)]);
  const other = await postgres.lock(second, at({ timeoutMs: 5000 }));
  await lock.release();
  await other.release();
});

test("who waits holds up no CREATE INDEX CONCURRENTLY of the holder", async () => {
  const url = await postgresDatabase();
  const first = await opened(url, { statementTimeoutMs: 20_000 });
  const second = await opened(url);
  await first.execute("CREATE TABLE notes (id int)");
  const lock = await postgres.lock(first, at());
  const told: LockHolder[] = [];
  const waiting = postgres.lock(second, at({ onWait: (holder) => told.push(holder) }));
  await vi.waitFor(() => expect(told).toHaveLength(1));
  await first.execute("CREATE INDEX CONCURRENTLY notes_id ON notes (id)");
  await lock.release();
  await (await waiting).release();
});

test("a pooler in transaction mode is refused before any lock is taken, with the way around it", async () => {
  const url = await postgresDatabase();
  const through = await transactionPooler(url);
  const connection = await opened(through);
  expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  const error = await errorOf(postgres.lock(connection, at()));
  expect(error.code).toBe("UNSUPPORTED");
  expect(error.message).toContain("pooler in transaction mode");
  expect(error.hint).toContain("direct connection");
  expect((await (await postgresWitness(url)).query(LOCKS)).rows).toEqual([{ n: 0 }]);
});

test("behind a pooler where no second session can be had, each transaction looks whether the lock is there", async () => {
  const url = await postgresDatabase();
  const through = await transactionPooler(url);
  const own = new pg.Client({ connectionString: through });
  await own.connect();
  onTestFinished(() => own.end());
  const connection = await connect(own);
  const lock = await postgres.lock(connection, at());
  await postgres.begin(connection, at());
  await connection.execute("COMMIT");

  // Another client of the pooler is in a transaction, so that the next one of ours runs in another session.
  const other = new pg.Client({ connectionString: through });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query("BEGIN");
  const error = await errorOf(postgres.begin(connection, at()));
  expect(error.code).toBe("CONNECTION_LOST");
  expect(error.hint).toContain("session mode");

  await connection.execute("ROLLBACK");
  await other.query("ROLLBACK");
  await lock.release();
});
