import { expect, describe as suite, test } from "vitest";
import { TenonError } from "../../../src/errors.js";
import {
  type AskRename,
  type DatabaseModel,
  emptyModel,
  exactRules,
  parseRenameHint,
  settleRenames,
  type Table,
  tableOf,
} from "../../../src/schema/index.js";

suite("what looks like a rename", () => {
  test("a column of the same type in the same place is a question", async () => {
    const from = modelWith(table("users", "id integer", "name text", "age integer"));
    const to = modelWith(table("users", "id integer", "full_name text", "age integer"));

    const renames = await settle(from, to, { ask: () => ({ to: "full_name" }) });

    expect(renames.columns).toEqual([{ schema: "main", table: "users", from: "name", to: "full_name" }]);
  });

  test("a column of another type is no question", async () => {
    const from = modelWith(table("users", "id integer", "name text"));
    const to = modelWith(table("users", "id integer", "born integer"));

    expect(await settle(from, to)).toEqual({ tables: [], columns: [] });
  });

  test("a table with the same columns is a question, one with others is not", async () => {
    const from = modelWith(table("people", "id integer", "name text"), table("log", "at text"));
    const to = modelWith(table("users", "id integer", "name text"), table("jobs", "queue integer"));

    const renames = await settle(from, to, { ask: () => ({ to: "users" }) });

    expect(renames.tables).toEqual([{ schema: "main", from: "people", to: "users" }]);
  });

  test("the columns of a renamed table are asked for as well", async () => {
    const from = modelWith(table("people", "id integer", "name text", "age integer"));
    const to = modelWith(table("users", "id integer", "title text", "age integer"));
    const asked: string[] = [];
    const ask: AskRename = (question) => {
      asked.push(`${question.kind} ${question.from}: ${question.candidates.join()}`);
      return { to: question.candidates[0] ?? "" };
    };

    const renames = await settle(from, to, { ask });

    expect(asked).toEqual(["table people: users", "column name: title"]);
    expect(renames.columns).toEqual([{ schema: "main", table: "users", from: "name", to: "title" }]);
  });

  test("an answer that it was dropped leaves a drop and an addition", async () => {
    const from = modelWith(table("users", "name text"));
    const to = modelWith(table("users", "full_name text"));

    expect(await settle(from, to, { ask: () => "dropped" })).toEqual({ tables: [], columns: [] });
  });

  test("without an answer it is an error that says which flag to give", async () => {
    const from = modelWith(table("users", "id integer", "name text"));
    const to = modelWith(table("users", "id integer", "full_name text"));

    const error = await failure(settle(from, to));

    expect(error.code).toBe("RENAME_AMBIGUOUS");
    expect(error.message).toContain("column users.name is gone and full_name is new");
    expect(error.hint).toContain("--rename users.name:users.full_name");
    expect(error.hint).toContain("--rename users.name:.");
  });
});

suite("hints", () => {
  test("a hint settles what it names and nothing is asked", async () => {
    const from = modelWith(table("people", "id integer", "name text"));
    const to = modelWith(table("users", "id integer", "full_name text"));

    const renames = await settle(from, to, { hints: ["people:users", "users.name:users.full_name"] });

    expect(renames.tables).toHaveLength(1);
    expect(renames.columns).toHaveLength(1);
  });

  test("a column may be named under the old name of its table", async () => {
    const from = modelWith(table("people", "name text"));
    const to = modelWith(table("users", "full_name text"));

    const renames = await settle(from, to, { hints: ["people:users", "people.name:full_name"] });

    expect(renames.columns).toEqual([{ schema: "main", table: "users", from: "name", to: "full_name" }]);
  });

  test("a hint holds where nothing looks alike", async () => {
    const from = modelWith(table("users", "id integer", "name text"));
    const to = modelWith(table("users", "id integer", "tags json", "other text"));

    const renames = await settle(from, to, { hints: ["users.name:tags"] });

    expect(renames.columns).toEqual([{ schema: "main", table: "users", from: "name", to: "tags" }]);
  });

  test("two hints can let two names change places", async () => {
    const model = modelWith(table("users", "a text", "b text"));

    const renames = await settle(model, model, { hints: ["users.a:b", "users.b:a"] });

    expect(renames.columns).toHaveLength(2);
  });

  test("a hint that fits nothing is refused, because it may be a slip", async () => {
    const model = modelWith(table("users", "id integer"));

    const error = await failure(settle(model, model, { hints: ["users.nmae:users.full_name"] }));

    expect(error.code).toBe("USAGE");
    expect(error.message).toContain("users.nmae:users.full_name");
  });

  test("a hint whose rename was made already is let pass", async () => {
    const model = modelWith(table("users", "full_name text"));

    expect(await settle(model, model, { hints: ["users.name:users.full_name"] })).toEqual({
      tables: [],
      columns: [],
    });
  });

  test("names with dots and colons stand in quotes", () => {
    expect(parseRenameHint('"a.b"."c:""d":x')).toMatchObject({ from: ["a.b", 'c:"d'], to: ["x"] });
  });

  test.each(["", "a", ":b", "a::b", "a:b:c", "a.:b", "a.b.c.d:e", '"a:b'])("%j is refused", (text) => {
    expect(() => parseRenameHint(text)).toThrow(TenonError);
  });
});

function settle(
  from: DatabaseModel,
  to: DatabaseModel,
  { hints = [], ask }: { hints?: readonly string[]; ask?: AskRename } = {},
) {
  return settleRenames(from, to, exactRules, { hints: hints.map(parseRenameHint), ask });
}

async function failure(promise: Promise<unknown>): Promise<TenonError> {
  const error = await promise.then(() => undefined).catch((thrown: unknown) => thrown);
  if (!(error instanceof TenonError)) throw new Error("a TenonError was expected");
  return error;
}

function modelWith(...tables: Table[]): DatabaseModel {
  return { ...emptyModel("sqlite"), tables };
}

function table(name: string, ...columns: string[]): Table {
  return tableOf({
    schema: "main",
    name,
    columns: columns.map((column) => {
      const [columnName = "", type = ""] = column.split(" ");
      return { name: columnName, type };
    }),
  });
}
