import { expect, describe as suite, test } from "vitest";
import {
  type Change,
  type CompareOptions,
  compareModels,
  type DatabaseModel,
  describe,
  emptyModel,
  exactRules,
  type ForeignKey,
  fingerprint,
  NO_RENAMES,
  type Table,
  tableOf,
  type View,
} from "../../../src/schema/index.js";

const EXACT: CompareOptions = { rules: exactRules, renames: NO_RENAMES, circularKeys: "cut" };

const users = tableOf({
  schema: "public",
  name: "users",
  columns: [
    { name: "id", type: "integer", notNull: true },
    { name: "email", type: "text" },
  ],
  constraints: [{ kind: "primary-key", name: "users_pkey", columns: [{ name: "id" }] }],
});

suite("what counts as a difference", () => {
  test("a model does not differ from itself", () => {
    expect(changesOf(modelWith([users]), modelWith([users]))).toEqual([]);
  });

  test("a new table is one change that brings its columns and indexes with it", () => {
    const indexed = { ...users, indexes: [{ name: "users_email", parts: [{ column: "email" }] }] };

    expect(sentences(modelWith([]), modelWith([indexed]))).toEqual([
      "Create table users (2 columns, 1 index)",
    ]);
  });

  test("a column tells which of its properties differ", () => {
    const stricter = withColumn(users, { name: "email", type: "varchar(20)", notNull: true });

    expect(sentences(modelWith([users]), modelWith([stricter]))).toEqual([
      "Change column users.email: becomes not null, type text becomes varchar(20)",
    ]);
  });

  test("absent, false and empty mean the same", () => {
    const spelledOut: Table = { ...users, strict: false, policies: [], options: {} };

    expect(changesOf(modelWith([users]), modelWith([spelledOut]))).toEqual([]);
    expect(fingerprint(modelWith([users]), exactRules)).toBe(
      fingerprint(modelWith([spelledOut]), exactRules),
    );
  });

  test("the order of columns counts only when asked", () => {
    const turned = { ...users, columns: [...users.columns].reverse() };

    expect(changesOf(modelWith([users]), modelWith([turned]))).toEqual([]);
    const exact = compareModels(modelWith([users]), modelWith([turned]), { ...EXACT, columnOrder: "exact" });
    expect(exact.changes.map(describe)).toEqual(["Put the columns of users in the order email, id"]);
  });

  test("an unnamed check that changed is one gone and one new", () => {
    const before = withCheck(users, "id > 0");
    const after = withCheck(users, "id > 1");

    expect(sentences(modelWith([before]), modelWith([after]))).toEqual([
      "Drop check users.check (id > 0)",
      "Add check users.check (id > 1)",
    ]);
  });

  test("a key under another name is renamed, not made anew", () => {
    const renamed: Table = {
      ...users,
      constraints: [{ kind: "primary-key", name: "users_key", columns: [{ name: "id" }] }],
    };

    expect(changesOf(modelWith([users]), modelWith([renamed])).map((change) => change.kind)).toEqual([
      "rename-constraint",
    ]);
  });

  test("two equal constraints on one side and one on the other differ by one", () => {
    const once = withCheck(users, "id > 0");
    const twice = withCheck(once, "id > 0");

    expect(changesOf(modelWith([twice]), modelWith([once]))).toHaveLength(1);
  });

  test("a table that becomes a view is dropped before the view is created", () => {
    const view: View = { schema: "public", name: "users", definition: "SELECT 1", triggers: [], indexes: [] };

    expect(sentences(modelWith([users]), { ...modelWith([]), views: [view] })).toEqual([
      "Drop table users and its rows",
      "Create view users",
    ]);
  });

  test("an object of a kind that is not modelled is reported and makes no change", () => {
    const aggregate = { kind: "aggregate", schema: "public", name: "median", definition: "a" };
    const before = { ...emptyModel("postgres"), others: [aggregate] };

    const gone = compareModels(before, emptyModel("postgres"), EXACT);
    const changed = compareModels(before, { ...before, others: [{ ...aggregate, definition: "b" }] }, EXACT);
    const same = compareModels(before, before, EXACT);

    expect(gone.changes).toEqual([]);
    expect(gone.unjudged.map((item) => item.reason)).toEqual([
      "The aggregate median exists only on the side to be changed; Tenon does not model it and leaves it as it is.",
    ]);
    expect(changed.unjudged).toHaveLength(1);
    expect(same.unjudged).toEqual([]);
  });
});

