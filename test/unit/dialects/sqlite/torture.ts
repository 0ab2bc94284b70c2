/** Every feature of a SQLite schema that Tenon knows, in one database, with rows. */
export const TORTURE_SCHEMA = `
CREATE TABLE plain (a, b TEXT DEFAULT 'it''s', c INT DEFAULT -5, d DEFAULT (1 + 2), e DEFAULT CURRENT_TIMESTAMP, f DEFAULT 'active');
CREATE TABLE "Weird ""name""" ([from] INTEGER PRIMARY KEY, \`select\` TEXT, 'ümlaut' TEXT COLLATE NOCASE);
CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT NOT NULL ON CONFLICT IGNORE DEFAULT 'x');
CREATE TABLE descending (id INTEGER PRIMARY KEY DESC, x);
CREATE TABLE keyed (a TEXT COLLATE NOCASE, b INT, c, CONSTRAINT keyed_pk PRIMARY KEY (a COLLATE BINARY DESC, b) ON CONFLICT REPLACE) WITHOUT ROWID;
CREATE TABLE typed (id INT PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB, any_value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE checked (
  age INTEGER CHECK (age >= 0) CONSTRAINT adult CHECK ( age < 200 /* years */ ), -- in years
  name VARCHAR ( 20 ) UNIQUE ON CONFLICT FAIL,
  CONSTRAINT named CHECK (name <> '' OR age IN (1,2)),
  CONSTRAINT pair UNIQUE (name COLLATE NOCASE DESC, age)
);
CREATE TABLE computed (a INTEGER, b INTEGER, total AS (a + b), label TEXT GENERATED ALWAYS AS (a || '-' || b) STORED);
CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT UNIQUE, up INTEGER REFERENCES parent ON DELETE CASCADE);
CREATE TABLE child (
  id INTEGER PRIMARY KEY,
  parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL,
  code TEXT CONSTRAINT by_code REFERENCES parent (code) MATCH FULL ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED,
  first INTEGER, second TEXT,
  FOREIGN KEY (first, second) REFERENCES pair_parent (a, b) NOT DEFERRABLE
);
CREATE TABLE pair_parent (a INTEGER, b TEXT, PRIMARY KEY (a, b));
CREATE TABLE left_side (id INTEGER PRIMARY KEY, other INTEGER REFERENCES right_side (id));
CREATE TABLE right_side (id INTEGER PRIMARY KEY, other INTEGER REFERENCES left_side (id));
CREATE INDEX plain_a ON plain (a);
CREATE UNIQUE INDEX plain_mixed ON plain (lower(b) COLLATE NOCASE DESC, c, b COLLATE RTRIM) WHERE b IS NOT NULL AND c > 0;
CREATE VIEW lower_view AS SELECT a, b FROM plain WHERE c < 0;
CREATE VIEW upper_view (one, two) AS SELECT a, b AS renamedB FROM lower_view; -- of a view
CREATE TRIGGER stamp AFTER UPDATE OF b ON plain WHEN new.b <> old.b BEGIN UPDATE plain SET e = 'now' WHERE rowid = new.rowid; END;
CREATE TRIGGER through INSTEAD OF INSERT ON upper_view BEGIN INSERT INTO plain (a, b) VALUES (new.one, new.two); END;
CREATE VIRTUAL TABLE search USING fts5(b, content='plain', tokenize = "unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE own_search USING fts5(title, body UNINDEXED);
CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, +label);
`;

export const TORTURE_ROWS = `
INSERT INTO plain (rowid, a, b, c) VALUES (3, 1, 'one', -1), (7, 'two', 'zwei', 2), (90, x'00ff', NULL, 9007199254740993);
INSERT INTO "Weird ""name""" VALUES (5, 's', 'Ü');
INSERT INTO counted (note) VALUES ('a'), ('b'), ('c');
DELETE FROM counted WHERE note = 'c';
INSERT INTO descending (rowid, id, x) VALUES (10, 1, 'x'), (11, 2, NULL);
INSERT INTO keyed VALUES ('a', 1, 'c'), ('B', 2, 3.5);
INSERT INTO typed VALUES (1, 2, 3.5, 't', x'01', 'any'), (2, NULL, NULL, NULL, NULL, 4);
INSERT INTO checked VALUES (20, 'ann'), (NULL, 'bob');
INSERT INTO computed (a, b) VALUES (1, 2), (3, 4);
INSERT INTO parent VALUES (1, 'p', NULL), (2, 'q', 1), (3, NULL, 2);
INSERT INTO pair_parent VALUES (1, 'x');
INSERT INTO child VALUES (1, 1, 'p', 1, 'x'), (2, 3, NULL, NULL, NULL);
INSERT INTO left_side VALUES (1, NULL);
INSERT INTO right_side VALUES (1, 1);
UPDATE left_side SET other = 1;
INSERT INTO search (search) VALUES ('rebuild');
INSERT INTO own_search VALUES ('Title', 'Body');
INSERT INTO boxes VALUES (1, 2, 3, 'box');
`;
