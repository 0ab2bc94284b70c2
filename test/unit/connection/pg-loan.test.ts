import pg from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { borrowPg } from "../../../src/connection/pg.js";
import { postgresDatabase, postgresWitness } from "../../servers/postgres.js";
import { errorOf } from "./pg-opened.js";

function poolOf(url: string, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 1, ...options });
  pool.on("error", () => {});
  onTestFinished(() => pool.end());
  return pool;
}

/** Everything that a session can hold. */
const STATE = `SELECT
  pg_backend_pid() AS pid,
  (SELECT json_object_agg(name, setting) FROM pg_settings WHERE source = 'session') AS settings,
  current_setting('role') AS role, session_user::text AS "user",
  (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
  (SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r') AS temporary,
  (SELECT array_agg(name) FROM pg_prepared_statements WHERE name <> '') AS prepared,
  (SELECT array_agg(name) FROM pg_cursors WHERE name <> '') AS cursors,
  (SELECT array_agg(channel) FROM pg_listening_channels() AS channel) AS channels`;

const DIRT = `
  SET search_path = app, public; SET statement_timeout = '7s'; SET "tenon.mark" = 'x'; SET TIME ZONE 'Asia/Tokyo';
  SELECT pg_advisory_lock(42); SELECT pg_advisory_lock(42); SELECT pg_advisory_lock_shared(1, -2);
  CREATE TEMP TABLE scrap (id int); PREPARE question AS SELECT 1; LISTEN news;
  DECLARE held CURSOR WITH HOLD FOR SELECT 1; SET ROLE pg_read_all_data`;

test("a pool gets its one client back as it was, after everything that a session can leave behind", async () => {
  const pool = poolOf(await postgresDatabase());
  const before = (await pool.query(STATE)).rows[0];
  const connection = await borrowPg(pool);
  await connection.executeScript(DIRT);
  await connection.executeScript("BEGIN; SELECT pg_advisory_xact_lock(43)");
  expect(pool).toMatchObject({ totalCount: 1, idleCount: 0 });

  await connection.close();

  expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 });
  expect((await pool.query(STATE)).rows[0]).toEqual(before);
});

test("what the pool's owner set in the session is still there afterwards", async () => {
  const pool = poolOf(await postgresDatabase());
  await pool.query(`SET search_path = public; SET TIME ZONE 'Europe/Rome'; CREATE TEMP TABLE kept (id int);
    PREPARE mine AS SELECT 1; SELECT pg_advisory_lock(7); LISTEN mine; SET ROLE pg_monitor`);
  const before = (await pool.query(STATE)).rows[0];
  const connection = await borrowPg(pool, { statementTimeoutMs: 5000, lockTimeoutMs: 100 });
  await connection.executeScript(`RESET ROLE; ${DIRT}`);

  await connection.close();

  expect((await pool.query(STATE)).rows[0]).toEqual(before);
});

test("a failed transaction is rolled back before the client goes back", async () => {
  const url = await postgresDatabase();
  const pool = poolOf(url);
  const connection = await borrowPg(pool);
  await connection.executeScript("CREATE TABLE notes (id int); COMMIT; BEGIN; INSERT INTO notes VALUES (1)");
  await errorOf(connection.query("SELECT nope"));
  await connection.close();
  expect((await pool.query("SELECT * FROM notes")).rows).toEqual([]);
  const { rows } = await (await postgresWitness(url)).query(
    "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  expect(rows).toEqual([{ state: "idle" }]);
});

test("a client whose session was ended is destroyed, and the pool opens another", async () => {
  const url = await postgresDatabase();
  const pool = poolOf(url);
  const connection = await borrowPg(pool);
  const [{ pid } = { pid: 0 }] = await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  await (await postgresWitness(url)).query("SELECT pg_terminate_backend($1, 5000)", [pid]);
  await vi.waitFor(async () =>
    expect((await errorOf(connection.query("SELECT 1"))).code).toBe("CONNECTION_LOST"),
  );

  await connection.close();

  expect(pool.totalCount).toBe(0);
  const { rows } = await pool.query("SELECT pg_backend_pid() <> $1 AS other", [pid]);
  expect(rows).toEqual([{ other: true }]);
});

test("a saturated pool is told after the time allowed, and the client that comes too late goes straight back", async () => {
  const pool = poolOf(await postgresDatabase());
  const busy = await pool.connect();
  const error = await errorOf(borrowPg(pool, { connectTimeoutMs: 30 }));
  expect(error.code).toBe("CONNECTION_FAILED");
  expect(error.message).toContain("1 are in use and it may have 1");

  busy.release();
  await vi.waitFor(() => expect(pool).toMatchObject({ idleCount: 1, waitingCount: 0 }));
});

test("takes one client of the pool and no more, however much is said", async () => {
  const pool = poolOf(await postgresDatabase(), { max: 3 });
  const connection = await borrowPg(pool);
  await Promise.all(Array.from({ length: 10 }, () => connection.query("SELECT 1")));
  expect(pool.totalCount).toBe(1);
  await connection.close();
});

test("a client of the caller stays connected, and is as it was", async () => {
  const url = await postgresDatabase();
  const client = await postgresWitness(url);
  await client.query("SET statement_timeout = '1min'; SELECT pg_advisory_lock(1)");
  const before = (await client.query(STATE)).rows[0];
  const connection = await borrowPg(client);
  await connection.executeScript(DIRT);
  await connection.close();
  expect((await client.query(STATE)).rows[0]).toEqual(before);
  expect(client.listenerCount("error")).toBe(1);
});

test("a client that is not connected yet is connected, and ended by close", async () => {
  const client = new pg.Client({ connectionString: await postgresDatabase() });
  const connection = await borrowPg(client);
  expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await connection.close();
  await expect(client.query("SELECT 1")).rejects.toThrow();
});

test("a client with a transaction open is refused, and its transaction is left alone", async () => {
  const url = await postgresDatabase();
  const client = await postgresWitness(url);
  await client.query("CREATE TABLE notes (id int); COMMIT; BEGIN; INSERT INTO notes VALUES (1)");
  const error = await errorOf(borrowPg(client));
  expect(error.code).toBe("USAGE");
  await client.query("COMMIT");
  expect((await client.query("SELECT * FROM notes")).rows).toEqual([{ id: 1 }]);
});
