// A table of N rows, and a tenth as many in one that refers to it, from SQLite to PostgreSQL, keys included.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

export const transfer = {
  name: "transfer",
  title:
    "N rows from SQLite to PostgreSQL (the limit: the shells, `sqlite3 -csv | psql \\copy`, and the keys)",
  sizes: [1_000_000],
  contenders: ["shells", "tenon", "unproven"],
  limit: "shells",
  isPossible: () => ["sqlite3", "psql"].every((name) => spawnSync(name, ["--version"]).status === 0),
  async prepare({ folder, size, postgres }) {
    const file = join(folder, "source.db");
    const Database = require("libsql");
    const database = new Database(file);
    database.exec(SOURCE);
    database.exec(rowsOf(size));
    database.close();
    return { context: { file, url: postgres.urlOf("copy") }, before: () => postgres.empty("copy") };
  },
  load: async (_, name) => (name === "shells" ? undefined : import("../../dist/index.js")),
  async run({ file, url }, name, loaded) {
    if (name === "shells") return copyWithShells(file, url);
    await loaded.transfer({ from: `file:${file}`, to: url, proof: name === "tenon" ? "full" : "rows" });
  },
};

const SOURCE = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, age INTEGER, score REAL, note TEXT, created TEXT NOT NULL);
  CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id), amount INTEGER NOT NULL);`;

function rowsOf(size) {
  const series = (count) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  return `BEGIN;
    INSERT INTO parent ${series(size)}
    SELECT i, 'name ' || i, CASE WHEN i % 7 THEN 'user' || i || '@example.com' END, i % 90, i / 7.0, printf('a note, "quoted", of row %d', i), datetime(1700000000 + i, 'unixepoch') FROM n;
    INSERT INTO child ${series(Math.round(size / 10))} SELECT i, i * 7 % ${size} + 1, i * 3 FROM n;
    COMMIT;`;
}

function copyWithShells(file, url) {
  const sql = (text) => shell(`psql "$URL" -q -v ON_ERROR_STOP=1 -c "${text}"`, url);
  sql(
    "CREATE TABLE parent (id BIGINT, name TEXT NOT NULL, email TEXT, age BIGINT, score DOUBLE PRECISION, note TEXT, created TEXT NOT NULL); CREATE TABLE child (id BIGINT, parent_id BIGINT NOT NULL, amount BIGINT NOT NULL)",
  );
  for (const table of ["parent", "child"]) {
    shell(
      `sqlite3 -csv '${file}' 'SELECT * FROM ${table}' | psql "$URL" -q -v ON_ERROR_STOP=1 -c "\\copy ${table} FROM STDIN WITH (FORMAT csv)"`,
      url,
    );
  }
  sql(
    "ALTER TABLE parent ADD PRIMARY KEY (id); ALTER TABLE child ADD PRIMARY KEY (id); ALTER TABLE child ADD FOREIGN KEY (parent_id) REFERENCES parent (id)",
  );
}

function shell(command, url) {
  const { status, stderr } = spawnSync("sh", ["-c", command], {
    encoding: "utf8",
    env: { ...process.env, URL: url },
  });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}
