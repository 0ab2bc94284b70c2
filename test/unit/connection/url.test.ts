import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connect, parseDatabaseUrl, redactUrl } from "../../../src/connection/index.js";

describe("an address", () => {
  test.each<[string, ReturnType<typeof parseDatabaseUrl>]>([
    [":memory:", { kind: "memory" }],
    ["file::memory:", { kind: "memory" }],
    ["file:app.db", { kind: "file", path: "app.db", mode: "rwc" }],
    ["file:data/app.db", { kind: "file", path: "data/app.db", mode: "rwc" }],
    ["file:./app.db", { kind: "file", path: "./app.db", mode: "rwc" }],
    ["file:/srv/app.db", { kind: "file", path: "/srv/app.db", mode: "rwc" }],
    ["file:///srv/app.db", { kind: "file", path: "/srv/app.db", mode: "rwc" }],
    ["file://localhost/srv/app.db", { kind: "file", path: "/srv/app.db", mode: "rwc" }],
    ["FILE:app.db", { kind: "file", path: "app.db", mode: "rwc" }],
    ["file:///C:/data/app.db", { kind: "file", path: "C:/data/app.db", mode: "rwc" }],
    ["file:my%20app%3F%23%25.db", { kind: "file", path: "my app?#%.db", mode: "rwc" }],
    ["file:caf%C3%A9.db", { kind: "file", path: "café.db", mode: "rwc" }],
    ["file:a+b.db", { kind: "file", path: "a+b.db", mode: "rwc" }],
    ["file:app", { kind: "file", path: "app", mode: "rwc" }],
    ["file:app.db?mode=ro", { kind: "file", path: "app.db", mode: "ro" }],
    ["file:app.db?mode=rw", { kind: "file", path: "app.db", mode: "rw" }],
    ["file:app.db?", { kind: "file", path: "app.db", mode: "rwc" }],
    ["app.db", { kind: "file", path: "app.db", mode: "rwc" }],
    ["./data/app.SQLITE3", { kind: "file", path: "./data/app.SQLITE3", mode: "rwc" }],
    ["/srv/my app.sqlite", { kind: "file", path: "/srv/my app.sqlite", mode: "rwc" }],
    ["C:\\data\\app.db", { kind: "file", path: "C:\\data\\app.db", mode: "rwc" }],
    ["libsql://db.example.com", { kind: "libsql", url: "libsql://db.example.com" }],
    ["postgres://u@h/d", { kind: "postgres", url: "postgres://u@h/d" }],
    ["postgresql://u@h/d", { kind: "postgres", url: "postgresql://u@h/d" }],
    ["pglite:", { kind: "pglite", folder: undefined }],
    ["pglite:./data", { kind: "pglite", folder: "./data" }],
    ["sqlserver://h;database=d", { kind: "sqlserver", url: "sqlserver://h;database=d" }],
  ])("is understood: %s", (url, expected) => {
    expect(parseDatabaseUrl(url)).toEqual(expected);
  });

  test.each([
    ["", "no scheme"],
    ["app", "no scheme"],
    ["mysql://u@h/d", '"mysql:" is not known'],
    ["file:", "names no file"],
    ["file:?mode=ro", "names no file"],
    ["file://app.db", "write file:app.db"],
    ["file://server/share/app.db", '"server" stands where a host would'],
    ["file:app.db?cache=shared", '"cache" is not known'],
    ["file:app.db?mode=memory", 'mode is "memory"'],
    ["file:app.db?mode=ro&key=sesame", '"key" is not known'],
    ["file:a?b?mode=ro", "second ?"],
    ["file:a#b.db", "write %23"],
    ["file:100%.db", "write %25"],
    ["file:%ff.db", "write %25"],
    ["file:a%00b.db", "NUL"],
    ["app\0.db", "NUL"],
  ])("is refused: %j", (url, reason) => {
    expect(() => parseDatabaseUrl(url)).toThrow(expect.objectContaining({ code: "URL_INVALID" }));
    expect(() => parseDatabaseUrl(url)).toThrow(reason);
  });

  test("of what Tenon does not open is told as such, without its secrets", async () => {
    for (const url of ["libsql://db.example.com?authToken=sesame", "sqlserver://h;user=sa;password=sesame"]) {
      const error = await connect(url).catch((thrown) => thrown);
      expect(error.code).toBe("UNSUPPORTED");
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain("sesame");
    }
  });
});

describe("an address for messages", () => {
  test.each([
    ["file:app.db", "file:app.db"],
    ["file:odd:name@home.db", "file:odd:name@home.db"],
    ["postgres://user@host/db", "postgres://user@host/db"],
    ["postgres://host:5432/db?sslmode=require", "postgres://host:5432/db?sslmode=require"],
    ["postgres://user:sesame@host:5432/db", "postgres://user:***@host:5432/db"],
    ["postgres://user:se/sa?m#e@host/db", "postgres://user:***@host/db"],
    ["postgres://user:12@se@same@host/db", "postgres://user:***@host/db"],
    ["postgres://user:12/sesame@host/db", "postgres://user:***@host/db"],
    ["postgres://:sesame@host/db", "postgres://:***@host/db"],
    ["postgres://user:sesame@[::1]:5432/db", "postgres://user:***@[::1]:5432/db"],
    ["postgres://user:sesame@", "postgres://user:***@"],
    ["postgres:user:sesame@host", "postgres:***@host"],
    ["user:sesame@host/db", "user:***@host/db"],
    ["postgres://h/d?user=me&password=sesame&x=1", "postgres://h/d?user=me&password=***&x=1"],
    ["postgres://h/d?password=se;sa me#sesame&x=1", "postgres://h/d?password=***&x=1"],
    ["postgres://h/d?PassWord=sesame", "postgres://h/d?PassWord=***"],
    ["postgres://h/d?pass%77ord=sesame", "postgres://h/d?pass%77ord=***"],
    ["postgres://h/d?sslkey=/home/sesame.key&sslmode=require", "postgres://h/d?sslkey=***&sslmode=require"],
    ["libsql://h?authToken=sesame", "libsql://h?authToken=***"],
    ["libsql://sesame@h", "libsql://***@h"],
    [
      "sqlserver://h:1433;user=sa;password={se;sa@me};encrypt=true",
      "sqlserver://h:1433;user=sa;password=***;encrypt=true",
    ],
    ["sqlserver://h;user=sa;Pwd=sesame", "sqlserver://h;user=sa;Pwd=***"],
    ["host=h user=me password='se sa me' dbname=d", "host=h user=me password=***"],
    ["host=h password = sesame", "host=h password=***"],
    ["file:app.db?key=sesame", "file:app.db?key=***"],
  ])("%s is %s", (url, expected) => {
    expect(redactUrl(url)).toBe(expected);
  });

  test("never holds the password, whatever characters it is made of", () => {
    const awkward = fc.string({
      unit: fc.constantFrom(..."aZ09@:/?#&=;%[]{}'\" \\".split("")),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(awkward, (noise) => {
        const secret = `XyZ${noise}zYx`;
        for (const url of [
          `postgres://user:${secret}@host:5432/db`,
          `postgres://user:${encodeURIComponent(secret)}@host/db?sslmode=require`,
          `libsql://${secret}@host`,
          `user:${secret}@host`,
        ]) {
          expect(redactUrl(url)).not.toContain("zYx");
        }
        expect(redactUrl(`postgres://host/db?password=${encodeURIComponent(secret)}&x=1`)).not.toContain(
          "zYx",
        );
        expect(redactUrl(`host=h password=${secret}`)).not.toContain("zYx");
      }),
    );
  });
});