suite("the order of changes", () => {
  test("a parent comes before its child, whatever their names", () => {
    const child = withKey(named("a_child"), "z_parent");

    expect(kindsAndNames(modelWith([]), modelWith([child, named("z_parent")]))).toEqual([
      "create-table z_parent",
      "create-table a_child",
    ]);
    expect(kindsAndNames(modelWith([child, named("z_parent")]), modelWith([]))).toEqual([
      "drop-table a_child",
      "drop-table z_parent",
    ]);
  });

  test("keys in a circle are cut and added at the end, and dropped first", () => {
    const left = withKey(named("left"), "right");
    const right = withKey(named("right"), "left");

    expect(kindsAndNames(modelWith([]), modelWith([left, right]))).toEqual([
      "create-table right",
      "create-table left",
      "add-constraint right_left_fk",
    ]);
    expect(kindsAndNames(modelWith([left, right]), modelWith([]))).toEqual([
      "drop-constraint right_left_fk",
      "drop-table left",
      "drop-table right",
    ]);
  });

  test("a table that refers to itself is not cut", () => {
    const tree = withKey(named("tree"), "tree");

    expect(kindsAndNames(modelWith([]), modelWith([tree]))).toEqual(["create-table tree"]);
  });

  test("views of views are created from the table up and dropped from the top down", () => {
    const inner = viewOf("z_inner", "table", "users");
    const outer = viewOf("a_outer", "view", "z_inner");
    const full = { ...modelWith([users]), views: [outer, inner] };

    expect(kindsAndNames(modelWith([]), full)).toEqual([
      "create-table users",
      "create-view z_inner",
      "create-view a_outer",
    ]);
    expect(kindsAndNames(full, modelWith([]))).toEqual([
      "drop-view a_outer",
      "drop-view z_inner",
      "drop-table users",
    ]);
  });

  test("a function in a default comes before the table and a function of the table's rows after it", () => {
    const routine = (name: string, dependsOn: View["dependsOn"]) =>
      ({ kind: "function", schema: "public", name, arguments: "", definition: name, dependsOn }) as const;
    const table: Table = { ...users, dependsOn: [{ kind: "routine", schema: "public", name: "make_id()" }] };
    const full: DatabaseModel = {
      ...modelWith([table]),
      routines: [
        routine("count_users", [{ kind: "table", schema: "public", name: "users" }]),
        routine("make_id", []),
      ],
    };

    expect(kindsAndNames(modelWith([]), full)).toEqual([
      "create-routine make_id()",
      "create-table users",
      "create-routine count_users()",
    ]);
    expect(kindsAndNames(full, modelWith([]))).toEqual([
      "drop-routine count_users()",
      "drop-table users",
      "drop-routine make_id()",
    ]);
  });

  test("an owned sequence is made before its table and owned after it, and goes with it", () => {
    const owned: DatabaseModel = {
      ...modelWith([users]),
      sequences: [
        {
          schema: "public",
          name: "users_id_seq",
          ownedBy: { schema: "public", table: "users", column: "id" },
        },
      ],
    };

    expect(sentences(modelWith([]), owned)).toEqual([
      "Create sequence users_id_seq",
      "Create table users (2 columns)",
      "Let sequence users_id_seq belong to users.id",
    ]);
    expect(sentences(owned, modelWith([]))).toEqual(["Drop table users and its rows"]);
  });
});

test("comparing 2,000 tables with 2,000 others takes well under a second", () => {
  const many = (suffix: string) =>
    modelWith(
      Array.from({ length: 2000 }, (_, index) =>
        withKey(named(`t${index}${index % 2 === 0 ? suffix : ""}`), `t${Math.max(0, index - 1)}`),
      ),
    );

  const started = performance.now();
  changesOf(many("a"), many("b"));

  expect(performance.now() - started).toBeLessThan(2000);
});

function changesOf(from: DatabaseModel, to: DatabaseModel): readonly Change[] {
  return compareModels(from, to, EXACT).changes;
}

function sentences(from: DatabaseModel, to: DatabaseModel): readonly string[] {
  return changesOf(from, to).map(describe);
}

function kindsAndNames(from: DatabaseModel, to: DatabaseModel): readonly string[] {
  return changesOf(from, to).map((change) => `${change.kind} ${change.object.name}`);
}

function modelWith(tables: readonly Table[]): DatabaseModel {
  return { ...emptyModel("postgres"), schemas: [{ name: "public" }], tables };
}

function named(name: string): Table {
  return { ...users, name, constraints: [] };
}

function withColumn(table: Table, column: Table["columns"][number]): Table {
  return { ...table, columns: table.columns.map((old) => (old.name === column.name ? column : old)) };
}

function withCheck(table: Table, expression: string): Table {
  return { ...table, constraints: [...table.constraints, { kind: "check", expression }] };
}

function withKey(table: Table, target: string): Table {
  const key: ForeignKey = {
    kind: "foreign-key",
    name: `${table.name}_${target}_fk`,
    columns: ["id"],
    references: { schema: "public", table: target, columns: ["id"] },
  };
  return { ...table, constraints: [...table.constraints, key] };
}

function viewOf(name: string, kind: "table" | "view", of: string): View {
  return {
    schema: "public",
    name,
    definition: `SELECT * FROM ${of}`,
    dependsOn: [{ kind, schema: "public", name: of }],
    triggers: [],
    indexes: [],
  };
}
