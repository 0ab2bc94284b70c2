import { describe, expect, test } from "vitest";
import { sharedPglite } from "../../../servers/pglite-shared.js";
import { changeTo, wanted } from "./change-database.js";

interface Example {
  readonly from: string;
  readonly to: string;
  readonly renames?: readonly string[];
}

/** Each goes there and back; what the catalogue tells then must be what a fresh build gives. */
const EXAMPLES: Readonly<Record<string, Example>> = {
  "a column with a default": {
    from: "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
    to: "CREATE TABLE t (a int, b text NOT NULL DEFAULT 'x', c numeric(10,2) DEFAULT 1.5)",
  },
  "an IN list over varchar, which the engine spells in two ways": {
    from: "CREATE TABLE t (a varchar(9), CONSTRAINT c CHECK (a IN ('x', 'y')))",
    to: "CREATE TABLE t (a varchar(9), CONSTRAINT c CHECK (a IN ('x', 'y', 'z')))",
  },
  "types that widen": {
    from: "CREATE TABLE t (a int PRIMARY KEY, b varchar(10), c numeric(8,2)); INSERT INTO t VALUES (1, 'b', 1.25)",
    to: "CREATE TABLE t (a bigint PRIMARY KEY, b text, c numeric(12,4))",
  },
  "a type that a view, a policy, a trigger, an index, a check, a generated column and an atomic function use":
    {
      from: `CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a > 0), g int GENERATED ALWAYS AS (a + 1) STORED);
      CREATE INDEX i ON t ((a + 1)) WHERE a > 3;
      CREATE VIEW v AS SELECT id, a FROM t WHERE a > 1;
      CREATE VIEW w AS SELECT a FROM v;
      CREATE MATERIALIZED VIEW m AS SELECT a, count(*) AS n FROM t GROUP BY a;
      CREATE UNIQUE INDEX m_a ON m (a);
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a > 1) EXECUTE FUNCTION f();
      CREATE TRIGGER o INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();
      CREATE FUNCTION s() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(a) FROM t; END;
      ALTER TABLE t ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON t USING (a > 5);
      COMMENT ON VIEW v IS 'of t'; COMMENT ON TRIGGER g ON t IS 'fires'; COMMENT ON POLICY p ON t IS 'guards';
      COMMENT ON COLUMN v.a IS 'the a'; COMMENT ON INDEX m_a IS 'once';
      GRANT SELECT ON v TO PUBLIC; GRANT SELECT (a) ON w TO PUBLIC;
      INSERT INTO t VALUES (1, 10)`,
      to: `CREATE TABLE t (id int PRIMARY KEY, a bigint CHECK (a > 0), g int GENERATED ALWAYS AS (a + 1) STORED);
      CREATE INDEX i ON t ((a + 1)) WHERE a > 3;
      CREATE VIEW v AS SELECT id, a FROM t WHERE a > 1;
      CREATE VIEW w AS SELECT a FROM v;
      CREATE MATERIALIZED VIEW m AS SELECT a, count(*) AS n FROM t GROUP BY a;
      CREATE UNIQUE INDEX m_a ON m (a);
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a > 1) EXECUTE FUNCTION f();
      CREATE TRIGGER o INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();
      CREATE FUNCTION s() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(a) FROM t; END;
      ALTER TABLE t ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON t USING (a > 5);
      COMMENT ON VIEW v IS 'of t'; COMMENT ON TRIGGER g ON t IS 'fires'; COMMENT ON POLICY p ON t IS 'guards';
      COMMENT ON COLUMN v.a IS 'the a'; COMMENT ON INDEX m_a IS 'once';
      GRANT SELECT ON v TO PUBLIC; GRANT SELECT (a) ON w TO PUBLIC`,
    },
  "both ends of a foreign key from text to uuid": {
    from: `CREATE TABLE p (id text PRIMARY KEY); CREATE TABLE c (p text REFERENCES p);
      INSERT INTO p VALUES ('6f1d7f5e-9d1c-4f0c-8b3c-0b1f2e3d4c5b'); INSERT INTO c SELECT id FROM p`,
    to: "CREATE TABLE p (id uuid PRIMARY KEY); CREATE TABLE c (p uuid REFERENCES p)",
  },
  "an enum that gets values at both ends and between": {
    from: "CREATE TYPE e AS ENUM ('b', 'd'); CREATE TABLE t (a e, b e[]); INSERT INTO t VALUES ('b', '{d}')",
    to: "CREATE TYPE e AS ENUM ('a', 'b', 'c', 'd', 'e'); CREATE TABLE t (a e, b e[])",
  },
  "an enum whose new value is a default": {
    from: "CREATE TYPE e AS ENUM ('b'); CREATE TABLE t (a e); INSERT INTO t VALUES ('b')",
    to: "CREATE TYPE e AS ENUM ('b', 'c'); CREATE TABLE t (a e DEFAULT 'c' CHECK (a <> 'b' OR true))",
  },
  "an enum that loses a value, used by a view, a function, a default, a check, an index and an array": {
    from: `CREATE TYPE e AS ENUM ('a', 'b', 'c');
      CREATE FUNCTION f(x e DEFAULT 'a') RETURNS e LANGUAGE sql IMMUTABLE AS $$ SELECT x $$;
      CREATE TABLE t (a e DEFAULT 'a' CHECK (a <> 'b'), b e[] DEFAULT '{a}', c e PRIMARY KEY);
      CREATE INDEX i ON t (a) WHERE a = 'a'; CREATE INDEX j ON t (f(a));
      CREATE VIEW v AS SELECT a, b FROM t WHERE a > 'a';
      COMMENT ON TYPE e IS 'mood';
      INSERT INTO t VALUES ('a', '{a,b}', 'b')`,
    to: `CREATE TYPE e AS ENUM ('b', 'a');
      CREATE FUNCTION f(x e DEFAULT 'a') RETURNS e LANGUAGE sql IMMUTABLE AS $$ SELECT x $$;
      CREATE TABLE t (a e DEFAULT 'a' CHECK (a <> 'b'), b e[] DEFAULT '{a}', c e PRIMARY KEY);
      CREATE INDEX i ON t (a) WHERE a = 'a'; CREATE INDEX j ON t (f(a));
      CREATE VIEW v AS SELECT a, b FROM t WHERE a > 'a';
      COMMENT ON TYPE e IS 'mood'`,
  },
  "a domain over another type": {
    from: "CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE t (a d DEFAULT 1); INSERT INTO t VALUES (5)",
    to: "CREATE DOMAIN d AS bigint CHECK (VALUE > 1); CREATE TABLE t (a d DEFAULT 1)",
  },
  "a domain's default, NOT NULL and checks": {
    from: "CREATE DOMAIN d AS text DEFAULT 'a' CONSTRAINT c CHECK (VALUE <> ''); CREATE TABLE t (a d)",
    to: "CREATE DOMAIN d AS text NOT NULL DEFAULT 'b' CONSTRAINT c CHECK (VALUE <> 'x') CONSTRAINT e CHECK (length(VALUE) < 9); CREATE TABLE t (a d)",
  },
  "a composite type in use that grows": {
    from: "CREATE TYPE c AS (x int, y text); CREATE TABLE t (a c); INSERT INTO t VALUES (ROW(1, 'y'))",
    to: "CREATE TYPE c AS (x int, y text, z date); CREATE TABLE t (a c)",
  },
  "a generated column with another expression, under an index, a key and a view": {
    from: `CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED UNIQUE); CREATE INDEX i ON t (g);
      CREATE VIEW v AS SELECT g FROM t; CREATE TABLE c (g int REFERENCES t (g)); INSERT INTO t VALUES (1)`,
    to: `CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a * 2) STORED UNIQUE); CREATE INDEX i ON t (g);
      CREATE VIEW v AS SELECT g FROM t; CREATE TABLE c (g int REFERENCES t (g))`,
  },
  "a generated column that becomes plain, and back": {
    from: "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED); INSERT INTO t VALUES (1)",
    to: "CREATE TABLE t (a int, g int)",
  },
  "a virtual column that becomes plain, and back": {
    from: "CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) VIRTUAL); CREATE VIEW v AS SELECT g FROM t; INSERT INTO t VALUES (1)",
    to: "CREATE TABLE t (a int, g int NOT NULL DEFAULT 7); CREATE VIEW v AS SELECT g FROM t",
  },
  "serial and identity": {
    from: "CREATE TABLE t (id serial PRIMARY KEY, a int GENERATED BY DEFAULT AS IDENTITY); INSERT INTO t DEFAULT VALUES",
    to: "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5) PRIMARY KEY, a int NOT NULL)",
  },
  "a table with a serial under another name": {
    from: "CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL); INSERT INTO users (name) VALUES ('ann')",
    to: "CREATE TABLE people (id serial PRIMARY KEY, full_name text NOT NULL)",
    renames: ["users:people", "people.name:people.full_name"],
  },
  "keys and what stands on them": {
    from: `CREATE TABLE p (id int PRIMARY KEY, a int, b text, UNIQUE (a)); CREATE TABLE c (a int REFERENCES p (a), i int REFERENCES p);
      CREATE VIEW v AS SELECT id, b, count(*) AS n FROM p GROUP BY id; INSERT INTO p VALUES (1, 2, 'x')`,
    to: `CREATE TABLE p (id int, a int, b text, CONSTRAINT p_pkey PRIMARY KEY (id) WITH (fillfactor = 70), CONSTRAINT p_a_key UNIQUE (a) DEFERRABLE);
      CREATE TABLE c (a int, i int REFERENCES p DEFERRABLE INITIALLY DEFERRED); CREATE VIEW v AS SELECT id, b, count(*) AS n FROM p GROUP BY id`,
  },
  "constraints of every kind": {
    from: "CREATE TABLE t (a int, b int, r int4range); INSERT INTO t VALUES (1, 2, '[1,2)'), (2, 3, NULL), (3, NULL, NULL)",
    to: `CREATE TABLE t (a int NOT NULL, b int, r int4range, PRIMARY KEY (a), UNIQUE NULLS NOT DISTINCT (a, b) INCLUDE (r),
      CHECK (a < b) NO INHERIT, EXCLUDE USING gist (r WITH &&) WHERE (a > 0) DEFERRABLE, FOREIGN KEY (b) REFERENCES t ON DELETE SET NULL)`,
  },
  "a constraint that is not valid, and then is": {
    from: "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
    to: "CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0))",
  },
  "names of constraints and indexes": {
    from: "CREATE TABLE t (a int CONSTRAINT one UNIQUE, b int CONSTRAINT two CHECK (b > 0)); CREATE INDEX three ON t (b)",
    to: "CREATE TABLE t (a int CONSTRAINT three UNIQUE, b int CONSTRAINT one CHECK (b > 0)); CREATE INDEX two ON t (b)",
  },
  "indexes in every property": {
    from: "CREATE TABLE t (a text, b int); CREATE INDEX i ON t (a); CREATE INDEX j ON t USING hash (a)",
    to: `CREATE TABLE t (a text, b int); CREATE UNIQUE INDEX i ON t (a COLLATE "C" text_pattern_ops DESC NULLS LAST, (b + 1)) INCLUDE (b)
      NULLS NOT DISTINCT WITH (fillfactor = 50) WHERE b > 0`,
  },
  "views of views in another order": {
    from: "CREATE TABLE t (a int); CREATE VIEW a AS SELECT a FROM t; CREATE VIEW b AS SELECT a FROM a; CREATE VIEW c AS SELECT a FROM b",
    to: "CREATE TABLE t (a int); CREATE VIEW c AS SELECT a, 1 AS x FROM t; CREATE VIEW b AS SELECT a FROM c; CREATE VIEW a AS SELECT a FROM b",
  },
  "a view with columns at the end is replaced, one with others is made anew": {
    from: "CREATE TABLE t (a int, b text); CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v; GRANT SELECT ON v TO PUBLIC",
    to: "CREATE TABLE t (a int, b text); CREATE VIEW v WITH (security_invoker) AS SELECT a, b FROM t; CREATE VIEW w AS SELECT b FROM v; GRANT SELECT ON v TO PUBLIC",
  },
  "functions that are replaced, and such that cannot be": {
    from: `CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT a $$; CREATE FUNCTION g(a int DEFAULT 1) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
      CREATE TABLE t (a int DEFAULT f(1) CHECK (f(a) > 0), b int GENERATED ALWAYS AS (f(a)) STORED); CREATE INDEX i ON t (f(a)); CREATE VIEW v AS SELECT f(a) AS x FROM t; INSERT INTO t VALUES (1)`,
    to: `CREATE FUNCTION f(a int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT a $$; CREATE FUNCTION g(b int) RETURNS int LANGUAGE sql STABLE AS $$ SELECT 2 $$;
      CREATE TABLE t (a int DEFAULT f(1) CHECK (f(a) > 0), b int GENERATED ALWAYS AS (f(a)) STORED); CREATE INDEX i ON t (f(a)); CREATE VIEW v AS SELECT f(a) AS x FROM t`,
  },
  "a function of the table's own rows in a check": {
    from: "",
    to: `CREATE TABLE t (a int); CREATE FUNCTION f(r t) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT r.a > 0 $$; ALTER TABLE t ADD CONSTRAINT c CHECK (f(t.*))`,
  },
  "policies, row security and triggers": {
    from: `CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER h AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f();
      ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (a > 0); CREATE POLICY q ON t FOR SELECT USING (true)`,
    to: `CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER h AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f();
      ALTER TABLE t DISABLE TRIGGER h; ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY p ON t TO CURRENT_USER USING (a > 1) WITH CHECK (a > 2); CREATE POLICY q ON t AS RESTRICTIVE FOR INSERT WITH CHECK (a > 0)`,
  },
  partitions: {
    from: "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10); INSERT INTO p VALUES (5, 'x')",
    to: `CREATE TABLE p (a int, b text NOT NULL DEFAULT 'd', c int, PRIMARY KEY (a)) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p (b DEFAULT 'other', CHECK (a > 0)) FOR VALUES FROM (1) TO (10);
      CREATE TABLE p2 PARTITION OF p DEFAULT; CREATE INDEX i ON p (b)`,
  },
  "inherited tables": {
    from: "CREATE TABLE p (a int, b text); CREATE TABLE c (x int) INHERITS (p); INSERT INTO c VALUES (1, 'b', 2)",
    to: "CREATE TABLE p (a bigint NOT NULL, z int DEFAULT 3, CONSTRAINT k CHECK (a > 0)); CREATE TABLE c (x int) INHERITS (p); ALTER TABLE c ALTER z SET DEFAULT 4",
  },
  "schemas, sequences and comments": {
    from: "CREATE SCHEMA one; CREATE SEQUENCE one.s; CREATE TABLE one.t (a int); COMMENT ON TABLE one.t IS 'x'; COMMENT ON COLUMN one.t.a IS 'y'",
    to: `CREATE SCHEMA one; CREATE SCHEMA "Two two"; CREATE SEQUENCE one.s AS integer INCREMENT BY -2 MINVALUE -100 MAXVALUE 100 START 5 CACHE 3 CYCLE; CREATE SEQUENCE "Two two"."s""q";
      CREATE TABLE one.t (a int); COMMENT ON TABLE one.t IS 'it''s'; COMMENT ON SCHEMA one IS 'first'`,
  },
  "circles of foreign keys": {
    from: "",
    to: `CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
      CREATE TABLE c (id int PRIMARY KEY, c int REFERENCES c)`,
  },
  "table properties": {
    from: "CREATE TABLE t (a text); CREATE UNIQUE INDEX i ON t (a)",
    to: "CREATE UNLOGGED TABLE t (a text NOT NULL) WITH (fillfactor = 60, autovacuum_enabled = false); CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX i; ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER a SET COMPRESSION pglz",
  },
  "names that need quotes": {
    from: `CREATE TABLE "select" ("from" int, "a ""b" text); CREATE INDEX "in dex" ON "select" ("a ""b")`,
    to: `CREATE TABLE "select" ("from" bigint CHECK ("from" > 0), "a ""b" varchar(9) DEFAULT 'it''s \\ x'); CREATE INDEX "in dex" ON "select" (lower("a ""b")); CREATE VIEW "Ü" AS SELECT "from" FROM "select"`,
  },
  collations: {
    from: 'CREATE TABLE t (a text, b text COLLATE "C"); CREATE INDEX i ON t (a, b)',
    to: 'CREATE TABLE t (a text COLLATE "C", b text); CREATE INDEX i ON t (a, b)',
  },
};

describe("a database is changed and changed back", () => {
  test.each(Object.entries(EXAMPLES))("%s", async (_name, { from, to, renames }) => {
    const connection = await sharedPglite();
    const there = await wanted(connection, to);
    const back = await wanted(connection, from);
    if (from !== "") await connection.executeScript(from);

    const first = await changeTo(connection, there, renames === undefined ? {} : { renames });
    expect(first.wrong).toEqual([]);

    const reversed = renames?.map((rename) => REVERSED[rename] ?? rename);
    const second = await changeTo(connection, back, reversed === undefined ? {} : { renames: reversed });
    expect(second.wrong).toEqual([]);
  });
});

const REVERSED: Readonly<Record<string, string>> = {
  "users:people": "people:users",
  "people.name:people.full_name": "users.full_name:users.name",
};
