// Two databases of N tables, one in a hundred of them changed: what would make one look like the other?
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

export const diff = (engine) => ({
  name: `diff-${engine}`,
  title: `comparing two databases of N tables, ${engine} (the limit reads both catalogues and compares nothing)`,
  sizes: [50, 500, 2000],
  contenders: ["driver", "tenon"],
  async prepare({ folder, size, postgres }) {
    const sides = [tables(size, false), tables(size, true)];
    const files = [join(folder, "from.db"), join(folder, "to.db")];
    if (engine === "sqlite") {
      const Database = require("libsql");
      for (const [index, sql] of sides.entries()) {
        const database = new Database(files[index]);
        database.exec(`BEGIN;\n${sql.join(";\n")};\nCOMMIT;`);
        database.close();
      }
      return { context: { engine, files } };
    }
    const urls = ["from", "to"].map((name) => postgres.urlOf(name));
    for (const [index, name] of ["from", "to"].entries()) {
      await postgres.empty(name);
      await postgres.run(urls[index], sides[index].join(";\n"));
    }
    return { context: { engine, urls } };
  },
  async load(_, name) {
    const loaded = require(engine === "postgres" ? "pg" : "libsql");
    return name === "driver" ? loaded : import("../../dist/index.js");
  },
  async run({ files, urls }, name, loaded) {
    if (name === "tenon") {
      const addresses = urls ?? files.map((file) => `file:${file}`);
      const from = await loaded.connect(addresses[0], { readOnly: true });
      const to = await loaded.connect(addresses[1], { readOnly: true });
      const { changes } = await loaded.diff({ from, to });
      await from.close();
      await to.close();
      return changes.length;
    }
    return engine === "postgres" ? readPostgres(urls, loaded) : readSqlite(files, loaded);
  },
});

function tables(size, changed) {
  const integer = "INTEGER";
  return Array.from({ length: size }, (_, n) => [
    `CREATE TABLE tbl_${n} (id ${integer} PRIMARY KEY, email TEXT NOT NULL, a TEXT, b ${integer}, c REAL, d TEXT, e TEXT,
      f ${integer} DEFAULT 0, parent ${integer} REFERENCES tbl_${Math.max(0, n - 1)} (id), z TEXT${changed && n % 100 === 50 ? ", added TEXT" : ""})`,
    `CREATE INDEX tbl_${n}_email ON tbl_${n} (email)`,
    `CREATE UNIQUE INDEX tbl_${n}_a_b ON tbl_${n} (a, b)`,
  ]).flat();
}

function readSqlite(files, Database) {
  const queries = [
    `SELECT m.name, x.name, x.type, x."notnull", x.pk FROM sqlite_schema m, pragma_table_xinfo(m.name) x WHERE m.type = 'table'`,
    `SELECT m.tbl_name, m.name, i.name FROM sqlite_schema m, pragma_index_info(m.name) i WHERE m.type = 'index'`,
    `SELECT m.name, f."from", f."table", f."to" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`,
  ];
  return files.map((file) => {
    const database = new Database(file);
    const counts = queries.map((sql) => database.prepare(sql).raw().all().length);
    database.close();
    return counts;
  });
}

async function readPostgres(urls, { Client }) {
  const queries = [
    `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public'`,
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'",
  ];
  const counts = [];
  for (const url of urls) {
    const client = new Client(url);
    await client.connect();
    for (const sql of queries) counts.push((await client.query({ text: sql, rowMode: "array" })).rows.length);
    await client.end();
  }
  return counts;
}
