import { expect, test } from "vitest";
import { USERS } from "./sample.js";
import { Workplace } from "./tenon.js";

const CONFIG = { "tenon.config.mjs": `export default { url: "file:config.db", dir: "./migrations" };\n` };
const INI = { "env.ini": "[database]\ntype = sqlite\npath = ini.db\n" };

async function databaseOf(place: Workplace, words: readonly string[] = [], environment = {}) {
  const { document } = await place.json(["status", ...words], { environment });
  return document["database"] ?? document.error?.code;
}

test("a flag is stronger than the environment, that than the config, that than env.ini", async () => {
  const place = new Workplace({ ...USERS, ...CONFIG, ...INI });
  const environment = { DATABASE_URL: "file:environment.db" };

  expect(await databaseOf(place, ["--url", "file:flag.db"], environment)).toBe("file:flag.db");
  expect(await databaseOf(place, [], environment)).toBe("file:environment.db");
  expect(await databaseOf(place)).toBe("file:config.db");
  expect(await databaseOf(place, ["--config", "empty.json"])).toBe("CONFIG_INVALID");
});

test("env.ini names the database where nothing else does, and --env names another", async () => {
  const place = new Workplace({
    ...USERS,
    ...INI,
    "other/my.ini": "; comments\n[app]\nname = x\n[Database]\npath: sub/other.db\npool_size = 4\n",
  });
  const dir = ["--dir", "migrations"];

  expect(await databaseOf(place, dir)).toBe("file:ini.db");
  expect(await databaseOf(place, [...dir, "--env", "other/my.ini"], { DATABASE_URL: "file:x.db" })).toBe(
    "file:other/sub/other.db",
  );
});

test("a relative file in a config is found from the config's folder", async () => {
  const place = new Workplace({
    ...Object.fromEntries(Object.entries(USERS).map(([name, text]) => [`app/${name}`, text])),
    "app/tenon.config.json": `{ "url": "file:data.db", "dir": "migrations" }`,
  });

  const { document } = await place.json(["up", "--config", "app/tenon.config.json"]);

  expect(document).toMatchObject({ ok: true, database: "file:app/data.db" });
  expect(Object.keys(place.bytes())).toContain("app/data.db");
});

test("an env.ini for a server becomes its URL, without the password in any message", async () => {
  const place = new Workplace({
    ...USERS,
    "env.ini":
      "[database]\ntype = postgres\nhost = 127.0.0.1\nport = 1\nname = app\nuser = ann\npassword = hunter2\n",
  });

  const { stdout, stderr, status } = await place.tenon([
    "status",
    "--dir",
    "migrations",
    "--json",
    "--verbose",
  ]);

  expect(status).toBe(1);
  expect(JSON.parse(stdout).error).toMatchObject({ code: "CONNECTION_FAILED" });
  expect(stderr).toContain("ann");
  expect(stdout + stderr).not.toContain("hunter2");
});

test("a URL's password is in no message", async () => {
  const place = new Workplace(USERS);
  const url = "postgres://ann:hunter2@127.0.0.1:1/app";

  const { stdout, stderr } = await place.tenon(["status", "--url", url, "--dir", "migrations", "--verbose"]);

  expect(stderr).toContain("CONNECTION_FAILED");
  expect(stdout + stderr).not.toContain("hunter2");
});

test.each([
  ["nothing names a database", ["status", "--dir", "migrations"], "Nothing says which database is meant."],
  ["nothing names modules", ["status", "--url", "file:a.db"], "Nothing says which modules there are."],
  ["a config that is named and not there", ["status", "--config", "nope.ts"], "it does not exist"],
  ["an ini file that is named and not there", ["status", "--env", "nope.ini"], "cannot be read"],
  ["an ini file without the section", ["status", "--env", "plain.ini"], "has no [database] section"],
])("%s is an error of the config", async (_, words, message) => {
  const place = new Workplace({ ...USERS, "plain.ini": "[app]\nname = x\n" });

  const { status, document } = await place.json(words);

  expect(status).toBe(2);
  expect(document.error?.code).toBe("CONFIG_INVALID");
  expect(document.error?.message).toContain(message);
  expect(document.error?.hint).toBeTruthy();
});

test.each([
  [
    "tenon.config.ts",
    "export default {\n  url: 'file:a.db',\n  modules: [,\n};\n",
    { line: 4 },
    "cannot be read",
  ],
  ["tenon.config.ts", "const a: number = 1;\nthrow new Error('boom');\n", { line: 2 }, "boom"],
  ["tenon.config.mjs", "import './nope.mjs';\nexport default {};\n", {}, "nope.mjs"],
  ["tenon.config.mjs", "throw new Error('boom');\n", { line: 1 }, "boom"],
  ["tenon.config.json", '{ "url": }', {}, "cannot be read"],
  ["tenon.config.mjs", "export const url = 1;\n", {}, "its default export is not an object"],
  ["tenon.config.mjs", "export default { uri: 'file:a.db' };\n", {}, "the key `uri` is not known"],
  ["tenon.config.mjs", "export default { journal: { name: 'x' } };\n", {}, "`journal.name` is not known"],
  ["tenon.config.mjs", "export default { modules: {} };\n", {}, "`modules` is not a list"],
  ["tenon.config.mjs", "export default { modules: [{ name: 'a' }] };\n", {}, "`modules[0]` is neither"],
  ["tenon.config.mjs", "export default { dir: 'a', modules: [] };\n", {}, "both `modules` and `dir`"],
  ["tenon.config.mjs", "export default { lockTimeout: '10s' };\n", {}, "not a number of milliseconds"],
  ["tenon.config.mjs", "export default { transaction: 'all' };\n", {}, '`transaction` is "all"'],
])("a config that cannot be used is told with its file: %s %j", async (file, text, where, message) => {
  const place = new Workplace({ [file]: text });

  const { status, document } = await place.json(["status", "--url", "file:a.db"]);

  expect(status).toBe(2);
  expect(document.error).toMatchObject({
    code: "CONFIG_INVALID",
    where: { file: place.path(file), ...where },
  });
  expect(document.error?.message).toContain(message);
});

test("two configs in one folder are not chosen between in silence", async () => {
  const place = new Workplace({ "tenon.config.json": "{}", "tenon.config.mjs": "export default {};" });

  const { document } = await place.json(["status"]);

  expect(document.error?.message).toContain("2 configs here: tenon.config.mjs and tenon.config.json");
});

test("a config in TypeScript finds the package, and what it registers are the modules", async () => {
  const place = new Workplace({
    "tenon.config.ts": `import { defineConfig, type TenonConfig } from "tenon";
import { notes } from "./notes.js";
const config: TenonConfig = { url: "file:app.db" };
export default defineConfig(config);
console.error(notes.name satisfies string);
`,
    "notes.ts": `import { registerSchema } from "tenon";
export const notes = registerSchema("notes", "core")({
  1: { name: "Notes", up: "CREATE TABLE notes (id INTEGER PRIMARY KEY)", down: "DROP TABLE notes" },
});
`,
  });

  const { document } = await place.json(["up"]);

  expect(document).toMatchObject({ ok: true, steps: [{ module: "notes", version: 1, name: "Notes" }] });
});

test("reading a config in TypeScript leaves no file behind", async () => {
  const place = new Workplace({
    ...USERS,
    "tenon.config.ts": `export default { url: "file:app.db" as string, dir: "migrations" };\n`,
    "node_modules/.keep": "",
  });
  const untouched = place.bytes();

  expect((await place.tenon(["plan"])).status).toBe(0);
  expect(place.bytes()).toEqual(untouched);
});
