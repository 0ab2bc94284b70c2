import { readFileSync, renameSync, writeFileSync } from "node:fs";

import type { Connection, EngineName } from "../connection/index.js";
import { loadDialect } from "../dialects/index.js";
import { messageOf, TenonError } from "../errors.js";
import { checkpointPath, findCheckpoint, publicVersion } from "../migrations/index.js";
import { loadOrder, type Module } from "../modules/index.js";

export interface CheckpointOptions {
  /** All core modules of the program: what a module builds may refer to those before it. */
  readonly modules: readonly Module[];
  /** The modules to write checkpoints of, by name; all that have a folder when left out. */
  readonly only?: readonly string[] | undefined;
  /** The engine that the checkpoints are for; that of the connection, else SQLite. */
  readonly engine?: EngineName | undefined;
  /** A session with the PostgreSQL server on which scratch databases are made; without it a PGlite in memory. */
  readonly connection?: Connection | undefined;
  /** Builds and compares, and writes nothing. */
  readonly check?: boolean | undefined;
}

/** What became of the checkpoint of one module. */
export interface CheckpointResult {
  readonly module: string;
  readonly file: string;
  readonly version: number | string;
  /** `current`: the file says already what the migrations build; `outdated`: with `check`, it does not, or is missing. */
  readonly state: "written" | "current" | "outdated";
  readonly statements: number;
  readonly rows: number;
}

/**
 * Writes, beside the migrations of each core module, what they build as one file: an empty database is built from it, and its
 * versions are marked as applied. Before a file is written it was built in a scratch database, and schema and rows were the
 * same as after all migrations.
 *
 * @throws TenonError `CHECKPOINT_IMPOSSIBLE` when a history does what one file cannot stand for (it computes rows, changes
 * what another module made, …), `USAGE` when no module has a folder, `FILE_FAILED`, and what is wrong with the migrations
 *
 * @example
 * ```ts
 * import { mkdirSync, writeFileSync } from "node:fs";
 * import { checkpoint, defineModule } from "tenon";
 *
 * mkdirSync("users/migrations", { recursive: true });
 * writeFileSync("users/migrations/001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);");
 * const users = defineModule("users", "core", {}, { migrations: "./users/migrations" });
 * const [written] = await checkpoint({ modules: [users] });
 * console.log(written?.state); // written
 * ```
 */
export async function checkpoint(options: CheckpointOptions): Promise<readonly CheckpointResult[]> {
  const { buildCheckpoint, renderCheckpoint } = await import("../checkpoint/index.js");
  const { connection, only } = options;
  const engine = options.engine ?? connection?.engine ?? "sqlite";
  const dialect = await loadDialect(engine);
  const { orderModules } = await loadOrder();
  const modules = orderModules(options.modules.filter(({ kind }) => kind === "core"));
  const chosen = modules.filter((module) => only === undefined || only.includes(module.name));
  const results: CheckpointResult[] = [];
  for (const module of chosen) {
    if (module.source.kind !== "folder") {
      if (only === undefined) continue;
      throw noFolder(module.name);
    }
    const before = modules.slice(0, modules.indexOf(module));
    const built = await buildCheckpoint({ module, before, dialect, connection });
    if (built === undefined) continue;
    const file = checkpointPath(module.source.path, engine);
    const text = renderCheckpoint(built);
    const isCurrent = findCheckpoint(module.source, engine) !== undefined && readText(file) === text;
    if (!isCurrent && options.check !== true) writeText(file, text);
    const state = isCurrent ? "current" : options.check === true ? "outdated" : "written";
    const rows = built.rows.reduce((sum, table) => sum + table.rows.length, 0);
    const version = publicVersion(built.version);
    results.push({ module: module.name, file, version, state, statements: built.statements.length, rows });
  }
  if (results.length === 0) throw noFolder(chosen.map(({ name }) => name).join(", ") || "there is none");
  return results;
}

function readText(file: string): string {
  return fileWork(file, () => readFileSync(file, "utf8"));
}

/** Under another name first: nobody reads half a file. */
function writeText(file: string, text: string): void {
  fileWork(file, () => {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  });
}

function fileWork<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new TenonError("FILE_FAILED", `${file} cannot be read or written: ${messageOf(cause)}`, {
      where: { file },
      hint: "Look at the permissions of the folder, then try again.",
      cause,
    });
  }
}

function noFolder(names: string): TenonError {
  return new TenonError(
    "USAGE",
    `No checkpoint can be written for ${names}: a folder of migrations is needed.`,
    {
      hint: "Checkpoints are for core modules whose migrations stand in a folder; those in code and those of plugins are always applied one by one.",
    },
  );
}
