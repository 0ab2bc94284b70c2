import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/connection/index.js";
import { postgresDatabase } from "../../servers/postgres.js";
import { errorOf } from "./pg-opened.js";

test("connect opens a server by its URL", async () => {
  const connection = await connect(await postgresDatabase(), { lockTimeoutMs: 77 });
  onTestFinished(() => connection.close());
  expect(connection.engine).toBe("postgres");
  expect(await connection.query("SHOW lock_timeout")).toEqual([{ lock_timeout: "77ms" }]);
});

test("connect opens PGlite, with its extensions", async () => {
  const connection = await connect("pglite:", { extensions: ["citext"], readOnly: true });
  onTestFinished(() => connection.close());
  expect(connection.engine).toBe("postgres");
  expect((await errorOf(connection.execute("CREATE EXTENSION citext"))).code).toBe("DATABASE_READ_ONLY");
  await connection.execute("SET default_transaction_read_only = off");
  await connection.execute("CREATE EXTENSION citext");
});

test("connect takes a client of a pool of the caller", async () => {
  const pool = new pg.Pool({ connectionString: await postgresDatabase() });
  onTestFinished(() => pool.end());
  const connection = await connect(pool);
  expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await connection.close();
  expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 });
});

test("connect refuses to encrypt what it does not store itself", async () => {
  const options = { encryption: { password: "sesame" } };
  expect((await errorOf(connect("pglite:", options))).code).toBe("UNSUPPORTED");
  expect((await errorOf(connect("postgres://localhost/app", options))).code).toBe("UNSUPPORTED");
});
