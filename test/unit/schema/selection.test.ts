import { expect, test } from "vitest";
import {
  type DatabaseModel,
  emptyModel,
  selectFrom,
  selectTarget,
  tableOf,
} from "../../../src/schema/index.js";

const model = (...names: string[]): DatabaseModel => ({
  ...emptyModel("postgres"),
  tables: names.map((name) => {
    const [schema = "", table = ""] = name.includes(".") ? name.split(".") : ["public", name];
    return tableOf({ schema, name: table });
  }),
});
const namesOf = ({ tables }: DatabaseModel) => tables.map((table) => `${table.schema}.${table.name}`);

test("patterns match the name, or the name with its schema", () => {
  const all = model("users", "user_log", "audit.users", "audit.log");

  expect(namesOf(selectFrom(all, { include: ["user*"] }))).toEqual([
    "public.users",
    "public.user_log",
    "audit.users",
  ]);
  expect(namesOf(selectFrom(all, { include: ["audit.*"] }))).toEqual(["audit.users", "audit.log"]);
  expect(namesOf(selectFrom(all, { include: ["user?"] }))).toEqual(["public.users", "audit.users"]);
});

test("what is excluded is out even when it is included", () => {
  expect(namesOf(selectFrom(model("users", "user_log"), { include: ["user*"], exclude: ["*_log"] }))).toEqual(
    ["public.users"],
  );
});

test("a dot or bracket in a pattern is only itself", () => {
  expect(namesOf(selectFrom(model("a[b]"), { include: ["a[b]"] }))).toEqual(["public.a[b]"]);
});

test("what is not selected keeps its present form in the target", () => {
  const from = model("kept", "changed");
  const to = model("changed", "fresh");

  expect(namesOf(selectTarget(from, to, { exclude: ["kept"] }))).toEqual([
    "public.changed",
    "public.fresh",
    "public.kept",
  ]);
  expect(namesOf(selectTarget(from, to, { include: ["fresh"] }))).toEqual([
    "public.changed",
    "public.fresh",
    "public.kept",
  ]);
});
