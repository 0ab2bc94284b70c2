import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, TenonError } from "../errors.js";

/** A mark that stands in a folder while PGlite fills it. */
const UNFINISHED = "tenon.unfinished";

/**
 * Looks at a folder before the engine does: what is wrong is told exactly, and nothing in it is touched.
 * Gives false when there is no database yet and one may be made.
 */
export function checkDataFolder(folder: string, description: string, mayCreate: boolean): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory()) {
    throw new TenonError(
      "NOT_A_DATABASE",
      `${description} is a file, and PGlite keeps a database in a folder.`,
      {
        hint: "Name a folder; for a SQLite file write file: instead of pglite:.",
      },
    );
  }
  const entries =
    stats === undefined ? [] : readdirSync(folder).filter((name) => !name.startsWith("tenon.lock"));
  if (entries.length === 0) {
    if (mayCreate) return false;
    throw new TenonError("CONNECTION_FAILED", `${description} holds no database.`, {
      hint: "Check the path; relative paths start at the working directory.",
    });
  }
  if (entries.includes(UNFINISHED)) {
    throw new TenonError(
      "DATABASE_CORRUPT",
      `${description} was never finished: its creation was interrupted.`,
      {
        hint: "No data was ever in it: delete the folder, then run again.",
      },
    );
  }
  if (!entries.includes("PG_VERSION")) {
    throw new TenonError("NOT_A_DATABASE", `${description} is not empty and holds no PostgreSQL database.`, {
      hint: "Name the folder of a PGlite database, or one that does not exist yet.",
    });
  }
  checkParts(folder, description, entries);
  refuseServersFolder(folder, description);
  return true;
}

/** Makes the folder, and keeps it marked until `done`: a crash on the way must not look like a database. */
export function beginDataFolder(folder: string): { done(): void } {
  const mark = join(folder, UNFINISHED);
  writeFileSync(mark, "");
  return { done: () => rmSync(mark) };
}

export function makeFolder(folder: string, description: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new TenonError("CONNECTION_FAILED", `${description} cannot be created: ${messageOf(error)}.`, {
      hint: "Check the path, and that this user may write there.",
      cause: error,
    });
  }
}

/** Without these the engine ends in a panic, some of them only after it has written. */
function checkParts(folder: string, description: string, entries: readonly string[]): void {
  const missing = ["base", "global", "pg_wal", "pg_xact"].filter((name) => !entries.includes(name));
  const control = statSync(join(folder, "global", "pg_control"), { throwIfNoEntry: false });
  // The file has this size in every version: https://www.postgresql.org/docs/current/storage-file-layout.html
  if (control?.size !== 8192) missing.push("global/pg_control");
  if (missing.length === 0) return;
  throw new TenonError(
    "DATABASE_CORRUPT",
    `${description} is damaged: ${missing.join(", ")} missing or cut short.`,
    {
      hint: "Restore the folder from a copy. Nothing in it was changed.",
    },
  );
}

/** A server's postmaster.pid holds the number of its process; PGlite writes a negative one. */
function refuseServersFolder(folder: string, description: string): void {
  const file = join(folder, "postmaster.pid");
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : 0;
  if (!(pid > 0) || !isAlive(pid)) return;
  throw new TenonError(
    "DATABASE_BUSY",
    `${description} is the data of a PostgreSQL server, process ${pid}.`,
    {
      hint: "Connect to that server with a postgres:// URL.",
      details: { holder: { pid } },
    },
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
