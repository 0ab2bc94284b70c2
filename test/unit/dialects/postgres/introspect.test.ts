import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { introspect } from "../../../../src/dialects/postgres/introspect.js";
import type { DatabaseModel, Table } from "../../../../src/schema/index.js";
import { postgresDatabase } from "../../../servers/postgres.js";
import { opened } from "../../connection/pg-opened.js";

const script = readFileSync(new URL("fixtures/torture.sql", import.meta.url), "utf8");

let torture: DatabaseModel | undefined;

/** Read once: no test changes it. */
async function tortureModel(): Promise<DatabaseModel> {
  const connection = await opened(await postgresDatabase());
  await connection.executeScript(script);
  return introspect(connection, { grants: true });
}

describe("the torture schema", () => {
  let model: DatabaseModel;
  const table = (name: string): Table => {
    const found = model.tables.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`${name} is not in the model`);
    return found;
  };
  const column = (of: string, name: string) => table(of).columns.find((candidate) => candidate.name === name);
  const constraint = (of: string, name: string) =>
    table(of).constraints.find((candidate) => candidate.name === name);

  beforeEach(async () => {
    torture ??= await tortureModel();
    model = torture;
  });

  test("columns have types with modifiers, collations, defaults, identity and generation", () => {
    expect(column("users", "id")).toMatchObject({
      type: "bigint",
      notNull: true,
      identity: { generation: "always", start: "100", increment: "10" },
    });
    expect(column("users", "serial_id")).toMatchObject({
      type: "integer",
      default: "nextval('app.users_serial_id_seq'::regclass)",
    });
    expect(column("users", "name")).toMatchObject({
      type: "character varying(20)",
      default: "'anon'::character varying",
      comment: "name",
    });
    expect(column("users", "slug")?.generated).toEqual({
      expression: "app.slug((name)::text)",
      storage: "stored",
    });
    expect(column("users", "c")).toMatchObject({ collation: 'pg_catalog."C"', storage: "external" });
    const types = ["mail", "moods", "amount", "ts", "arr", "bits", "iv", "ch"];
    expect(types.map((name) => column("users", name)?.type)).toEqual([
      "app.email",
      "app.mood[]",
      "numeric(10,2)",
      "timestamp(3) with time zone",
      "integer[]",
      "bit varying(5)",
      "interval day to second(3)",
      "character(3)",
    ]);
    expect(column("users", 'Weird "col')?.type).toBe("text");
  });

  test("constraints have all that they were given", () => {
    expect(constraint("users", "uq")).toEqual({
      kind: "unique",
      name: "uq",
      columns: [{ name: "name" }, { name: "status" }],
      include: ["amount"],
      options: { fillfactor: "70" },
      nullsNotDistinct: true,
      deferrable: true,
      initiallyDeferred: true,
      comment: "unique",
    });
    expect(constraint("users", "check ) weird")).toMatchObject({
      expression: "((name)::text <> ')'::text) AND (amount > (0)::numeric)",
      noInherit: true,
    });
    expect(constraint("posts", "posts_user_id_fkey")).toMatchObject({
      columns: ["user_id"],
      references: { schema: "app", table: "users", columns: ["id"] },
      onDelete: "cascade",
      onUpdate: "set null",
      deferrable: true,
    });
    expect(constraint("posts", "late")).toMatchObject({ match: "full", notValid: true });
    expect(constraint("posts", "posts_r_excl")).toMatchObject({
      kind: "exclusion",
      definition: "EXCLUDE USING gist (r WITH &&)",
    });
  });

  test("indexes have method, order, collation, operator class, INCLUDE, options and condition", () => {
    expect(table("posts").indexes.find((index) => index.name === "posts_body")).toEqual({
      name: "posts_body",
      parts: [
        {
          expression: "lower(body)",
          collation: 'pg_catalog."C"',
          operatorClass: "text_pattern_ops",
          descending: true,
          nulls: "last",
        },
        { column: "user_id", nulls: "first" },
      ],
      include: ["prev"],
      options: { fillfactor: "50" },
      where: "(id > 5) AND (body IS NOT NULL)",
    });
    const methods = table("posts").indexes.map((index) => `${index.name} ${index.method ?? "btree"}`);
    expect(methods.sort()).toEqual(["posts_body btree", "posts_gin gin", "posts_hash hash"]);
    expect(table("users").indexes.find((index) => index.name === "users_nnd")).toMatchObject({
      unique: true,
      nullsNotDistinct: true,
    });
  });

  test("partitions and children tell what is their own and what is their parent's", () => {
    expect(table("events")).toMatchObject({ kind: "partitioned", partitionBy: "RANGE (at)" });
    expect(table("events_1").partitionOf).toEqual({
      schema: "app",
      name: "events",
      bound: "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    });
    expect(table("events_1").indexes).toEqual([]);
    expect(table("events_1").constraints).toEqual([]);
    expect(table("events_d").constraints.map((item) => item.name)).toEqual(["events_d_id_check"]);
    expect(table("child").inherits).toEqual([{ schema: "app", name: "parent" }]);
    expect(table("child").columns.map((item) => [item.name, item.inherited === true])).toEqual([
      ["a", true],
      ["b", false],
      ["c", false],
    ]);
  });

  test("types, sequences and routines", () => {
    expect(model.types).toMatchObject([
      {
        kind: "domain",
        name: "email",
        type: "text",
        collation: 'pg_catalog."C"',
        notNull: true,
        checks: [{ name: "has_at", expression: "VALUE ~~ '%@%'::text" }],
      },
      { kind: "enum", name: "mood", values: ["sad", "ok", "happy"] },
      { kind: "composite", name: "point3", attributes: [{ name: "x" }, { name: "y" }, { name: "label" }] },
    ]);
    expect(model.sequences).toMatchObject([
      { name: "down", increment: "-1" },
      {
        name: "seq1",
        type: "integer",
        increment: "5",
        minimum: "10",
        maximum: "1000",
        start: "15",
        cycle: true,
      },
      { name: "users_serial_id_seq", ownedBy: { schema: "app", table: "users", column: "serial_id" } },
    ]);
    const routines = model.routines.map((item) => `${item.kind} ${item.name}(${item.arguments})`);
    expect(routines).toEqual([
      "function atomic(m app.mood)",
      "function evt()",
      "procedure proc(IN a integer, INOUT b integer)",
      "function rows_of()",
      "function slug(t text)",
      "function slug(t text, n integer)",
      "function trg()",
    ]);
  });

  test("views tell their query, columns and what they need", () => {
    const view = model.views.find((candidate) => candidate.name === "v2");
    expect(view?.definition).toContain("JOIN app.posts p ON ((p.user_id = v.id))");
    expect(view?.dependsOn).toContainEqual({
      kind: "view",
      schema: "app",
      name: "v1",
      columns: ["id", "mood", "name"],
    });
    expect(model.views.find((candidate) => candidate.name === "v1")).toMatchObject({
      options: { check_option: "local", security_barrier: "true" },
      triggers: [{ name: "t2" }],
    });
    expect(model.views.find((candidate) => candidate.name === "mv")).toMatchObject({
      materialized: true,
      options: { fillfactor: "90" },
      indexes: [{ name: "mv_s", unique: true }],
    });
  });

  test("row security, policies, triggers and grants", () => {
    expect(table("users").rowSecurity).toBe("forced");
    expect(table("users").policies).toMatchObject([
      { name: "p1", command: "select", restrictive: true, using: "amount > (0)::numeric" },
      { name: "p2", command: "update" },
    ]);
    expect(table("users").triggers).toMatchObject([{ name: "t1", enabled: "disabled" }]);
    expect(table("posts").grants).toEqual([{ grantee: "PUBLIC", privileges: ["INSERT", "SELECT"] }]);
    expect(column("users", "name")?.grants).toEqual([{ grantee: "PUBLIC", privileges: ["SELECT"] }]);
  });

  test("every other kind of object is listed", () => {
    expect([...new Set(model.others.map((item) => item.kind))].sort()).toEqual([
      "aggregate",
      "cast",
      "collation",
      "column options",
      "default privileges",
      "event trigger",
      "foreign data wrapper",
      "foreign server",
      "foreign table",
      "operator",
      "publication",
      "range type",
      "rule",
      "statistics",
      "statistics target",
      "text search configuration",
    ]);
  });
});

test("what is read does not depend on the search path, and the session is left as it was", async () => {
  const connection = await opened(await postgresDatabase());
  await connection.executeScript(script);
  const usual = await introspect(connection);
  await connection.executeScript(
    "SET search_path = app, public; SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'",
  );
  const settings =
    "SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone, current_setting('DateStyle') AS dates";
  const before = await connection.query(settings);

  expect(await introspect(connection)).toEqual(usual);
  expect(await connection.query(settings)).toEqual(before);

  await connection.transaction(async (session) => {
    expect(await introspect(session)).toEqual(usual);
    expect(await connection.query(settings)).toEqual(before);
  });
});

test("the number of queries does not grow with the number of tables", async () => {
  const connection = await opened(await postgresDatabase());
  let queries = 0;
  const counting = new Proxy(connection, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (property === "transaction")
        return (work: (session: typeof connection) => Promise<unknown>) =>
          target.transaction(() => work(counting));
      if (property === "query") queries++;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await introspect(counting);
  const withNone = queries;
  const tables = Array.from(
    { length: 30 },
    (_, index) => `CREATE TABLE t${index} (id int PRIMARY KEY, a text)`,
  );
  await connection.executeScript(tables.join(";"));
  queries = 0;
  expect((await introspect(counting)).tables).toHaveLength(30);
  expect(queries).toBe(withNone);
});

test("objects of an extension are the extension's and not listed", async () => {
  const connection = await opened(await postgresDatabase());
  await connection.executeScript("CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext");
  const model = await introspect(connection);
  expect(model.extensions.map((extension) => extension.name)).toEqual(["hstore", "plpgsql"]);
  expect([...model.routines, ...model.types, ...model.others]).toEqual([]);
});
