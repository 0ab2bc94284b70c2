import { createServer } from "node:net";
import pg from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { openPg } from "../../../src/connection/pg.js";
import { postgresDatabase, postgresServer, postgresWitness } from "../../servers/postgres.js";
import { bridgeTo } from "../../servers/postgres-bridge.js";
import { errorOf, opened } from "./pg-opened.js";

function changed(url: string, change: (url: URL) => void): string {
  const copy = new URL(url);
  change(copy);
  return copy.href;
}

test("shows itself to the server as tenon, unless the URL says otherwise", async () => {
  const url = await postgresDatabase();
  const named = changed(url, ({ searchParams }) => searchParams.set("application_name", "release 7"));
  const names = await Promise.all(
    [url, named].map(async (each) => (await opened(each)).query("SHOW application_name")),
  );
  expect(names.flat()).toEqual([{ application_name: "tenon" }, { application_name: "release 7" }]);
});

test("describes the database without the password", async () => {
  const url = await postgresDatabase();
  const { username, host, pathname, password } = new URL(url);
  const connection = await opened(url);
  expect(connection.description).toBe(`postgres://${username}@${host}${pathname}`);
  expect(connection.description).not.toContain(password);
});

test("reads host, port, user, password and database from the environment", async () => {
  const { hostname, port, username, password, pathname } = new URL(await postgresDatabase());
  for (const [name, value] of Object.entries({
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: password,
    PGDATABASE: pathname.slice(1),
  })) {
    vi.stubEnv(name, value);
  }
  onTestFinished(() => void vi.unstubAllEnvs());
  const connection = await opened("postgres://");
  expect(await connection.query("SELECT current_database() AS name")).toEqual([{ name: pathname.slice(1) }]);
});

test("sets statement_timeout and lock_timeout when told, and tells when they strike", async () => {
  const connection = await opened(await postgresDatabase(), { statementTimeoutMs: 50, lockTimeoutMs: 40 });
  expect(await connection.query("SHOW lock_timeout")).toEqual([{ lock_timeout: "40ms" }]);
  const error = await errorOf(connection.query("SELECT pg_sleep(10)"));
  expect(error).toMatchObject({ code: "SQL_FAILED", details: { sqlState: "57014" } });
  expect(error.hint).toContain("statement_timeout");
});

test("a wrong password is told without the password", async () => {
  const url = changed(await postgresServer(), (to) => {
    to.password = "not-the-password";
  });
  const error = await errorOf(openPg(url));
  expect(error).toMatchObject({ code: "CONNECTION_FAILED", details: { sqlState: "28P01" } });
  expect(error.message).toContain("password authentication failed");
  expect(error.hint).toContain("PGPASSWORD");
  expect(JSON.stringify(error) + String(error.stack)).not.toContain("not-the-password");
});

test("a missing password is told as such", async () => {
  vi.stubEnv("PGPASSFILE", "/nowhere");
  onTestFinished(() => void vi.unstubAllEnvs());
  const url = changed(await postgresServer(), (to) => {
    to.password = "";
  });
  const error = await errorOf(openPg(url));
  expect(error.code).toBe("CONNECTION_FAILED");
  expect(error.hint).toContain("none was given");
});

test("a database that does not exist is told", async () => {
  const url = changed(await postgresServer(), (to) => {
    to.pathname = "/tenon_nowhere";
  });
  const error = await errorOf(openPg(url));
  expect(error).toMatchObject({ code: "CONNECTION_FAILED", details: { sqlState: "3D000" } });
  expect(error.message).toContain('database "tenon_nowhere" does not exist');
});

test("a port where nothing listens is told", async () => {
  const error = await errorOf(openPg("postgres://someone:secret@127.0.0.1:1/app"));
  expect(error).toMatchObject({ code: "CONNECTION_FAILED", details: { systemError: "ECONNREFUSED" } });
  expect(error.message).toContain("postgres://someone@127.0.0.1:1/app cannot be opened");
  expect(JSON.stringify(error)).not.toContain("secret");
});

test("a server that never answers is given up after the time allowed", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void silent.close());
  await new Promise((resolve) => silent.once("listening", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const error = await errorOf(openPg(`postgres://a@127.0.0.1:${port}/b`, { connectTimeoutMs: 50 }));
  expect(error.code).toBe("CONNECTION_FAILED");
  expect(error.hint).toContain("did not answer in time");
});

test("a server without TLS is told when TLS is demanded", async () => {
  const url = changed(await postgresServer(), ({ searchParams }) => searchParams.set("sslmode", "no-verify"));
  const error = await errorOf(openPg(url));
  expect(error.code).toBe("CONNECTION_FAILED");
  expect(error.hint).toContain("sslmode=disable");
});

test("a URL that cannot be read is refused without repeating it", async () => {
  const error = await errorOf(openPg("postgres://user:secret@host:not-a-port/db"));
  expect(error.code).toBe("URL_INVALID");
  expect(JSON.stringify(error) + String(error.stack)).not.toContain("secret");
});

