import { resolve } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { messageOf, TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import { loadPackage } from "./optional-package.js";
import { PgConnection } from "./pg-connection.js";
import { applyOptions, type PgSessionOptions } from "./pg-session-options.js";
import { loadExtensions } from "./pglite-extensions.js";
import { beginDataFolder, checkDataFolder, makeFolder } from "./pglite-folder.js";
import { lockFolder } from "./pglite-lock.js";
import { PgliteWire } from "./pglite-wire.js";

export interface PgliteOptions extends PgSessionOptions {
  /** The data folder; undefined for a database in memory. */
  readonly folder: string | undefined;
  /** Extensions that CREATE EXTENSION may name: `pg_trgm`, `vector`, … */
  readonly extensions?: readonly string[] | undefined;
  /** Refuses to create the database. */
  readonly mustExist?: boolean | undefined;
  /** Milliseconds to wait while another connection has the folder; 5000 unless given. */
  readonly busyTimeoutMs?: number | undefined;
}

const BUSY_TIMEOUT_MS = 5000;

/** Opens PostgreSQL within this process, in memory or in a folder that is kept from everyone else meanwhile. */
export async function openPglite(options: PgliteOptions): Promise<Connection> {
  const connection = await openEngine(options);
  try {
    await applyOptions(connection, options);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

async function openEngine(options: PgliteOptions): Promise<Connection> {
  const package_ = await loadPackage("@electric-sql/pglite", "PGlite", () => import("@electric-sql/pglite"));
  const extensions = await loadExtensions(options.extensions ?? []);
  const start = (folder: string | undefined, description: string) =>
    startEngine(description, (onStderr) =>
      package_.PGlite.create({ ...dataDir(folder), extensions, onStderr }),
    );
  const { serialize } = package_.protocol;

  if (options.folder === undefined) {
    const engine = await start(undefined, "pglite:");
    return new PgConnection(new PgliteWire(engine, serialize, "pglite:", () => {}));
  }
  const folder = resolve(options.folder);
  const description = `pglite:${options.folder}`;
  const mayCreate = options.mustExist !== true && options.readOnly !== true;
  if (!checkDataFolder(folder, description, mayCreate)) makeFolder(folder, description);
  const lock = await lockFolder(folder, description, options.busyTimeoutMs ?? BUSY_TIMEOUT_MS);
  try {
    // Looked at once more: another process may have made the database while this one waited.
    const creation = checkDataFolder(folder, description, mayCreate) ? undefined : beginDataFolder(folder);
    const engine = await start(folder, description);
    creation?.done();
    return new PgConnection(new PgliteWire(engine, serialize, description, lock.release));
  } catch (error) {
    lock.release();
    throw error;
  }
}

function dataDir(folder: string | undefined): { dataDir?: string } {
  return folder === undefined ? {} : { dataDir: folder };
}

/** Starts the engine; when it will not, its own last words say why. */
async function startEngine(
  description: string,
  create: (onStderr: (line: string) => boolean) => Promise<PGlite>,
): Promise<PGlite> {
  const said: string[] = [];
  try {
    return await create((line) => {
      said.push(line);
      return false;
    });
  } catch (error) {
    const words = said.flatMap((line) => /(?:FATAL|PANIC|DETAIL): +(.*)/.exec(line)?.[1] ?? []).join(" ");
    const reason = words === "" ? messageOf(error) : words;
    const version = /initialized by PostgreSQL version (\S+),.* version ([\d.]+)/.exec(reason);
    if (version !== null) {
      throw new TenonError(
        "CONNECTION_FAILED",
        `${description} was made by PostgreSQL ${version[1]}, and the installed PGlite is ${version[2]}.`,
        {
          hint: "Install the PGlite that made it, dump the data, and load it into a new folder. Nothing was changed.",
          cause: error,
        },
      );
    }
    throw new TenonError("DATABASE_CORRUPT", `${description} cannot be opened: ${reason}`, {
      hint: "Restore the folder from a copy.",
      cause: error,
    });
  }
}
