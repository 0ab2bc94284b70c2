import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openPglite, type PgliteOptions } from "../../../src/connection/pglite.js";
import { pgliteFolder } from "../../servers/pglite.js";
import { errorOf } from "./pg-opened.js";

async function opened(options: PgliteOptions) {
  const connection = await openPglite(options);
  onTestFinished(() => connection.close());
  return connection;
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-pglite-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** What a data folder looks like from outside; the engine would not start on it. */
function hollowFolder(): string {
  const folder = join(emptyFolder(), "data");
  for (const part of ["base", "global", "pg_wal", "pg_xact"])
    mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, "PG_VERSION"), "18\n");
  writeFileSync(join(folder, "global", "pg_control"), Buffer.alloc(8192));
  return folder;
}

/** Every file of a folder with its size and content's head, to see that nothing was touched. */
function contentOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(file);
      return `${relative(folder, file)} ${size} ${mtimeMs}`;
    })
    .sort();
}

/** A process that opens the folder; resolves once it holds it, or has ended. */
async function holder(folder: string, ...parameters: string[]): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("pglite-holder.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, folder, ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  return child;
}

test("a database in memory is PostgreSQL, and gone when it is closed", async () => {
  const connection = await openPglite({ folder: undefined });
  expect(connection).toMatchObject({ engine: "postgres", description: "pglite:" });
  const [row] = await connection.query("SELECT version() AS version");
  expect(row?.["version"]).toContain("PostgreSQL");
  await connection.close();
  await connection.close();
  expect((await errorOf(connection.query("SELECT 1"))).code).toBe("CONNECTION_CLOSED");
});

test("a folder keeps its data from one connection to the next", async () => {
  const folder = await pgliteFolder();
  const first = await openPglite({ folder });
  await first.executeScript("CREATE TABLE notes (id int); INSERT INTO notes VALUES (1)");
  await first.close();
  const second = await opened({ folder });
  expect(await second.query("SELECT * FROM notes")).toEqual([{ id: 1 }]);
});

test("a folder that does not exist is made, unless the database must exist", async () => {
  const folder = join(emptyFolder(), "new", "data");
  const refused = await errorOf(openPglite({ folder, mustExist: true }));
  expect(refused.code).toBe("CONNECTION_FAILED");
  expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined();

  const connection = await opened({ folder });
  expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(readdirSync(folder)).not.toContain("tenon.unfinished");
});

test("a folder whose creation was interrupted is told as such", async () => {
  const folder = hollowFolder();
  writeFileSync(join(folder, "tenon.unfinished"), "");
  const error = await errorOf(openPglite({ folder }));
  expect(error).toMatchObject({ code: "DATABASE_CORRUPT" });
  expect(error.message).toContain("never finished");
});

test("a second connection of the same process is refused and names this process", async () => {
  const folder = await pgliteFolder();
  await opened({ folder });
  const error = await errorOf(openPglite({ folder, busyTimeoutMs: 0 }));
  expect(error).toMatchObject({
    code: "DATABASE_BUSY",
    details: { holder: { pid: process.pid, host: hostname() } },
  });
  expect(error.message).toContain(`another connection of this process (${process.pid})`);
});

test("another process is refused and told who holds the folder, and gets in when that one is killed", async () => {
  const folder = await pgliteFolder();
  const child = await holder(folder);
  const error = await errorOf(openPglite({ folder, busyTimeoutMs: 0 }));
  expect(error.code).toBe("DATABASE_BUSY");
  expect(error.message).toMatch(new RegExp(`process ${child.pid} on ${hostname()}, since 20`));

  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;

  const connection = await opened({ folder, busyTimeoutMs: 0 });
  expect(await connection.query("SELECT * FROM visits")).toEqual([{ pid: child.pid }]);
});

test("several processes that open one folder at once come in one after the other", async () => {
  const folder = await pgliteFolder();
  const children = await Promise.all([1, 2, 3].map(() => holder(folder, "30000", "leave")));
  await Promise.all(children.map((child) => child.exitCode ?? once(child, "exit")));
  const connection = await opened({ folder });
  const visits = await connection.query<{ pid: number }>("SELECT pid FROM visits");
  expect(new Set(visits.map(({ pid }) => pid))).toEqual(new Set(children.map(({ pid }) => pid)));
});