test("a session that the server ends in a transaction says that nothing of it stays", async () => {
  const url = await postgresDatabase();
  const connection = await opened(url);
  const witness = await postgresWitness(url);
  await connection.executeScript("CREATE TABLE notes (id int); COMMIT; BEGIN; INSERT INTO notes VALUES (1)");
  const [{ pid } = { pid: 0 }] = await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");

  const sleeping = errorOf(connection.query("SELECT pg_sleep(60)"));
  await vi.waitFor(async () => {
    const { rows } = await witness.query(
      "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'",
      [pid],
    );
    expect(rows).toHaveLength(1);
  });
  await witness.query("SELECT pg_terminate_backend($1)", [pid]);

  const error = await sleeping;
  expect(error).toMatchObject({
    code: "CONNECTION_LOST",
    details: { outcome: "rolled-back", sqlState: "57P01" },
  });
  expect(await errorOf(connection.execute("COMMIT"))).toMatchObject({
    code: "CONNECTION_LOST",
    details: { outcome: "rolled-back" },
  });
  expect((await witness.query("SELECT * FROM notes")).rows).toEqual([]);
  await connection.close();
});

test("a session that the server ends behind the last statement of a transaction is lost, and nobody is blamed for it", async () => {
  const url = await postgresDatabase();
  const connection = await opened(url);
  const witness = await postgresWitness(url);
  const error = await errorOf(
    connection.transaction(async () => {
      const [row] = await connection.query("SELECT pg_backend_pid() AS pid");
      await witness.query("SELECT pg_terminate_backend($1, 5000)", [row?.["pid"]]);
      await vi.waitFor(() => expect(connection.inTransaction).toBe(false));
    }),
  );
  expect(error).toMatchObject({ code: "CONNECTION_LOST", details: { outcome: "rolled-back" } });
});

test("a session that the server ends while it commits says that the outcome is not known", async () => {
  const url = await postgresDatabase();
  const connection = await opened(url);
  const witness = await postgresWitness(url);
  // A deferred trigger makes the commit itself wait.
  await connection.executeScript(`
    CREATE TABLE notes (id int);
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait();
    COMMIT; BEGIN; INSERT INTO notes VALUES (1)`);
  const committing = errorOf(connection.execute("COMMIT"));
  await vi.waitFor(async () => {
    const { rowCount } = await witness.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()",
    );
    expect(rowCount).toBe(1);
  });
  expect(await committing).toMatchObject({ code: "CONNECTION_LOST", details: { outcome: "unknown" } });
});

test("a session that the server ends between two statements does not end the process, and the next statement says so", async () => {
  const url = await postgresDatabase();
  const connection = await opened(url);
  const witness = await postgresWitness(url);
  const [{ pid } = { pid: 0 }] = await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  await witness.query("SELECT pg_terminate_backend($1, 5000)", [pid]);
  await vi.waitFor(async () => {
    const error = await errorOf(connection.query("SELECT 1"));
    expect(error).toMatchObject({ code: "CONNECTION_LOST", details: { outcome: "not-sent" } });
  });
  expect(connection.inTransaction).toBe(false);
});

test("a session that the server ends before a transaction is over says so, and not that the work has ended it", async () => {
  const url = await postgresDatabase();
  const connection = await opened(url);
  const witness = await postgresWitness(url);
  const error = await errorOf(
    connection.transaction(async () => {
      const [{ pid } = { pid: 0 }] = await connection.query<{ pid: number }>(
        "SELECT pg_backend_pid() AS pid",
      );
      await witness.query("SELECT pg_terminate_backend($1, 5000)", [pid]);
      await vi.waitFor(() => expect(connection.inTransaction).toBe(false));
    }),
  );
  expect(error).toMatchObject({ code: "CONNECTION_LOST", details: { outcome: "rolled-back" } });
});

test("a socket that breaks outside a transaction leaves the last statement in doubt", async () => {
  const url = await postgresDatabase();
  const through = await bridgeTo(url);
  const connection = await opened(through.url);
  const sleeping = errorOf(connection.query("SELECT pg_sleep(60)"));
  await vi.waitFor(() => expect(through.bytes()).toContain("pg_sleep"));
  through.breakDown();
  expect(await sleeping).toMatchObject({ code: "CONNECTION_LOST", details: { outcome: "unknown" } });
});

test("a read-only session is told as a database that cannot be written", async () => {
  const connection = await opened(await postgresDatabase());
  await connection.execute("SET default_transaction_read_only = on");
  const error = await errorOf(connection.execute("CREATE TABLE notes (id int)"));
  expect(error.code).toBe("DATABASE_READ_ONLY");
  expect(error.hint).toContain("primary");
});

test("closing rolls back what is open and ends the session on the server", async () => {
  const url = await postgresDatabase();
  const connection = await openPg(url);
  const witness = await postgresWitness(url);
  await connection.executeScript("CREATE TABLE notes (id int); COMMIT; BEGIN; INSERT INTO notes VALUES (1)");
  await connection.close();
  await vi.waitFor(async () => {
    const { rows } = await witness.query(
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    expect(rows).toEqual([]);
  });
  expect((await witness.query("SELECT * FROM notes")).rows).toEqual([]);
});

test("says that it is closed when it is used after close, which may be called twice", async () => {
  const connection = await openPg(await postgresDatabase());
  await connection.close();
  await connection.close();
  expect((await errorOf(connection.query("SELECT 1"))).code).toBe("CONNECTION_CLOSED");
});

test("leaves the type parsers of the package as they are", async () => {
  const url = await postgresDatabase();
  await (await opened(url)).query("SELECT now(), 1::int8");
  const bare = new pg.Client({ connectionString: url });
  await bare.connect();
  const { rows } = await bare.query("SELECT 1::int8 AS eight, '2026-01-02'::timestamptz AS at");
  await bare.end();
  expect(rows[0]).toMatchObject({ eight: "1", at: expect.any(Date) });
  expect(pg.types.getTypeParser(20)("1")).toBe("1");
});
