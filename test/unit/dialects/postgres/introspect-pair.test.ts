import fc from "fast-check";
import { afterAll, beforeAll, expect, describe as suite, test } from "vitest";
import type { Connection } from "../../../../src/connection/index.js";
import { openPglite } from "../../../../src/connection/pglite.js";
import { postgresSchema } from "../../../../src/dialects/postgres/schema.js";
import type { RenameAnswers } from "../../../../src/schema/index.js";
import { randomCases } from "../../../generators/case-count.js";
import {
  applyEdits,
  EMPTY,
  firstEdits,
  laterEdits,
  type SchemaSpec,
} from "../../../generators/postgres-schema.js";
import { schemaSql } from "../../../generators/postgres-sql.js";
import { plain, planOutcome, sharedTables } from "../pair-plans.js";

const CASES = randomCases(20);
const renames: RenameAnswers = { ask: () => "dropped" };

suite("two databases read together", () => {
  let from: Connection;
  let to: Connection;
  beforeAll(async () => {
    [from, to] = await Promise.all([openPglite({ folder: undefined }), openPglite({ folder: undefined })]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([from.close(), to.close()]);
  });

  test("the plan between random schemas, and each model, are those of two databases read one by one", {
    timeout: 60_000 + CASES.numRuns * 2000,
  }, async () => {
    let shared = 0;
    await fc.assert(
      fc.asyncProperty(firstEdits, laterEdits, async (first, later) => {
        const before = applyEdits(EMPTY, first, 1);
        await build(from, before);
        await build(to, applyEdits(before, later, 10_001));

        const [one, other] = await postgresSchema.introspectPair({ connection: from }, { connection: to });

        // The plan first: it is made of tables that nobody has read yet.
        expect(await planOutcome(postgresSchema, { from: one, to: other }, renames)).toEqual(
          await planOutcome(
            postgresSchema,
            { from: await postgresSchema.introspect(from), to: await postgresSchema.introspect(to) },
            renames,
          ),
        );
        expect(plain(one)).toEqual(plain(await postgresSchema.introspect(from)));
        expect(plain(other)).toEqual(plain(await postgresSchema.introspect(to)));
        shared += sharedTables(one, other).length;
      }),
      CASES,
    );
    expect(shared).toBeGreaterThan(CASES.numRuns / 2);
  });

  test.each(ALIKE)("what is the same by its text and is not the same: %s", async (_, before, after) => {
    await script(from, before);
    await script(to, after);

    const [one, other] = await postgresSchema.introspectPair({ connection: from }, { connection: to });

    expect(sharedTables(one, other)).toEqual([]);
    expect(plain(one)).toEqual(plain(await postgresSchema.introspect(from)));
    expect(plain(other)).toEqual(plain(await postgresSchema.introspect(to)));
  });

  test("a table with everything that a table can have is one object where both have it", async () => {
    for (const connection of [from, to]) await script(connection, FULL);

    const [one, other] = await postgresSchema.introspectPair({ connection: from }, { connection: to });

    expect(sharedTables(one, other)).toEqual(one.tables.map((table) => table.name));
    expect(one.tables).toHaveLength(6);
    expect(plain(one)).toEqual(plain(await postgresSchema.introspect(from)));
    expect(plain(other)).toEqual(plain(await postgresSchema.introspect(to)));
  });
});

/** Each pair differs in one thing that is not in the table's own columns. */
const TABLE = "CREATE TABLE t (a integer, b text)";
const ALIKE: readonly (readonly [what: string, before: string, after: string])[] = [
  [
    "a comment on a column",
    `${TABLE}; COMMENT ON COLUMN t.b IS 'one'`,
    `${TABLE}; COMMENT ON COLUMN t.b IS 'two'`,
  ],
  ["an index part", `${TABLE}; CREATE INDEX i ON t (lower(b))`, `${TABLE}; CREATE INDEX i ON t (upper(b))`],
  [
    "an operator class",
    `${TABLE}; CREATE INDEX i ON t (b)`,
    `${TABLE}; CREATE INDEX i ON t (b text_pattern_ops)`,
  ],
  ["the order of an index", `${TABLE}; CREATE INDEX i ON t (a)`, `${TABLE}; CREATE INDEX i ON t (a DESC)`],
  [
    "what an index leaves out",
    `${TABLE}; CREATE INDEX i ON t (a)`,
    `${TABLE}; CREATE INDEX i ON t (a) WHERE a > 1`,
  ],
  ["a check", `${TABLE}; ALTER TABLE t ADD CHECK (a > 1)`, `${TABLE}; ALTER TABLE t ADD CHECK (a > 2)`],
  ["a storage parameter", TABLE, `${TABLE}; ALTER TABLE t SET (fillfactor = 70)`],
  ["row security", TABLE, `${TABLE}; ALTER TABLE t ENABLE ROW LEVEL SECURITY`],
  [
    "a collation of an index",
    `${TABLE}; CREATE INDEX i ON t (b)`,
    `${TABLE}; CREATE INDEX i ON t (b COLLATE "C")`,
  ],
  [
    "the bounds of an identity",
    "CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY)",
    "CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY (MAXVALUE 9))",
  ],
  [
    "a policy",
    `${TABLE}; CREATE POLICY p ON t USING (a > 1)`,
    `${TABLE}; CREATE POLICY p ON t USING (a > 2)`,
  ],
  [
    "the key that a foreign key names",
    "CREATE TABLE p (a integer UNIQUE, b text); CREATE TABLE t (x integer REFERENCES p (a)); ALTER TABLE p ADD c int",
    "CREATE TABLE p (c integer UNIQUE, b text); CREATE TABLE t (x integer REFERENCES p (c)); ALTER TABLE p ADD d int",
  ],
  [
    "the table that a foreign key names",
    "CREATE TABLE p (a integer UNIQUE); CREATE TABLE t (x integer CONSTRAINT k REFERENCES p (a)); COMMENT ON TABLE p IS ''",
    "CREATE TABLE q (a integer UNIQUE); CREATE TABLE t (x integer CONSTRAINT k REFERENCES q (a))",
  ],
];

const FULL = `
  CREATE TYPE mood AS ENUM ('a', 'b');
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TABLE parent (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, code text UNIQUE NULLS NOT DISTINCT);
  CREATE TABLE child (
    id serial PRIMARY KEY, parent_id bigint REFERENCES parent (id) ON DELETE CASCADE, feeling mood DEFAULT 'a',
    size numeric(10, 2) CHECK (size > 0), twice numeric GENERATED ALWAYS AS (size * 2) STORED, label varchar(20) COLLATE "C"
  );
  CREATE UNIQUE INDEX child_label ON child (lower(label)) INCLUDE (size) WHERE size > 1;
  CREATE TRIGGER touched BEFORE UPDATE ON child FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE POLICY own ON child USING (id > 0);
  COMMENT ON COLUMN child.size IS 'in feet';
  COMMENT ON INDEX child_label IS 'for the search';
  CREATE TABLE measured (at date, value integer) PARTITION BY RANGE (at);
  CREATE TABLE measured_2026 PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE TABLE base (a integer);
  CREATE TABLE derived (b integer) INHERITS (base);
  CREATE VIEW sizes AS SELECT id, size FROM child;`;

async function build(connection: Connection, schema: SchemaSpec): Promise<void> {
  await script(connection, schemaSql(schema).join(";\n"));
}

async function script(connection: Connection, sql: string): Promise<void> {
  await connection.executeScript(
    `DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; ${sql}`,
  );
}
