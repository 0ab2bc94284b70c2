import { expect, test } from "vitest";
import { readEnvIni } from "../../../src/config/env-ini.js";

test.each([
  ["[database]\ntype = sqlite\npath = data/app.db", { url: "file:data/app.db" }],
  ["\ufeff[database]\r\npath: 'my app.db'\r\n", { url: "file:my app.db" }],
  ["[database]\npath = 50%#?.db", { url: "file:50%25%23%3F.db" }],
  ["[database]\npath = :memory:", { url: ":memory:" }],
  ["[database]\npath = a.db\npassword = a b;c#d ", { url: "file:a.db", password: "a b;c#d" }],
  ['[database]\npath = a.db\npassword = " a "', { url: "file:a.db", password: " a " }],
  ["[database]\ntype=postgres\nhost=db\nname=app", { url: "postgres://db/app" }],
  [
    "[other]\ntype = x\n[DATABASE]\nTYPE = PostgreSQL\nhost = ::1\nport = 5433\nname = a/b\nuser = a@b\npassword = p:/w",
    { url: "postgres://a%40b:p%3A%2Fw@[::1]:5433/a%2Fb" },
  ],
  ["[database]\ntype = mssql\nhost = db\nname = app\nuser = sa", { url: "sqlserver://sa@db/app" }],
])("%j is read", (text, database) => {
  expect(readEnvIni(text, "env.ini")).toEqual({ password: undefined, ...database });
});

test("a file without the section names no database", () => {
  expect(readEnvIni("[app]\nname = x\n", "env.ini")).toBeUndefined();
});

test("other keys and other sections belong to the application", () => {
  const text = "garbage\n[app]\nmore garbage\n[database]\npath = a.db\npool_size = 3\n[x]\n!\n";

  expect(readEnvIni(text, "env.ini")?.url).toBe("file:a.db");
});

test.each([
  ["[database]", /no type/],
  ["[database]\ntype = oracle", /"oracle" is not known/],
  ["[database]\ntype = sqlite", /no path/],
  ["[database]\ntype = sqlite\npth = a.db", /no path \(not used: pth\)/],
  ["[database]\ntype = postgres\nname = a", /no host/],
  ["[database]\ntype = postgres\nhost = a\nname = b\nport = x", /port "x" is not a number/],
  ["[database]\ntype = postgres\nhost = a\nname = b\npassword = c", /a password and no user/],
  ["[database]\npath = a.db\npath = b.db", /key path of \[database\] is given twice/],
])("%j is refused", (text, message) => {
  expect(() => readEnvIni(text, "env.ini")).toThrow(message);
});

test("a line that is no key = value is told with its number", () => {
  expect(() => readEnvIni("[database]\n\npath\n", "env.ini")).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", where: { file: "env.ini", line: 3 } }),
  );
});
