import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HERE, USERS } from "./sample.js";
import { MAIN, run, Workplace } from "./tenon.js";

const manifest: { version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);

test("--version prints the version of the package", async () => {
  const { stdout, stderr, status } = await new Workplace().tenon(["--version"]);

  expect({ stdout, stderr, status }).toEqual({ stdout: `${manifest.version}\n`, stderr: "", status: 0 });
});

test("--help names every command and the exit statuses on stdout", async () => {
  const { stdout, status } = await new Workplace().tenon(["--help"]);

  expect(status).toBe(0);
  for (const name of "init create status plan up down to history verify repair stamp sql".split(" ")) {
    expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
  }
  expect(stdout).toContain("0 done, 1 failed, 2 wrong use or config, 3");
});

test.each([
  "init",
  "create",
  "status",
  "plan",
  "up",
  "down",
  "to",
  "history",
  "verify",
  "repair",
  "stamp",
  "sql",
])("%s --help gives usage and examples, though the rest of the line is wrong", async (name) => {
  const { stdout, status } = await new Workplace().tenon([name, "--nonsense", "--help"]);

  expect(status).toBe(0);
  expect(stdout).toContain(`tenon ${name}`);
  expect(stdout).toMatch(/^Examples\n {2}tenon /m);
});

test("a command that does not exist is answered with the one that was meant", async () => {
  const { stdout, stderr, status } = await new Workplace().tenon(["stauts"]);

  expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  expect(stderr).toContain("error: There is no command stauts.");
  expect(stderr).toContain("Did you mean status?");
});

test.each([
  [["up", "--dri-run"], "tenon up has no flag --dri-run.", "Did you mean --dry-run?"],
  [["up", "-z"], "tenon up has no flag -z.", "`tenon up --help` lists the flags."],
  [["up", "--to"], "--to needs a value: --to V.", "`tenon up --help` tells more."],
  [["up", "--to", "--quiet"], "--to needs a value: --to V.", "`tenon up --help` tells more."],
  [["up", "--dir="], "--dir needs a value: --dir DIR.", "`tenon up --help` tells more."],
  [["up", "--json=yes"], "--json takes no value.", "`tenon up --help` tells more."],
  [["up", "--to", "1", "--to", "2"], "--to is given more than once, and not the same.", "tells more."],
  [["up", "3"], 'tenon up takes nothing beside its flags, and was given "3" too.', "tells more."],
  [["up", "--transaction", "all"], '--transaction is "all", and can be run or each.', "tells more."],
  [["up", "--lock-timeout", "soon"], '--lock-timeout is "soon", which is no duration.', "10s"],
  [["to"], "tenon to needs V: the version to go to", "`tenon to --help` tells more."],
  [["down", "-1"], 'The number of migrations is "-1", and has to be a whole number of at least 1.', "code"],
  [["down", "2", "--all"], "tenon down takes a number, --to or --all", "Keep one of them."],
  [
    ["status", "--dir", "migrations", "--url", "nonsense://x"],
    'the scheme "nonsense:" is not known',
    "Write file:app.db",
  ],
  [[], "No command is given.", "`tenon --help` lists the commands"],
])("wrong use ends with 2 and says what to do: tenon %j", async (words, message, hint) => {
  const place = new Workplace(USERS);

  const { stdout, stderr, status } = await place.tenon([...words]);

  expect({ stdout, status }).toEqual({ stdout: "", status: 2 });
  expect(stderr).toContain(message);
  expect(stderr).toContain(hint);
});

test("with --json a mistake is one document on stdout, with where and hint, and a text on stderr", async () => {
  const { status, document, stderr } = await new Workplace().json(["up", "--frobnicate"]);

  expect(status).toBe(2);
  expect(document).toEqual({
    ok: false,
    command: "up",
    error: {
      code: "USAGE",
      message: "tenon up has no flag --frobnicate.",
      where: {},
      hint: "`tenon up --help` lists the flags.",
      details: expect.anything(),
    },
  });
  expect(stderr).toContain("error: tenon up has no flag --frobnicate.");
});

test("what stands after -- is no flag", async () => {
  const place = new Workplace({ "migrations/.keep": "" });

  const { status } = await place.tenon(["create", "--dir", "migrations", "--", "--json"]);

  expect(status).toBe(0);
  expect(Object.keys(place.bytes())).toContain("migrations/001_json.sql");
});

test("flags may stand before the command", async () => {
  const place = new Workplace(USERS);

  const { stdout, status } = await place.tenon(["--quiet", ...HERE, "plan"]);

  expect(status).toBe(0);
  expect(stdout).toContain("CREATE TABLE users");
});

test.each([
  [{}, [], false],
  [{ FORCE_COLOR: "1" }, [], true],
  [{ FORCE_COLOR: "1" }, ["--no-color"], false],
  [{ FORCE_COLOR: "0" }, [], false],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, [], true],
])("colours where there is no terminal: %j %j gives %j", async (environment, flags, hasColours) => {
  const { stdout } = await new Workplace().tenon(["--help", ...flags], { environment });

  expect(stdout.includes("\u001b[")).toBe(hasColours);
});

test("an error shows no stack, unless TENON_DEBUG asks for it", async () => {
  const place = new Workplace();

  const plain = await place.tenon(["up"]);
  const debug = await place.tenon(["up"], { environment: { TENON_DEBUG: "1" } });

  expect(plain.stderr).not.toContain("    at ");
  expect(debug.stderr).toContain("    at ");
});

test("a reader that stops reading is not told of as an error, and the work is finished", async () => {
  const versions = Array.from({ length: 60 }, (_, index) => String(index + 1).padStart(3, "0"));
  const place = new Workplace(
    Object.fromEntries(versions.map((each) => [`migrations/${each}_t.sql`, `CREATE TABLE t${each} (id);`])),
  );
  const command = `"${process.execPath}" "${MAIN}" up ${HERE.join(" ")} | true; exit \${PIPESTATUS[0]}`;

  const piped = await run("bash", ["-c", command], place.folder);
  const { document } = await place.json(["status", ...HERE]);

  expect(piped).toMatchObject({ status: 0, stderr: "" });
  expect(document["pending"]).toBe(0);
});

test("SIGINT rolls back what is open, and ends with 130 and one JSON document", async () => {
  const versions = Array.from({ length: 400 }, (_, index) => String(index + 1).padStart(3, "0"));
  const slow = "WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 60000)";
  const place = new Workplace(
    Object.fromEntries(
      versions.map((each) => [
        `migrations/${each}_t.sql`,
        `CREATE TABLE t${each} AS ${slow} SELECT count(*) AS n FROM c;`,
      ]),
    ),
  );

  const { status, stdout, stderr } = await place.tenon(["up", ...HERE, "--json"], {
    // The first line about progress says that the run has begun.
    onStart: (child) => child.stderr?.once("data", () => child.kill("SIGINT")),
  });
  const files = Object.keys(place.bytes()).filter((name) => name.startsWith("app.db"));
  const after = await place.json(["status", ...HERE]);

  expect(status).toBe(130);
  expect(files).toEqual(["app.db"]);
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, command: "up", error: { code: "INTERRUPTED" } });
  expect(stderr).toContain("Interrupted by SIGINT");
  expect(after.document["pending"]).toBe(400);
});
