import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/index.js";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";
import { Workplace } from "./tenon.js";

async function place(script: string): Promise<Workplace> {
  const workplace = new Workplace();
  const connection = await connect(`file:${workplace.path("app.db")}`);
  onTestFinished(() => connection.close());
  await connection.executeScript(script);
  await connection.close();
  return workplace;
}

const BOARDS =
  "CREATE TABLE board (id INTEGER PRIMARY KEY, wood TEXT, cm INTEGER); INSERT INTO board VALUES (1, 'oak', 120), (2, 'ash', NULL)";
const MISFIT = `${BOARDS}; INSERT INTO board VALUES (3, 'fir', 'long')`;

test("tenon transfer moves a file to a server, and tells what it did on stdout and how it goes on stderr", async () => {
  const workplace = await place(BOARDS);
  const to = await postgresDatabase();
  const ran = await workplace.tenon(["transfer", "--from", "file:app.db", "--to", to, "--jobs", "1"]);
  expect([ran.status, ran.stderr]).toEqual([0, expect.stringContaining("Loading")]);
  expect(ran.stdout).toMatch(/^table +rows/m);
  expect(ran.stdout).toMatch(/^board +2/m);
  const witness = await postgresWitness(to);
  expect((await witness.query("SELECT id, wood, cm FROM board ORDER BY id")).rows).toEqual([
    { id: 1, wood: "oak", cm: 120 },
    { id: 2, wood: "ash", cm: null },
  ]);
});

test("tenon transfer --json prints one document with the proof", async () => {
  const workplace = await place(BOARDS);
  const to = await postgresDatabase();
  const ran = await workplace.tenon(["transfer", "--from", "file:app.db", "--to", to, "--json"]);
  const document = JSON.parse(ran.stdout);
  expect(document).toMatchObject({
    ok: true,
    command: "transfer",
    isDone: true,
    tables: [{ table: "board", rows: 2, rejected: 0 }],
    proof: { isEqual: true },
  });
  expect(document.to).not.toContain("password");
});

test("what does not fit ends with 1 and names table, column, row and value, and nothing is written", async () => {
  const workplace = await place(MISFIT);
  const to = await postgresDatabase();
  const ran = await workplace.tenon(["transfer", "--from", "file:app.db", "--to", to]);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain("board.cm");
  expect(ran.stderr).toContain("'long'");
  expect(ran.stderr).toContain("TRANSFER_MISFITS");
  const witness = await postgresWitness(to);
  expect(
    (await witness.query("SELECT to_regclass('board') AS t, to_regnamespace('tenon_transfer') AS n")).rows,
  ).toEqual([{ t: null, n: null }]);
});

test("a dry run tells what would happen, and a written map answers it", async () => {
  const workplace = await place(MISFIT);
  const to = await postgresDatabase();
  const common = ["transfer", "--from", "file:app.db", "--to", to];
  const dry = await workplace.tenon([...common, "--dry-run"]);
  expect([dry.status, dry.stdout]).toEqual([1, expect.stringContaining("Nothing was written.")]);
  const written = await workplace.tenon([...common, "--write-map", "columns.json"]);
  expect([written.status, workplace.read("columns.json")]).toEqual([0, expect.stringContaining('"cm"')]);
  expect((await workplace.tenon([...common, "--write-map", "columns.json"])).stderr).toContain("FILE_EXISTS");
  workplace.write({
    "columns.json": `{ "tables": { "board": { "columns": { "cm": { "type": "bigint", "otherwise": "null" } } } } }`,
  });
  const moved = await workplace.tenon([...common, "--map", "columns.json"]);
  expect([moved.status, moved.stderr]).toEqual([0, expect.any(String)]);
  const witness = await postgresWitness(to);
  expect((await witness.query("SELECT wood, cm FROM board ORDER BY id")).rows).toEqual([
    { wood: "oak", cm: 120 },
    { wood: "ash", cm: null },
    { wood: "fir", cm: null },
  ]);
});

test("a file becomes an encrypted one and comes back, and no password is shown", async () => {
  const workplace = await place(BOARDS);
  workplace.write({ "secret.txt": "correct horse\n" });
  const there = await workplace.tenon([
    "transfer",
    "--from",
    "file:app.db",
    "--to",
    "file:safe.db",
    "--to-password-file",
    "secret.txt",
  ]);
  expect([there.status, there.stdout + there.stderr]).toEqual([0, expect.not.stringContaining("horse")]);
  const without = await workplace.tenon(["transfer", "--from", "file:safe.db", "--to", "file:back.db"]);
  expect([without.status, without.stderr]).toEqual([1, expect.stringContaining("--from-password-file")]);
  const back = await workplace.tenon([
    "transfer",
    "--from",
    "file:safe.db",
    "--from-password-file",
    "secret.txt",
    "--to",
    "file:back.db",
  ]);
  expect([back.status, back.stdout]).toEqual([0, expect.stringContaining("Moved 2 rows")]);
});

test.each([
  [["--to", "file:b.db"], "--from is missing"],
  [["--from", "file:app.db"], "--to is missing"],
  [["--from", "file:app.db", "--to", "file:app.db"], "the same database"],
  [["--from", "file:app.db", "--to", "file:b.db", "--resume", "--restart"], "only one of them"],
  [["--from", "file:app.db", "--to", "pglite:", "--jobs", "many"], "a number from 1 to 64"],
])("tenon transfer %j is wrong use: %s", async (words, reason) => {
  const workplace = await place(BOARDS);
  const before = workplace.bytes();
  const ran = await workplace.tenon(["transfer", ...words]);
  expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining(reason)]);
  expect(workplace.bytes()).toEqual(before);
});

test("a source that is not there ends with 1, and no file is made", async () => {
  const workplace = await place(BOARDS);
  const before = workplace.bytes();
  const ran = await workplace.tenon(["transfer", "--from", "file:nope.db", "--to", "file:b.db"]);
  expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining("nope.db does not exist")]);
  expect(workplace.bytes()).toEqual(before);
});
