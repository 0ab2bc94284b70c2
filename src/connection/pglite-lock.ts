import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { messageOf, TenonError } from "../errors.js";
import { type NativeDatabase, openNative } from "./libsql-driver.js";

export interface FolderLock {
  release(): void;
}

/** The file in a data folder whose lock says that the folder is in use. PostgreSQL ignores files it does not know. */
export const LOCK_FILE = "tenon.lock";
const HOLDER_FILE = "tenon.lock.json";
const POLL_MS = 25;

/**
 * Takes the folder for this process. PGlite itself lets any number of processes open one folder, and they
 * destroy it together.
 *
 * The lock is the operating system's, taken through SQLite on an empty file: it is free of races, it holds
 * between two connections of one process as between two processes, and it ends with the process, however that
 * ends. A file with a process number in it has none of these. Who holds it is written beside it, for messages.
 * @throws TenonError `DATABASE_BUSY` with the holder, after `waitMs`.
 */
export async function lockFolder(folder: string, description: string, waitMs: number): Promise<FolderLock> {
  const file = await openLockFile(folder, description);
  const deadline = performance.now() + waitMs;
  while (!tryLock(file, description)) {
    const left = deadline - performance.now();
    if (left <= 0) {
      file.close();
      throw busy(folder, description, waitMs);
    }
    await setTimeout(Math.min(POLL_MS, left));
  }
  const holder = join(folder, HOLDER_FILE);
  writeFileSync(
    holder,
    JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() }),
  );
  return {
    release: () => {
      // While the lock is still held: afterwards the file may be another's.
      rmSync(holder, { force: true });
      file.close();
    },
  };
}

async function openLockFile(folder: string, description: string): Promise<NativeDatabase> {
  try {
    return await openNative(join(folder, LOCK_FILE), {});
  } catch (error) {
    if (error instanceof TenonError) throw error;
    throw new TenonError(
      "CONNECTION_FAILED",
      `The lock of ${description} cannot be opened: ${messageOf(error)}.`,
      {
        hint: "Check that this user may write in the folder.",
        cause: error,
      },
    );
  }
}

function tryLock(file: NativeDatabase, description: string): boolean {
  try {
    file.exec("BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
    if (code.startsWith("SQLITE_BUSY")) return false;
    file.close();
    throw new TenonError(
      "CONNECTION_FAILED",
      `The lock of ${description} cannot be taken: ${messageOf(error)}.`,
      {
        hint: "Check that this user may write in the folder.",
        cause: error,
      },
    );
  }
}

function busy(folder: string, description: string, waitMs: number): TenonError {
  const holder = readHolder(join(folder, HOLDER_FILE));
  const who =
    holder === undefined
      ? "another process"
      : holder.pid === process.pid && holder.host === hostname()
        ? `another connection of this process (${holder.pid}), since ${holder.since}`
        : `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  return new TenonError("DATABASE_BUSY", `${description} is in use by ${who}; waited ${waitMs} ms.`, {
    hint: "PGlite allows one connection to a folder at a time: close the other one, or allow more time.",
    details: holder === undefined ? {} : { holder },
  });
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Undefined when the file is missing or half written: it is only there to be told. */
function readHolder(file: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isHolder(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(holder: unknown): holder is Holder {
  return (
    typeof holder === "object" &&
    holder !== null &&
    "pid" in holder &&
    typeof holder.pid === "number" &&
    "host" in holder &&
    typeof holder.host === "string" &&
    "since" in holder &&
    typeof holder.since === "string"
  );
}
