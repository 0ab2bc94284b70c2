import { expect, test } from "vitest";
import { describeFindings, refuseOpen, writeMapping } from "../../../src/transfer/fit/index.js";
import { sharedPglite } from "../../servers/pglite-shared.js";
import { fitOf, moveTo, sqliteWith, typesIn } from "./fitting.js";

test("what a declaration says in plain words stands, and an INTEGER that looks like a time stays a number", async () => {
  const source = await sqliteWith(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, created_at INTEGER, at DATETIME, zoned TIMESTAMP, day DATE, ok BOOLEAN,
      price DECIMAL(10,2), ratio REAL, doc JSON, data BLOB, ref UUID, note TEXT, name VARCHAR(20));
    INSERT INTO t VALUES (1, 1700000000, '2024-02-29 08:30:15', '2024-02-29T08:30:15.123Z', '2024-02-29', 1,
      12.5, 0.1, '{"b":1, "a":2}', x'00ff', '0b0e8f3a-0000-4000-8000-000000000001', 'x', 'y');
    INSERT INTO t (id) VALUES (2);
  `);
  const fit = await fitOf(source);
  expect(typesIn(fit, "t")).toEqual({
    id: "bigint",
    created_at: "bigint",
    at: "timestamp without time zone",
    zoned: "timestamp with time zone",
    day: "date",
    ok: "boolean",
    price: "numeric(10,2)",
    ratio: "double precision",
    doc: "json",
    data: "bytea",
    ref: "uuid",
    note: "text",
    name: "character varying(20)",
  });
  expect(fit.findings.every((finding) => !finding.isOpen && finding.otherForm === 0)).toBe(true);
  const target = await sharedPglite();
  await moveTo(target, source, fit);
  const [row] = await target.query("SELECT * FROM t WHERE id = 1");
  expect(row).toEqual({
    id: 1,
    created_at: 1_700_000_000,
    at: "2024-02-29 08:30:15",
    zoned: expect.stringContaining("2024-02-29"),
    day: "2024-02-29",
    ok: true,
    price: "12.50",
    ratio: 0.1,
    doc: '{"b":1, "a":2}',
    data: new Uint8Array([0, 255]),
    ref: "0b0e8f3a-0000-4000-8000-000000000001",
    note: "x",
    name: "y",
  });
});

test("numbers in a column that says DATETIME are moments, where all of them count in one unit", async () => {
  const source = await sqliteWith(`
    CREATE TABLE t (seconds DATETIME, milliseconds TIMESTAMP, julian DATETIME, mixed DATETIME, small DATETIME);
    INSERT INTO t VALUES (1700000000, 1700000000123, 2460000.5, 1700000000, 5);
    INSERT INTO t VALUES (0, -1700000000123, 2460001.25, 1700000000123, 7);
  `);
  const fit = await fitOf(source);
  expect(fit.findings.map(({ convert, isOpen }) => [convert.join(), isOpen])).toEqual([
    ["epoch-seconds", false],
    ["epoch-milliseconds", false],
    ["julian-day", false],
    ["", true],
    ["", true],
  ]);
});

test("moments that come back in another form are counted, and their column is converted all the same", async () => {
  const source = await sqliteWith(`
    CREATE TABLE t (at DATETIME, zoned TIMESTAMP, ref UUID, uniform DATETIME);
    INSERT INTO t VALUES
      ('2024-01-02 03:04:05', '2024-01-02T03:04:05Z', '0B0E8F3A-0000-4000-8000-000000000001', '2024-01-02 03:04:05.100'),
      ('2024-01-02 03:04:05.500', '2024-01-02T03:04:05+02:00', '0b0e8f3a-0000-4000-8000-000000000001', '2024-01-02 03:04:05.000'),
      ('2024-01-02', '2024-01-02 03:04', NULL, '2024-01-02 03:04:05.120');
  `);
  const fit = await fitOf(source);
  expect(
    fit.findings.map(({ column, type, otherForm, isOpen }) => [column, type, otherForm, isOpen]),
  ).toEqual([
    ["at", "timestamp without time zone", 2, false],
    ["zoned", "timestamp with time zone", 2, false],
    ["ref", "uuid", 1, false],
    ["uniform", "timestamp without time zone", 0, false],
  ]);
});

test("every misfit is told by column with its count and rows, before anything is written", async () => {
  const source = await sqliteWith(`
    CREATE TABLE "Order Details" (id INTEGER PRIMARY KEY, qty INT, paid BOOLEAN, due DATE, price NUMERIC(5,2), note TEXT, code VARCHAR(3));
    INSERT INTO "Order Details" VALUES
      (1, 'many', 'yes', '2023-02-30', 1234.5, 'a' || char(0) || 'b', 'long!'),
      (2, 1.5, 2, '', 1.005, CAST(x'ff41' AS TEXT), 'ok'),
      (3, 3, 1, '2024-01-01 10:00:00', 999.99, x'41', 'ok');
  `);
  const fit = await fitOf(source);
  const told = Object.fromEntries(
    fit.findings.map(({ column, misfits }) => [
      column,
      misfits.map(({ misfit, count, samples }) => [misfit, count, samples[0]?.row]),
    ]),
  );
  expect(told).toEqual({
    id: [],
    qty: [
      ["text", 1, "1"],
      ["fraction", 1, "2"],
    ],
    paid: [
      ["text", 1, "1"],
      ["not-0-or-1", 1, "2"],
    ],
    due: [
      ["no-such-date", 1, "1"],
      ["empty-text", 1, "2"],
      ["has-a-time", 1, "3"],
    ],
    price: [
      ["out-of-range", 1, "1"],
      ["loses-digits", 1, "2"],
    ],
    note: [
      ["nul-character", 1, "1"],
      ["not-utf-8", 1, "2"],
      ["blob", 1, "3"],
    ],
    code: [["too-long", 1, "1"]],
  });
  expect(() => refuseOpen(fit)).toThrow(expect.objectContaining({ code: "TRANSFER_MISFITS" }));
  expect(describeFindings(fit).join("\n")).toContain("Order Details.due: DATE becomes date");
});

test("a mapping file decides what becomes of misfits, and the file that --write-map writes is one", async () => {
  const source = await sqliteWith(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, made INTEGER, due DATE, paid BOOLEAN, note TEXT);
    INSERT INTO t VALUES (1, 1700000000, '2023-02-30', 'yes', 'a' || char(0)), (2, 1700000001, '2024-01-01', 'no', CAST(x'e9' AS TEXT)), (3, NULL, '', 0, 'x');
  `);
  const written = writeMapping(await fitOf(source));
  refuseOpen(
    await fitOf(
      source,
      written.replace('{"otherwise":"reject"}', '{"convert": "empty-to-null", "otherwise": "reject"}'),
    ),
  );

  const fit = await fitOf(
    source,
    `{
    // Seconds since 1970.
    "tables": { "t": { "columns": {
      "made": { "type": "timestamptz", "convert": "epoch-seconds" },
      "due": { "convert": "empty-to-null", "otherwise": "reject" }, // see "https://example.org"
      "paid": { "convert": ["trim", "boolean-words"] },
      "note": { "convert": ["strip-nul", "windows-1252"] }
    } } }
  }`,
  );
  refuseOpen(fit);
  const target = await sharedPglite();
  expect((await moveTo(target, source, fit)).rejected).toEqual([
    { table: "t", column: "due", reason: "a date that the calendar does not have" },
  ]);
  expect(
    await target.query(
      "SELECT id, extract(epoch FROM made)::bigint AS made, due, paid, note FROM t ORDER BY id",
    ),
  ).toEqual([
    { id: 2, made: 1_700_000_001, due: "2024-01-01", paid: false, note: "é" },
    { id: 3, made: null, due: null, paid: false, note: "x" },
  ]);
});

test.each([
  ["{", /is not JSON/],
  [`{ "table": {} }`, /has "table", and can have "tables"/],
  [
    `{ "tables": { "t": { "columns": { "x": { "convert": "epoch-second" } } } } }`,
    /Did you mean "epoch-seconds"/,
  ],
  [
    `{ "tables": { "t": { "columns": { "x": { "otherwise": "skip" } } } } }`,
    /can be "stop", "null" or "reject"/,
  ],
  [`{ "tables": { "T": { "columns": {} } } }`, /no table T\. Did you mean "t"/],
  [`{ "tables": { "t": { "columns": { "idd": {} } } } }`, /no column t\.idd\. Did you mean "id"/],
  [`{ "tables": { "t": { "columns": { "x": { "otherwise": "null" } } } } }`, /is NOT NULL/],
])("the mapping file %s is refused with what is wrong in it", async (text, message) => {
  const source = await sqliteWith("CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT NOT NULL)");
  await expect(fitOf(source, text)).rejects.toThrow(
    expect.objectContaining({ code: "MAPPING_INVALID", message: expect.stringMatching(message) }),
  );
});
