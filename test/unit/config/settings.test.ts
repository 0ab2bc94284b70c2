import { expect, test } from "vitest";
import { rebaseUrl, resolveSettings, type SettingSources } from "../../../src/config/settings.js";

const NOTHING: SettingSources = {
  flags: {},
  environment: {},
  config: { file: undefined, folder: "/work", config: {} },
  ini: undefined,
  workingFolder: "/work",
};
const INI = {
  file: "/work/env.ini",
  folder: "/work",
  isNamed: false,
  database: { url: "file:ini.db", password: "from ini" },
};

test("where nobody says anything, nothing is said", () => {
  expect(resolveSettings(NOTHING)).toEqual({
    url: undefined,
    urlSource: undefined,
    modules: undefined,
    plugins: [],
    pluginFolder: "/work",
    journal: { table: undefined, legacyModule: undefined },
    transaction: undefined,
    lockTimeoutMs: undefined,
    connection: {},
    password: undefined,
  });
});

test("a flag is stronger than the config in every setting", () => {
  const settings = resolveSettings({
    ...NOTHING,
    flags: { journal: "a", legacyModule: "b", lockTimeoutMs: 0, transaction: "each", dir: "/work/flag" },
    config: {
      file: "/work/tenon.config.json",
      folder: "/work",
      config: {
        dir: "config",
        journal: { table: "x", legacyModule: "y" },
        lockTimeout: 5,
        transaction: "run",
      },
    },
  });

  expect(settings).toMatchObject({
    journal: { table: "a", legacyModule: "b" },
    lockTimeoutMs: 0,
    transaction: "each",
    modules: [{ name: "main", source: { kind: "folder", path: "flag" } }],
  });
});

test("an empty DATABASE_URL is none", () => {
  expect(resolveSettings({ ...NOTHING, environment: { DATABASE_URL: " " }, ini: INI }).url).toBe(
    "file:ini.db",
  );
});

test("the password of an env.ini belongs to its own database", () => {
  expect(resolveSettings({ ...NOTHING, ini: INI }).password).toMatchObject({ text: "from ini" });
  expect(resolveSettings({ ...NOTHING, ini: INI, flags: { url: "file:other.db" } }).password).toBeUndefined();
  expect(resolveSettings({ ...NOTHING, ini: INI, environment: { TENON_PASSWORD: "x" } }).password).toEqual({
    kind: "text",
    text: "x",
    from: "TENON_PASSWORD",
  });
});

test("an env.ini that is named is stronger than the environment", () => {
  const settings = resolveSettings({
    ...NOTHING,
    environment: { DATABASE_URL: "file:environment.db" },
    ini: { ...INI, isNamed: true },
  });

  expect(settings.url).toBe("file:ini.db");
});

test.each([
  ["file:app.db", "/work/app", "file:app/app.db"],
  ["file:app.db?mode=ro", "/work/app", "file:app/app.db?mode=ro"],
  ["file:./app.db", "/work/50%", "file:50%25/./app.db"],
  ["file:app.db", "/other", "file:../other/app.db"],
  ["app.db", "/work/app", "app/app.db"],
  ["pglite:./data", "/work/app", "pglite:app/./data"],
  ["file:app.db", "/work", "file:app.db"],
  ["file:/abs/app.db", "/work/app", "file:/abs/app.db"],
  ["file:///abs/app.db", "/work/app", "file:///abs/app.db"],
  [":memory:", "/work/app", ":memory:"],
  ["file::memory:", "/work/app", "file::memory:"],
  ["pglite:", "/work/app", "pglite:"],
  ["postgres://db/app.db", "/work/app", "postgres://db/app.db"],
])("%s of a file in %s is %s from /work", (url, folder, rebased) => {
  expect(rebaseUrl(url, folder, "/work")).toBe(rebased);
});
