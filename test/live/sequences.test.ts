import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Connection, SchemaManager, type SchemaVersions } from "../../src/index.js";
import { randomCases } from "../generators/case-count.js";
import { engines, type LiveDatabase } from "./engines.js";

const COUNT = 8;
const CASES = Math.min(randomCases(16).numRuns, 300);

type Action =
  | { readonly kind: "latest" }
  | { readonly kind: "to"; readonly version: number }
  | { readonly kind: "down"; readonly count: number }
  /** The session ends while a step is running. */
  | { readonly kind: "killed"; readonly at: number }
  /** A version fails in its middle. */
  | { readonly kind: "fails"; readonly version: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.constant({ kind: "latest" as const }),
  fc.record({ kind: fc.constant("to" as const), version: fc.integer({ min: 0, max: COUNT }) }),
  fc.record({ kind: fc.constant("down" as const), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("killed" as const), at: fc.integer({ min: 1, max: COUNT }) }),
  fc.record({ kind: fc.constant("fails" as const), version: fc.integer({ min: 1, max: COUNT }) }),
);

function versions(): SchemaVersions {
  const all: Record<number, SchemaVersions[number]> = {};
  for (let version = 1; version <= COUNT; version++) {
    all[version] = {
      name: `v${version}`,
      up: [
        `CREATE TABLE t${version} (id INTEGER PRIMARY KEY)`,
        `INSERT INTO t${version} VALUES (${version})`,
      ],
      down: [`DROP TABLE t${version}`],
    };
  }
  return all;
}

async function agree(database: LiveDatabase, connection: Connection): Promise<void> {
  const hasJournal = await connection.tableExists("schema_migrations");
  const rows = hasJournal
    ? await database.look("SELECT version FROM schema_migrations WHERE status = 'applied'")
    : [];
  const applied = new Set(rows.map((row) => Number(row["version"])));
  for (let version = 1; version <= COUNT; version++) {
    expect([version, await connection.tableExists(`t${version}`)]).toEqual([version, applied.has(version)]);
  }
  expect(connection.inTransaction).toBe(false);
}

describe.each(engines)("sequences of runs on $name", (engine) => {
  test(
    "any sequence of up, down, to, failures and ended sessions leaves journal and schema in agreement",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(action, { minLength: 1, maxLength: 8 }),
          fc.constantFrom("run" as const, "each" as const),
          async (actions, transaction) => {
            const database = await engine.create();
            let connection = await database.connect();
            for (const step of actions) {
              const manager = new SchemaManager(connection, versions());
              switch (step.kind) {
                case "latest":
                  await manager.migrateToLatest({ transaction, allowOutOfOrder: true });
                  break;
                case "to":
                  await manager.migrateToVersion(step.version, { transaction, allowOutOfOrder: true });
                  break;
                case "down":
                  await manager.rollback(step.count, { transaction });
                  break;
                case "fails": {
                  const broken = versions()[step.version];
                  const applied = new Set(
                    (await manager.getMigrationHistory())
                      .filter((row) => row.status === "applied")
                      .map((row) => row.version),
                  );
                  if (broken === undefined || applied.has(String(step.version))) break;
                  const failing = new SchemaManager(connection, {
                    ...versions(),
                    [step.version]: {
                      ...broken,
                      up: [`CREATE TABLE t${step.version} (id INTEGER)`, "SELECT nonsense FROM nowhere"],
                    },
                  });
                  await expect(
                    failing.migrateToLatest({ transaction, allowOutOfOrder: true }),
                  ).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
                  break;
                }
                case "killed": {
                  if (!engine.isShared) break;
                  const doomed = connection;
                  const killing = new SchemaManager(doomed, versions(), {
                    onEvent: (event) => {
                      if (event.kind === "step-started" && event.step.index === step.at) void doomed.close();
                    },
                  });
                  await killing
                    .migrateToLatest({ transaction, allowOutOfOrder: true })
                    .catch(() => undefined);
                  await doomed.close();
                  connection = await database.connect();
                  break;
                }
              }
              await agree(database, connection);
            }
            await new SchemaManager(connection, versions()).migrateToLatest({ allowOutOfOrder: true });
            await agree(database, connection);
            await connection.close();
          },
        ),
        { numRuns: CASES },
      );
    },
    60_000 + CASES * 5000,
  );
});
