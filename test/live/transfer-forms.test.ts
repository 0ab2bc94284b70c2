import { join } from "node:path";
import Database from "libsql";
import { expect, test } from "vitest";
import { transfer } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { temporaryFolder } from "./engines.js";

test("values that SQLite has no type for come in the forms that the documents say, and are proved", async () => {
  const from = await sharedPglite();
  await from.executeScript(`
    CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE TABLE odd (
      id int PRIMARY KEY, list int[], words text[], shifted int[], span interval, loose numeric, tight numeric(5, 2), wide numeric(30, 4),
      exact numeric, ratio float8, small real, moment timestamp, zoned timestamptz, day date, bytes bytea, doc jsonb, plain json, feeling mood,
      numbers int4range, address inet, ref uuid, clock time, yes boolean, padded char(3)
    );
    INSERT INTO odd VALUES
      (1, '{1,NULL,3}', '{"a,b","c\\"d"}', '[0:1]={7,8}', '1 mon 2 days 03:04:05.5', 'NaN', 1.5, 12345678901234567890.1234,
       0.1, 'NaN', 0.1, 'infinity', '-infinity', 'infinity', '\\x00ff', '{"b": 1, "a": [2]}', '{ "b":1}', 'happy',
       '[1,5)', '10.0.0.1/8', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '08:30:15.25', true, 'x'),
      (2, '{}', '{}', '{}', '-00:00:01', 1.50, 12, 0.5,
       9007199254740993, '-Infinity', 'Infinity', '2024-02-29 08:30:15.123', '2024-02-29 08:30:15+02', '0044-03-15 BC', '', '[]', '1', 'sad',
       'empty', '::1', NULL, '23:59:59', false, 'yz'),
      (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, -0.0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  `);
  const path = join(temporaryFolder(), "odd.db");
  const report = await transfer({ from, to: `file:${path}`, leaveOut: ["*"] });
  expect(report.proof).toMatchObject({ isEqual: true, differences: [] });
  const database = new Database(path);
  const [first, second] = database.prepare("SELECT * FROM odd WHERE id < 3 ORDER BY id").all() as Record<
    string,
    unknown
  >[];
  const classes = database
    .prepare(
      "SELECT typeof(exact) AS exact, typeof(ratio) AS ratio, typeof(yes) AS yes, typeof(bytes) AS bytes, typeof(loose) AS loose FROM odd WHERE id = 2",
    )
    .get();
  database.close();
  expect(first).toMatchObject({
    list: "[1,null,3]",
    words: '["a,b","c\\"d"]',
    shifted: "[0:1]={7,8}",
    span: "1 mon 2 days 03:04:05.5",
    loose: "NaN",
    tight: 1.5,
    wide: "12345678901234567890.1234",
    exact: 0.1,
    ratio: "NaN",
    small: 0.1,
    moment: "infinity",
    zoned: "-infinity",
    day: "infinity",
    doc: '{"a": [2], "b": 1}',
    plain: '{ "b":1}',
    feeling: "happy",
    numbers: "[1,5)",
    address: "10.0.0.1/8",
    ref: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    clock: "08:30:15.250",
    yes: 1,
  });
  expect(second).toMatchObject({
    list: "[]",
    shifted: "{}",
    span: "-00:00:01",
    loose: "1.50",
    tight: 12,
    wide: "0.5000",
    moment: "2024-02-29 08:30:15.123",
    zoned: "2024-02-29T06:30:15Z",
    day: "0044-03-15 BC",
    clock: "23:59:59.000",
    yes: 0,
  });
  expect(classes).toMatchObject({
    exact: "integer",
    ratio: "real",
    yes: "integer",
    bytes: "blob",
    loose: "text",
  });
});

test("moments become numbers on the way to SQLite where a mapping says so", async () => {
  const from = await sharedPglite();
  await from.executeScript(`
    CREATE TABLE event (id int PRIMARY KEY, made timestamptz);
    INSERT INTO event VALUES (1, '2024-02-29 08:30:15.123Z'), (2, '1969-12-31 23:59:59Z'), (3, NULL);
  `);
  const path = join(temporaryFolder(), "event.db");
  const mapping = `{ "tables": { "event": { "columns": { "made": { "type": "integer", "convert": "epoch-milliseconds" } } } } }`;
  const report = await transfer({ from, to: `file:${path}`, mapping });
  expect(report.proof?.isEqual).toBe(true);
  const database = new Database(path);
  const rows = database.prepare("SELECT made FROM event ORDER BY id").all();
  database.close();
  expect(rows).toMatchObject([{ made: 1_709_195_415_123 }, { made: -1000 }, { made: null }]);
});
