import { describe, expect, onTestFinished, test } from "vitest";
import {
  type Connection,
  connect,
  defineModule,
  type Module,
  SchemaManager,
  TenonError,
} from "../../src/index.js";
import { engines } from "./engines.js";
import type { Attempt } from "./hostile/attempt.js";
import { ownerOf } from "./hostile/owner.js";
import { postgresAttempts, postgresDynamicAttempts } from "./hostile/postgres.js";
import { postgresLaterAttempts, postgresMoreAttempts } from "./hostile/postgres-more.js";
import { readEverything } from "./hostile/read-everything.js";
import { core, openShop, type Shop, shop } from "./hostile/shop.js";
import { sqliteAttempts } from "./hostile/sqlite.js";
import { sqliteMoreAttempts } from "./hostile/sqlite-more.js";

function evil({ up, verify }: Attempt, name = "evil"): Module {
  return defineModule(name, "plugin", { prefix: "evil_" }, { 1: { name: "Evil", up, verify } });
}

async function attempt(connection: Connection, hostile: Attempt, name = "evil"): Promise<TenonError> {
  try {
    await new SchemaManager(connection, evil(hostile, name), { others: [core] }).migrateToLatest();
  } catch (error) {
    if (error instanceof TenonError) return error;
    throw error;
  }
  throw new Error(`A plugin that ${hostile.what} was not refused.`);
}

/** Everything is read again after so many attempts: the reading takes longer than an attempt, and what one has changed is there to be seen. */
const LOOK_AFTER = 6;

/** Those that were refused with another code than they should be, or not at all. */
async function tryAll({ database, connection }: Shop, attempts: readonly Attempt[]): Promise<string[]> {
  const before = await readEverything(database);
  const wrong: string[] = [];
  let unseen: string[] = [];
  for (const [index, hostile] of attempts.entries()) {
    const error = await attempt(connection, hostile, `evil${index}`).catch((missed: Error) => missed);
    unseen.push(hostile.what);
    if (!(error instanceof TenonError)) wrong.push(error.message);
    else if (error.code !== (hostile.code ?? error.code))
      wrong.push(`${hostile.what}: ${error.code} ${error.message}`);
    if (unseen.length < LOOK_AFTER && index < attempts.length - 1) continue;
    const after = await readEverything(database);
    // Compared as texts first: the long way only shows what is different.
    if (JSON.stringify(after) !== JSON.stringify(before)) expect(after, unseen.join("; ")).toEqual(before);
    unseen = [];
  }
  return wrong;
}

describe.each(engines)("hostile plugins on $name", (engine) => {
  const attempts =
    engine.engine === "sqlite"
      ? [...sqliteAttempts, ...sqliteMoreAttempts]
      : [...postgresAttempts, ...postgresMoreAttempts, ...postgresLaterAttempts];

  test("at least sixty are tried", () => {
    expect(attempts.length).toBeGreaterThanOrEqual(60);
  });

  test("each is refused, says why, and changes nothing", async () => {
    expect(await tryAll(await shop(engine), attempts)).toEqual([]);
  });

  test("a refusal names the object, its owner and the line", async () => {
    const { connection } = await shop(engine);
    const error = await attempt(connection, {
      what: "deletes",
      up: "CREATE TABLE evil_notes (id INTEGER PRIMARY KEY);\n\nDELETE FROM users;",
    });

    expect(error.message).toMatch(/users, which belongs to module shop: its version 1 made it/);
    expect(error.where).toMatchObject({ module: "evil", version: "1", line: 3 });
  });
});

describe.each(engines.filter(({ engine }) => engine === "postgres"))(
  "SQL made at run time on $name",
  (engine) => {
    test("the server refuses what no text shows", async () => {
      expect(await tryAll(await shop(engine), postgresDynamicAttempts)).toEqual([]);
    });
  },
);

describe("hostile plugins on a server where the host itself has few rights", () => {
  const [server] = engines.filter(({ name }) => name === "PostgreSQL");

  test("each is refused, without a role of its own to run with", async () => {
    if (server === undefined) throw new Error("There is no PostgreSQL among the engines.");
    const database = await server.create();
    const url = await ownerOf(database);
    const connection = await connect(url);
    onTestFinished(() => connection.close());

    const opened = await openShop(server, database, connection);

    expect(
      await connection.query("SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user"),
    ).toEqual([{ super: false }]);
    const otherwise = await tryAll(opened, [
      ...postgresAttempts,
      ...postgresMoreAttempts,
      ...postgresLaterAttempts,
      ...postgresDynamicAttempts,
    ]);
    expect(otherwise.filter((each) => !IN_OTHER_WORDS.test(each))).toEqual([]);
  });
});

/** A foreign key stands in the way before the guard does, or the text is enough to see it. */
const IN_OTHER_WORDS =
  /: MIGRATION_FAILED .*(?:foreign key|depend on it|transaction termination|permission denied for (?:language|table|view|function))|: PLUGIN_FORBIDDEN To move a sequence/;
