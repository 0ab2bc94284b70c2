import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBystander } from "../../../src/migrations/bystander.js";
import { parseFileName, readCommonName } from "../../../src/migrations/file-name.js";
import { refusalOf } from "./refusal.js";

function parse(name: string) {
  return parseFileName(name, `migrations/${name}`);
}

describe("parseFileName", () => {
  it.each([
    ["001_initial_schema.sql", "1", "initial_schema", "up", undefined, "sql"],
    ["001_initial_schema_rollback.sql", "1", "initial_schema", "down", undefined, "sql"],
    ["001_initial_schema_verify.sql", "1", "initial_schema", "verify", undefined, "sql"],
    ["002_add_fts5.sqlite.sql", "2", "add_fts5", "up", "sqlite", "sql"],
    ["002_add_fts5_rollback.sqlite.sql", "2", "add_fts5", "down", "sqlite", "sql"],
    ["002_add_fts5_verify.postgres.sql", "2", "add_fts5", "verify", "postgres", "sql"],
    ["002_add_fts5.sqlserver.sql", "2", "add_fts5", "up", "sqlserver", "sql"],
    ["003_backfill.ts", "3", "backfill", "up", undefined, "code"],
    ["003_backfill.mjs", "3", "backfill", "up", undefined, "code"],
    ["003_backfill.postgres.cts", "3", "backfill", "up", "postgres", "code"],
    ["20240131120000_init.sql", "20240131120000", "init", "up", undefined, "sql"],
    ["00000000000000000000000012_x.sql", "12", "x", "up", undefined, "sql"],
    ["12-add-users.sql", "12", "add-users", "up", undefined, "sql"],
    ["12-add-users-rollback.sql", "12", "add-users", "down", undefined, "sql"],
    ["001_INIT_ROLLBACK.SQLite.SQL", "1", "INIT", "down", "sqlite", "sql"],
    ["001_x_rollback_verify.sql", "1", "x_rollback", "verify", undefined, "sql"],
    ["001_enable_rollbacks.sql", "1", "enable_rollbacks", "up", undefined, "sql"],
    ["001_über uns (1).sql", "1", "über uns (1)", "up", undefined, "sql"],
    ["001_2fa.sql", "1", "2fa", "up", undefined, "sql"],
    ["2024_reports.sql", "2024", "reports", "up", undefined, "sql"],
  ])("reads %s", (file, version, name, role, engine, format) => {
    expect(parse(file)).toEqual({ version, name, role, engine, format });
  });

  it.each([
    ["initial_schema.sql", "does not start with a version"],
    ["V1__initial.sql", "does not start with a version"],
    ["001.sql", "a version and no name"],
    ["001_.sql", "a version and no name"],
    ["001initial.sql", "no `_` between"],
    ["1.2_initial.sql", "`.2_initial` is no engine"],
    ["001_initial.up.sql", "`.up` is no engine"],
    ["001_initial.mysql.sql", "`.mysql` is no engine"],
    ["001_initial.constructor.sql", "`.constructor` is no engine"],
    ["001_initial.sqlite_rollback.sql", "`_rollback.sqlite`, not `.sqlite_rollback`"],
    ["001_initial.sqlite.up.sql", "more dots"],
    ["001_rollback.sql", "no name before the role"],
    ["001__verify.sql", "no name before the role"],
    ["001_backfill_rollback.ts", "has its down() in itself"],
    ["2024-01-31_init.sql", "would be version 2024"],
    ["2024_01_31_120000_init.sql", "would be version 2024"],
    ["001_initial", "none of the endings"],
    ["001_initial.psql", "none of the endings"],
    ["001_initial.sql.txt", "none of the endings"],
    ["seed.json", "none of the endings"],
    ["index.ts", "does not start with a version"],
  ])("refuses %s", (file, why) => {
    const error = refusalOf(() => parse(file));
    expect(error.code).toBe("MIGRATION_NAME_INVALID");
    expect(error.message).toContain(why);
    expect(error.message).toContain(`migrations/${file}`);
    expect(error.where.file).toBe(`migrations/${file}`);
    expect(error.hint).toContain("NNN_name.sql");
  });

  it("refuses control characters, and does not repeat them", () => {
    const error = refusalOf(() => parse("001_\u001b[2J.sql"));
    expect(error.code).toBe("MIGRATION_NAME_INVALID");
    expect(error.message).toContain('"migrations/001_\\u001b[2J.sql"');
  });

  it("keeps a version that is several zeros", () => {
    expect(parse("000_init.sql").version).toBe("000");
    expect(parse("000_init_rollback.sql").version).toBe("000");
  });

  it("refuses version 0 and versions of more than 20 digits", () => {
    for (const file of ["0_init.sql", "123456789012345678901_init.sql"]) {
      const error = refusalOf(() => parse(file));
      expect([error.code, error.where.file]).toEqual(["VERSION_INVALID", `migrations/${file}`]);
    }
  });
});

