import { expect, test } from "vitest";
import { emptyModel, exactRules, fingerprint, type Table, tableOf } from "../../../src/schema/index.js";

const users = tableOf({
  schema: "main",
  name: "users",
  columns: [{ name: "id", type: "INTEGER" }],
  indexes: [
    { name: "a", parts: [{ column: "id" }] },
    { name: "b", parts: [{ column: "id" }], unique: true },
  ],
});
const of = (...tables: Table[]) => fingerprint({ ...emptyModel("sqlite"), tables }, exactRules);

test("a model that went through JSON has the same fingerprint", () => {
  expect(of(JSON.parse(JSON.stringify(users)))).toBe(of(users));
});

test("the order of tables and indexes does not count", () => {
  const logs = { ...users, name: "logs" };

  expect(of(logs, { ...users, indexes: [...users.indexes].reverse() })).toBe(of(users, logs));
});

test("what an object depends on does not count", () => {
  expect(of({ ...users, dependsOn: [{ kind: "type", schema: "main", name: "t" }] })).toBe(of(users));
});

test.each<[string, Partial<Table>]>([
  ["a name", { name: "people" }],
  ["a type", { columns: [{ name: "id", type: "TEXT" }] }],
  ["an index", { indexes: [] }],
  ["a constraint", { constraints: [{ kind: "check", expression: "id > 0" }] }],
  ["a trigger", { triggers: [{ name: "t", definition: "CREATE TRIGGER t" }] }],
  ["STRICT", { strict: true }],
])("%s counts", (_what, facts) => {
  expect(of({ ...users, ...facts })).not.toBe(of(users));
});
