import { expect, test } from "vitest";
import { loadTranslation } from "../../../src/dialects/index.js";
import { fitTables } from "../../../src/transfer/fit/index.js";
import { readTagged, taggedExpression } from "../../../src/transfer/fit/tagged-value.js";
import { treatValue } from "../../../src/transfer/fit/treatment.js";
import { ODD_TYPES, ODD_VALUES } from "../../live/odd-values.js";
import { sharedPglite } from "../../servers/pglite-shared.js";
import { modelOf, sqliteWith } from "./fitting.js";

test("a value that is presumed to fit, and taken by a server, fits as it is, and is the same there by both ways", async () => {
  const tables = ODD_TYPES.map((type, index) => {
    const rows = ODD_VALUES.map((value, row) => `(${row + 1}, ${value})`).join(", ");
    return `CREATE TABLE t${index} (id INTEGER PRIMARY KEY, c ${type}); INSERT INTO t${index} VALUES (0, NULL);
      CREATE TABLE odd${index} (id INTEGER PRIMARY KEY, c ${type}); INSERT INTO odd${index} VALUES ${rows};`;
  });
  const source = await sqliteWith(tables.join("\n"));
  const target = await sharedPglite();
  const model = await modelOf(source);
  const { translateModel } = await loadTranslation();
  const fit = await fitTables({
    source,
    model,
    to: "postgres",
    presume: { rowsLookedAt: 0, except: new Set() },
  });
  const plans = fit.plan(translateModel(model, "postgres", { typeOf: fit.typeOf }).model);
  let same = 0;
  for (const { source: table, columns, presumed } of plans) {
    const column = columns.find((each) => each.source.name === "c");
    if (presumed === undefined || !/^t\d/.test(table.name) || column === undefined) continue;
    const rows = await source.query(
      `SELECT id, ${taggedExpression("c", "utf-8")} AS value, CAST(${column.selectText} AS TEXT) AS sent FROM odd${table.name.slice(1)}
       WHERE c IS NOT NULL AND ${presumed} AND id NOT IN (${NOT_UTF8.join(", ")})`,
    );
    for (const { id, value, sent } of rows) {
      // That is looked for in the lines themselves.
      if (String(sent).includes("\0")) continue;
      const { treatment } = column;
      if (treatment.kind !== "to-postgres") throw new Error("not on the way to PostgreSQL");
      const treated = treatValue(readTagged(value ?? null), treatment);
      const text = treated.kind === "value" ? treated.text : null;
      const type = fit.typeOf(table.name, "c") ?? column.target.type;
      const arrived = await target
        .query(`SELECT $1::text::${type}::text AS sent, $2::text::${type}::text AS converted`, [
          sent ?? null,
          text,
        ])
        .catch(() => []);
      // What a server refuses is looked at again.
      if (arrived[0] === undefined) continue;
      const what = `${ODD_VALUES[Number(id) - 1]} in ${column.source.type}`;
      expect({ what, ...treated, text: arrived[0]["converted"] }).toEqual({
        what,
        kind: "value",
        isOtherForm: false,
        isConverted: false,
        text: arrived[0]["sent"],
      });
      same++;
    }
  }
  expect(same).toBeGreaterThan(150);
});

/** A text of these would be read by the driver, which ends the process. */
const NOT_UTF8 = ODD_VALUES.flatMap((value, index) => (/^CAST\(x/.test(value) ? [index + 1] : []));

test("a table is presumed only where it is large, nobody says what becomes of it, and its ends are what they say", async () => {
  const source = await sqliteWith(`
    CREATE TABLE plain (id INTEGER PRIMARY KEY, name TEXT, n INTEGER NOT NULL, ratio REAL, data BLOB, at DATETIME);
    INSERT INTO plain VALUES (1, 'a', 2, 0.5, x'00', '2024-02-29 08:30:15'), (2, NULL, 3, NULL, NULL, NULL), (3, 'c', 4, 1, x'', NULL);
    CREATE TABLE typeless (id INTEGER PRIMARY KEY, x); INSERT INTO typeless VALUES (1, 1), (2, 2), (3, 3);
    CREATE TABLE odd_end (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO odd_end VALUES (1, 1), (2, 2), (3, 'many');
    CREATE TABLE nulls (id INTEGER PRIMARY KEY, a TEXT, b TEXT, UNIQUE (a)); INSERT INTO nulls VALUES (1, 'a', NULL), (2, 'b', x'00'), (3, 'c', '');
    CREATE TABLE small (id INTEGER PRIMARY KEY); INSERT INTO small VALUES (1);
    CREATE TABLE keyed (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID; INSERT INTO keyed VALUES ('a', 'b'), ('c', 'd'), ('e', 'f');
  `);
  const model = await modelOf(source);
  const presume = { rowsLookedAt: 2, except: new Set<string>() };
  const fit = await fitTables({ source, model, to: "postgres", presume });
  expect([...fit.presumed]).toEqual(["plain"]);
  const excepted = { ...presume, except: new Set(["plain"]) };
  expect([...(await fitTables({ source, model, to: "postgres", presume: excepted })).presumed]).toEqual([]);
});