describe("isBystander", () => {
  it.each([
    ".gitkeep",
    ".DS_Store",
    ".001_x.sql.swp",
    "_shared.ts",
    "#001_x.sql#",
    "README.md",
    "README",
    "001_notes.md",
    "notes.txt",
    "LICENSE",
    "001_x.sql~",
    "001_x.sql.bak",
    "001_x.sql.orig",
    "003_x.d.ts",
    "003_x.d.mts",
    "003_x.js.map",
    "003_x.test.ts",
    "003_x.spec.mjs",
    "package.json",
    "Thumbs.db",
  ])("passes over %s", (name) => {
    expect(isBystander(name)).toBe(true);
  });

  it.each([
    "001_x.sql",
    "initial.sql",
    "001_x.sql.txt",
    "001_x",
    "001_x.psql",
    "index.ts",
    "seed.json",
    "001_latest.ts",
    "001_test.sql",
    "1_map.sql",
  ])("does not pass over %s", (name) => {
    expect(isBystander(name)).toBe(false);
  });
});

describe("a common name, read at one glance", () => {
  const part = fc.constantFrom(
    "001",
    "0",
    "20240131120000",
    "2024",
    "_",
    "-",
    "01",
    "users",
    "Users",
    "rollback",
    "verify",
    "é",
    " ",
    ".sqlite",
    ".postgres",
    ".up",
    ".sql",
    ".SQL",
    ".ts",
    ".txt",
    "x".repeat(21),
    "9".repeat(21),
  );
  const name = fc.array(part, { minLength: 1, maxLength: 7 }).map((parts) => parts.join(""));
  const digits = fc.oneof(fc.stringMatching(/^0{0,3}[1-9]\d{0,3}$/), fc.stringMatching(/^\d{19,22}$/));
  const titlePart = fc.constantFrom(
    "a",
    "users",
    "_",
    "_",
    "01",
    "_01_31",
    "x9",
    "_rollback",
    "_verify",
    "rollback",
  );
  const title = fc.array(titlePart, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
  const likely = fc.tuple(digits, title).map(([version, text]) => `${version}_${text}.sql`);

  it("says what the whole reading says", () => {
    let common = 0;
    fc.assert(
      fc.property(fc.oneof(name, likely), (fileName) => {
        const glance = readCommonName(fileName);
        if (glance === undefined) return;
        common++;
        expect(glance).toEqual(parseFileName(fileName, fileName));
        expect(isBystander(fileName)).toBe(false);
      }),
      { numRuns: 3000 },
    );
    expect(common).toBeGreaterThan(100);
  });

  it("is taken for a migration and what goes with it, and for nothing else", () => {
    const names = [
      "002_add_fts5.sql",
      "2_x_rollback.sql",
      "2_x_verify.sql",
      "2_rollback.sql",
      "0_x.sql",
      "2_x.sqlite.sql",
      "2_x.ts",
    ];
    expect(names.map((each) => readCommonName(each)?.role)).toEqual([
      "up",
      "down",
      "verify",
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
