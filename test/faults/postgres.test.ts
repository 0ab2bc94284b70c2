import { chmodSync } from "node:fs";
import pg from "pg";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connect, type RunEvent, SchemaManager } from "../../src/index.js";
import { temporaryFolder } from "../live/engines.js";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";
import { bridgeTo } from "../servers/postgres-bridge.js";
import { startPostgres } from "../servers/postgres-server.mjs";
import { versionsOf } from "./versions.mjs";

const COUNT = 40;

/** As `versionsOf`, without rows: each then goes to the server in one piece. */
function tablesOf(count: number) {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return Object.fromEntries(
    numbers.map((number) => [
      number,
      { name: `table ${number}`, up: `CREATE TABLE t${number} (id INTEGER)`, down: `DROP TABLE t${number}` },
    ]),
  );
}

async function expectAgreement(witness: pg.Client): Promise<number> {
  const journal = await witness.query("SELECT to_regclass('public.schema_migrations') AS found");
  const rows =
    journal.rows[0].found === null
      ? []
      : (await witness.query("SELECT version FROM schema_migrations WHERE status = 'applied'")).rows;
  const applied = rows.map((row) => Number(row.version)).sort((a, b) => a - b);
  const tables = await witness.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  const made = tables.rows.flatMap((row) => /^t(\d+)$/.exec(row.tablename)?.[1] ?? []).map(Number);
  expect(made.sort((a, b) => a - b)).toEqual(applied);
  return applied.length;
}

/** No lock of ours, and nobody of ours in a transaction. */
async function expectNothingLeft(witness: pg.Client): Promise<void> {
  const locks = await witness.query(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  );
  expect(locks.rows).toEqual([]);
  const sessions = await witness.query(
    "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'",
  );
  expect(sessions.rows).toEqual([]);
}

