import { expect, test } from "vitest";
import { translateModel } from "../../src/dialects/translate/index.js";
import { readPostgresType } from "../../src/dialects/translate/postgres-type.js";
import { POSTGRES_RULE_BASES, readSqliteType } from "../../src/dialects/translate/types-to-postgres.js";
import { SQLITE_RULE_BASES } from "../../src/dialects/translate/types-to-sqlite.js";
import { type Column, emptyModel, tableOf } from "../../src/schema/index.js";
import { documentedNames, documentedRows } from "./types-document.js";

const toSqlite = documentedRows("Types of PostgreSQL on SQLite");
const toPostgres = documentedRows("Types of SQLite on PostgreSQL");

function translated(from: "sqlite" | "postgres", column: Omit<Column, "name">) {
  const schema = from === "sqlite" ? "main" : "public";
  const table = tableOf({ schema, name: "t", columns: [{ name: "c", ...column }] });
  const model = { ...emptyModel(from), schemas: [{ name: schema }], tables: [table] };
  return translateModel(model, from === "sqlite" ? "postgres" : "sqlite");
}

test.each(toSqlite)(
  "%s of PostgreSQL is %s on SQLite, as the document says",
  (type, onSqlite, check = "") => {
    const { model, refused } = translated("postgres", { type });

    expect(refused).toEqual([]);
    const [table] = model.tables;
    const column = table?.columns[0];
    const collation = column?.collation === undefined ? "" : ` COLLATE ${column.collation}`;
    expect(`${column?.type}${collation}`).toBe(onSqlite);
    const checks = (table?.constraints ?? []).map((each) => (each.kind === "check" ? each.expression : ""));
    expect(checks.join(" AND ")).toBe(check);
  },
);

test.each(toPostgres)("%s of SQLite is %s on PostgreSQL, as the document says", (declared, onPostgres) => {
  const [type = "", collation] = declared.split(" COLLATE ");

  const { model, refused } = translated("sqlite", { type, collation });

  expect(refused).toEqual([]);
  expect(model.tables[0]?.columns[0]?.type).toBe(onPostgres);
});

test("the document leaves out no type that is translated", () => {
  const shownOnSqlite = toSqlite.map(([type]) => readPostgresType(type).base);
  const shownOnPostgres = toPostgres.map(([type]) => readSqliteType(type).base);

  expect(SQLITE_RULE_BASES.filter((base) => !shownOnSqlite.includes(base))).toEqual([]);
  expect(POSTGRES_RULE_BASES.filter((base) => !shownOnPostgres.includes(base))).toEqual([]);
});

test.each(documentedNames("Types of PostgreSQL on SQLite", "Refused by name:"))(
  "a column of the type %s is refused by name, as the document says",
  (type) => {
    const { refused } = translated("postgres", { type });

    expect(refused).toEqual([
      {
        object: { kind: "column", schema: "public", table: "t", name: "c" },
        reason: `t.c has the type ${type}, which does not translate to SQLite.`,
      },
    ]);
  },
);
