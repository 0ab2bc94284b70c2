import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Connection, connect, type Encryption } from "../connection/index.js";
import { messageOf, TenonError } from "../errors.js";
import type { EarlierTransfer } from "./postgres-staging.js";

export interface FileBesideRequest {
  /** Where the database is to be in the end. */
  readonly path: string;
  readonly encryption?: Encryption | undefined;
  readonly earlier: EarlierTransfer;
}

/**
 * A database that is made in a file beside the one it will be, and then takes its name. A rename is one step for the file system: who opens the
 * database finds all of it or none. https://pubs.opengroup.org/onlinepubs/9699919799/functions/rename.html
 */
export class FileBeside {
  readonly connection: Connection;
  readonly #path: string;

  private constructor(connection: Connection, path: string) {
    this.connection = connection;
    this.#path = path;
  }

  /**
   * Opens the file beside, a new one or that of an interrupted transfer.
   * @throws TenonError `TRANSFER_UNFINISHED`, `FILE_EXISTS`, and what `connect` throws
   */
  static async open({ path, encryption, earlier }: FileBesideRequest): Promise<FileBeside> {
    const beside = besideOf(path);
    if (earlier === "restart") removeDatabase(beside);
    if (existsSync(beside) && earlier === "refuse") {
      throw new TenonError(
        "TRANSFER_UNFINISHED",
        `An earlier transfer into ${path} was interrupted; what it loaded is in ${beside}.`,
        {
          hint: "Go on after its last chunk with --resume, or begin anew with --restart. Nothing was changed.",
        },
      );
    }
    // Interrupted between the two renames: the key file has its name already.
    if (existsSync(beside) && existsSync(keyOf(path)) && !existsSync(keyOf(beside)))
      renameSync(keyOf(path), keyOf(beside));
    if (existsSync(keyOf(path))) {
      throw new TenonError("FILE_EXISTS", `${keyOf(path)} is there and belongs to no database.`, {
        hint: "Move it away: the new database needs a key file of this name. Nothing was changed.",
      });
    }
    const address = `file:${beside.split("/").map(encodeURIComponent).join("/")}`;
    const connection = await connect(address, encryption === undefined ? {} : { encryption });
    return new FileBeside(connection, path);
  }

  /** Ends the session and gives the file its name. */
  async publish(): Promise<void> {
    await this.connection.query("PRAGMA wal_checkpoint(TRUNCATE)");
    await this.connection.close();
    const beside = besideOf(this.#path);
    try {
      for (const file of [beside, keyOf(beside)]) if (existsSync(file)) sync(file);
      if (existsSync(keyOf(beside))) renameSync(keyOf(beside), keyOf(this.#path));
      renameSync(beside, this.#path);
      sync(dirname(resolve(this.#path)));
    } catch (error) {
      throw new TenonError(
        "FILE_FAILED",
        `${beside} is complete and cannot be renamed: ${messageOf(error)}.`,
        {
          hint: `Rename it to ${this.#path} yourself.`,
          cause: error,
        },
      );
    }
  }

  /** Ends the session; what was loaded stays for another run, and a file in which nothing is goes. */
  async leave(): Promise<void> {
    const [row] = await this.connection.query("SELECT count(*) AS count FROM sqlite_schema");
    if (Number(row?.["count"]) > 0) await this.connection.close();
    else await this.discard();
  }

  /** Ends the session and takes everything away. */
  async discard(): Promise<void> {
    await this.connection.close();
    removeDatabase(besideOf(this.#path));
  }
}

/** True where a database is already, so that nothing can take its name. */
export function isTaken(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function besideOf(path: string): string {
  return `${path}.tenon-transfer`;
}

function keyOf(path: string): string {
  return `${path}.salt`;
}

function removeDatabase(path: string): void {
  for (const ending of ["", "-wal", "-shm", "-journal", ".salt"]) rmSync(path + ending, { force: true });
}

/** A folder is synced so that the new name is on the disk; some systems do not open one. */
function sync(path: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