describe("faults of a PostgreSQL server", () => {
  test("a session that is ended at a random moment leaves nothing half-applied, no lock and no open transaction", async () => {
    let lost = 0;
    for (let round = 0; round < 12; round++) {
      const url = await postgresDatabase();
      const witness = await postgresWitness(url);
      const connection = await connect(url);
      const [own] = await connection.query("SELECT pg_backend_pid() AS pid");
      const versions = round % 2 === 0 ? versionsOf(COUNT) : tablesOf(COUNT);
      const running = new SchemaManager(connection, versions)
        .migrateToLatest({ transaction: round % 3 === 0 ? "run" : "each" })
        .then(
          () => undefined,
          (error) => error,
        );
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
      await witness.query("SELECT pg_terminate_backend($1)", [own?.["pid"]]);
      const error = await running;
      await connection.close();
      if (error !== undefined) {
        lost++;
        expect(error).toMatchObject({ code: expect.stringMatching(/^(CONNECTION_LOST|OUTCOME_UNKNOWN)$/) });
      }
      await expectAgreement(witness);

      const again = await connect(url);
      await new SchemaManager(again, versions).migrateToLatest();
      await again.close();
      expect(await expectAgreement(witness)).toBe(COUNT);
      await expectNothingLeft(witness);
    }
    expect(lost).toBeGreaterThan(3);
  }, 120_000);

  test.each([
    { when: "unsaid", done: 4 },
    { when: "unanswered", done: 5 },
  ] as const)(
    "a COMMIT that is $when when the network breaks is told as unknown, and the next run finds the truth",
    async ({ when, done }) => {
      const url = await postgresDatabase();
      const witness = await postgresWitness(url);
      const bridge = await bridgeTo(url);
      // What the row holds goes with the COMMIT.
      bridge.cutAt("'table 5'", when);
      const connection = await connect(bridge.url);

      await expect(new SchemaManager(connection, tablesOf(8)).migrateToLatest()).rejects.toMatchObject({
        code: "OUTCOME_UNKNOWN",
      });
      await connection.close();

      await vi.waitFor(() => expectNothingLeft(witness));
      expect(await expectAgreement(witness)).toBe(done);
      const again = await connect(url);
      const { steps } = await new SchemaManager(again, tablesOf(8)).migrateToLatest();
      await again.close();
      expect(steps.length).toBe(8 - done);
      expect(await expectAgreement(witness)).toBe(8);
    },
  );

  test("a network that breaks while the statements of a step run leaves the one before, and nothing of it", async () => {
    const url = await postgresDatabase();
    const witness = await postgresWitness(url);
    const bridge = await bridgeTo(url);
    bridge.cutAt("TABLE t5", "unanswered");
    const connection = await connect(bridge.url);

    // The COMMIT of the fourth was under way with it.
    await expect(new SchemaManager(connection, tablesOf(8)).migrateToLatest()).rejects.toMatchObject({
      code: "OUTCOME_UNKNOWN",
      where: { version: "4" },
    });
    await connection.close();

    await vi.waitFor(() => expectNothingLeft(witness));
    expect(await expectAgreement(witness)).toBe(4);
  });

  test("a server that stops in the middle and starts again goes on where it was", async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const server = await startPostgres(folder);
    onTestFinished(() => server.stop());
    const connection = await connect(server.url);
    let stopping: Promise<void> | undefined;
    const manager = new SchemaManager(connection, versionsOf(COUNT), {
      onEvent: (event) => {
        if (event.kind === "step-started" && event.step.index === 20) stopping = server.stop();
      },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: expect.stringMatching(/^(CONNECTION_LOST|OUTCOME_UNKNOWN)$/),
    });
    await stopping;
    await connection.close();
    await expect(connect(server.url)).rejects.toMatchObject({ code: "CONNECTION_FAILED" });

    await server.start();
    const again = await connect(server.url);
    const result = await new SchemaManager(again, versionsOf(COUNT)).migrateToLatest();
    await again.close();
    expect(result.steps.length).toBeGreaterThan(15);
    const witness = await postgresWitness(server.url);
    expect(await expectAgreement(witness)).toBe(COUNT);
    await witness.end();
  }, 120_000);

  test("a saturated pool is waited for, asked for one client only, and gets it back clean", async () => {
    const url = await postgresDatabase();
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    onTestFinished(() => pool.end());
    const busy = await pool.connect();
    await busy.query("SET search_path = public, elsewhere");
    setTimeout(() => busy.release(), 150);

    const connection = await connect(pool);
    await new SchemaManager(connection, {
      ...versionsOf(3),
      4: {
        name: "leaves settings behind",
        up: ["SET search_path = nowhere", "CREATE TABLE public.t4 (id INTEGER)"],
      },
    }).migrateToLatest();
    await connection.close();

    expect(pool.totalCount).toBe(1);
    const client = await pool.connect();
    expect((await client.query("SHOW search_path")).rows).toEqual([{ search_path: "public, elsewhere" }]);
    expect(
      (
        await client.query(
          "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
      ).rows,
    ).toEqual([{ n: 0 }]);
    await client.query("BEGIN; ROLLBACK");
    client.release();
  });

  test("a failing run gives the pool its client back clean, too", async () => {
    const url = await postgresDatabase();
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    onTestFinished(() => pool.end());

    const connection = await connect(pool);
    await expect(
      new SchemaManager(connection, {
        1: { name: "fails", up: ["SET lock_timeout = 7", "SELECT * FROM nowhere"] },
      }).migrateToLatest(),
    ).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
    await connection.close();

    const client = await pool.connect();
    expect((await client.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "0" }]);
    expect((await client.query("SELECT pg_current_xact_id_if_assigned() AS id")).rows).toEqual([
      { id: null },
    ]);
    client.release();
  });

  test("a step that meets a lock timeout is tried again with a pause, and succeeds when the lock is gone", async () => {
    const url = await postgresDatabase();
    const witness = await postgresWitness(url);
    await witness.query("CREATE TABLE busy (id INTEGER)");
    await witness.query("BEGIN");
    await witness.query("LOCK TABLE busy IN ACCESS EXCLUSIVE MODE");
    const connection = await connect(url, { lockTimeoutMs: 60 });
    const events: RunEvent[] = [];
    const manager = new SchemaManager(
      connection,
      { 1: { name: "Alter", up: "ALTER TABLE busy ADD COLUMN name TEXT" } },
      {
        onEvent: (event) => {
          events.push(event);
          if (event.kind === "step-retried" && event.attempt === 2) void witness.query("COMMIT");
        },
      },
    );

    await manager.migrateToLatest();
    await connection.close();

    expect(events.filter((event) => event.kind === "step-retried").length).toBeGreaterThanOrEqual(2);
    expect(events.at(-1)?.kind).toBe("step-finished");
    const columns = await witness.query("SELECT name FROM busy");
    expect(columns.fields.map((field) => field.name)).toEqual(["name"]);
  });
});
