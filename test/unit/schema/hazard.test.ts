import { expect, test } from "vitest";
import { type Change, type Column, hazardsOf, tableOf } from "../../../src/schema/index.js";

const object = { kind: "column", schema: "main", table: "users", name: "email" } as const;
const column = (facts: Partial<Column> = {}): Column => ({ name: "email", type: "TEXT", ...facts });

test.each<[string, Change, readonly string[]]>([
  [
    "dropping a table loses its rows",
    {
      kind: "drop-table",
      object: { kind: "table", schema: "main", name: "users" },
      from: tableOf({ schema: "main", name: "users", columns: [column()] }),
    },
    ["loses-data", "breaks-code"],
  ],
  [
    "dropping a column loses its values",
    { kind: "drop-column", object, from: column() },
    ["loses-data", "breaks-code"],
  ],
  [
    "dropping a generated column loses nothing",
    { kind: "drop-column", object, from: column({ generated: { expression: "1", storage: "virtual" } }) },
    ["breaks-code"],
  ],
  ["adding a column that may be null risks nothing", { kind: "add-column", object, to: column() }, []],
  [
    "adding a column that every row must have can fail and breaks inserts",
    { kind: "add-column", object, to: column({ notNull: true }) },
    ["can-fail", "breaks-code"],
  ],
  [
    "with a default it risks nothing",
    { kind: "add-column", object, to: column({ notNull: true, default: "''" }) },
    [],
  ],
  [
    "a rename breaks code",
    { kind: "rename-column", object, to: "mail", isInterim: false, formerly: undefined },
    ["breaks-code"],
  ],
  [
    "becoming not null can fail",
    {
      kind: "change-column",
      object,
      from: column(),
      to: column({ notNull: true }),
      differences: ["notNull"],
    },
    ["can-fail"],
  ],
  [
    "a unique index can fail and an ordinary one cannot",
    { kind: "create-index", object, to: { name: "i", parts: [{ column: "email" }] } },
    [],
  ],
])("%s", (_name, change, kinds) => {
  expect(hazardsOf(change).map((hazard) => hazard.kind)).toEqual(kinds);
});