test("a connection that waits gets in when the other one closes", async () => {
  const folder = await pgliteFolder();
  const first = await openPglite({ folder });
  const second = opened({ folder, busyTimeoutMs: 30_000 });
  await first.close();
  expect(await (await second).query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a folder of another PostgreSQL is told with both versions, and not touched", async () => {
  const folder = await pgliteFolder();
  writeFileSync(join(folder, "PG_VERSION"), "15\n");
  const before = contentOf(folder);
  const error = await errorOf(openPglite({ folder }));
  expect(error.code).toBe("CONNECTION_FAILED");
  expect(error.message).toMatch(/was made by PostgreSQL 15, and the installed PGlite is \d+/);
  expect(contentOf(folder).filter((line) => !line.startsWith("tenon.lock"))).toEqual(before);
});

test.each([
  ["global/pg_control", (folder: string) => rmSync(join(folder, "global", "pg_control"))],
  ["base", (folder: string) => rmSync(join(folder, "base"), { recursive: true })],
  ["pg_xact", (folder: string) => rmSync(join(folder, "pg_xact"), { recursive: true })],
])("a folder without %s is told as damaged, and not touched", async (part, damage) => {
  const folder = hollowFolder();
  damage(folder);
  const before = contentOf(folder);
  const error = await errorOf(openPglite({ folder }));
  expect(error.code).toBe("DATABASE_CORRUPT");
  expect(error.message).toContain(part);
  expect(contentOf(folder)).toEqual(before);
});

test("a folder whose log is gone is told as damaged, in the engine's own words", async () => {
  const folder = await pgliteFolder();
  rmSync(join(folder, "pg_wal"), { recursive: true });
  mkdirSync(join(folder, "pg_wal"));
  const error = await errorOf(openPglite({ folder }));
  expect(error.code).toBe("DATABASE_CORRUPT");
  expect(error.message).toContain("could not locate a valid checkpoint record");
});

test("a folder with something else in it, and a file, are no database and are not touched", async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, "thesis.txt"), "all of it");
  const file = join(folder, "thesis.txt");
  expect((await errorOf(openPglite({ folder }))).code).toBe("NOT_A_DATABASE");
  expect((await errorOf(openPglite({ folder: file }))).code).toBe("NOT_A_DATABASE");
  expect(readdirSync(folder)).toEqual(["thesis.txt"]);
  expect(readFileSync(file, "utf8")).toBe("all of it");
});

test("the data of a running PostgreSQL server is left to that server", async () => {
  const folder = hollowFolder();
  writeFileSync(join(folder, "postmaster.pid"), `${process.pid}\n${folder}\n`);
  const error = await errorOf(openPglite({ folder }));
  expect(error).toMatchObject({ code: "DATABASE_BUSY", details: { holder: { pid: process.pid } } });
});

test("extensions are found by their names", async () => {
  const connection = await opened({ folder: undefined, extensions: ["pg_trgm", "uuid-ossp"] });
  await connection.executeScript('CREATE EXTENSION pg_trgm; CREATE EXTENSION "uuid-ossp"');
  expect(await connection.query("SELECT similarity('tenon', 'tenor') > 0.4 AS near")).toEqual([
    { near: true },
  ]);

  const unknown = await errorOf(openPglite({ folder: undefined, extensions: ["vectors"] }));
  expect(unknown).toMatchObject({ code: "MISSING_DEPENDENCY" });
  expect(unknown.message).toContain('"vectors"');
});

test("a copy of a folder that is open elsewhere can be opened on its own", async () => {
  const folder = await pgliteFolder();
  const first = await openPglite({ folder });
  await first.execute("CHECKPOINT");
  const copy = join(emptyFolder(), "copy");
  cpSync(folder, copy, { recursive: true });
  await first.close();
  const connection = await opened({ folder: copy, busyTimeoutMs: 0 });
  expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("an engine that ends itself is told as a lost session, and the folder is free again after close", async () => {
  const folder = await pgliteFolder();
  const connection = await openPglite({ folder });
  await connection.executeScript("CREATE TABLE notes (id int); COMMIT; BEGIN; INSERT INTO notes VALUES (1)");
  const error = await errorOf(connection.executeScript("COPY notes FROM stdin"));
  expect(error).toMatchObject({ code: "CONNECTION_LOST", details: { outcome: "rolled-back" } });
  await connection.close();
  const next = await opened({ folder, busyTimeoutMs: 0 });
  expect(await next.query("SELECT * FROM notes")).toEqual([]);
});
