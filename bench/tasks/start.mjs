// What it costs to load the library, and to run `tenon status`, each as a process of its own.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { contenders } from "../contenders.mjs";
import { makeMigrations, writers } from "../migrations.mjs";

const root = join(import.meta.dirname, "../..");
const driver = JSON.stringify(createRequire(import.meta.url).resolve("libsql"));
const library = JSON.stringify(new URL("../../dist/index.js", import.meta.url).href);

export const loading = {
  name: "loading",
  title: "a process that loads the SQLite driver, without and with the library",
  sizes: [1],
  contenders: ["driver", "tenon"],
  async prepare({ folder }) {
    const programs = { driver: join(folder, "driver.mjs"), tenon: join(folder, "tenon.mjs") };
    writeFileSync(programs.driver, `import ${driver};\n`);
    writeFileSync(programs.tenon, `import ${driver};\nimport ${library};\n`);
    return { context: { programs } };
  },
  commandOf: ({ programs }, name) => [programs[name]],
};

export const status = {
  name: "status",
  title: "`tenon status` as a process, beside node that opens the database and reads a row",
  sizes: [10, 1000],
  contenders: ["driver", "tenon"],
  async prepare({ folder, size }) {
    const migrations = join(folder, "migrations");
    const file = join(folder, "status.db");
    writers.tenon(migrations, makeMigrations(size));
    const context = { engine: "sqlite", file, folder: migrations, count: size };
    await contenders.tenon.migrate(context, await contenders.tenon.load(context));
    const program = join(folder, "row.mjs");
    writeFileSync(
      program,
      `import Database from ${driver};\nconst database = new Database(${JSON.stringify(file)});\n` +
        `console.log(database.prepare("SELECT * FROM schema_migrations LIMIT 1").all().length);\ndatabase.close();\n`,
    );
    return { context: { ...context, program } };
  },
  commandOf: ({ program, file, folder }, name) =>
    name === "driver"
      ? [program]
      : [join(root, "dist/cli/main.js"), "status", "--url", `file:${file}`, "--dir", folder],
};

/** Milliseconds of a whole process. @throws Error with what it said when it fails */
export function timeProcess(words) {
  const started = performance.now();
  const { status: code, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  const ms = performance.now() - started;
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${stderr}`);
  return ms;
}
