// The same generated migrations, written as each contender wants them: a table of eight columns and an index each, and a
// further column for an earlier table in every fifth.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function makeMigrations(count) {
  return Array.from({ length: count }, (_, index) => {
    const n = index + 1;
    const up = [
      `CREATE TABLE t${n} (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT, c INTEGER DEFAULT 0, d TEXT, e TEXT, f TEXT, g TEXT)`,
      `CREATE INDEX t${n}_a ON t${n} (a)`,
    ];
    if (n % 5 === 0) up.push(`ALTER TABLE t${n - 4} ADD COLUMN extra TEXT`);
    return { name: `${String(n).padStart(5, "0")}_create`, up, down: [`DROP TABLE t${n}`] };
  });
}

export const writers = {
  tenon(folder, migrations) {
    for (const { name, up, down } of write(folder, migrations)) {
      writeFileSync(join(folder, `${name}.sql`), statements(up));
      writeFileSync(join(folder, `${name}_rollback.sql`), statements(down));
    }
  },
  drizzle(folder, migrations, dialect) {
    for (const { name, up } of write(folder, migrations)) {
      writeFileSync(
        join(folder, `${name}.sql`),
        up.map((sql) => `${sql};`).join("\n--> statement-breakpoint\n"),
      );
    }
    mkdirSync(join(folder, "meta"));
    const entries = migrations.map(({ name }, idx) => ({
      idx,
      version: "6",
      when: 1_767_225_600_000 + idx,
      tag: name,
      breakpoints: true,
    }));
    writeFileSync(join(folder, "meta", "_journal.json"), JSON.stringify({ version: "7", dialect, entries }));
  },
};

/** Kysely's migrations are programs; these are made in the process, which costs it no file. */
export function kyselyMigrations(migrations, sql) {
  return Object.fromEntries(
    migrations.map(({ name, up }) => [
      name,
      {
        up: async (db) => {
          for (const text of up) await sql.raw(text).execute(db);
        },
      },
    ]),
  );
}

function write(folder, migrations) {
  mkdirSync(folder, { recursive: true });
  return migrations;
}

function statements(texts) {
  return texts.map((text) => `${text};\n`).join("");
}
