import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import { inspectDatabaseFile, refuseAbsent } from "./database-file.js";
import { type Encryption, loadEncryption, refuseEncrypted } from "./encryption/index.js";
import { LibsqlConnection } from "./libsql-connection.js";

export interface AttachRequest {
  /** A path of the file system. */
  readonly path: string;
  /** The name of its schema on the connection. */
  readonly as: string;
  readonly encryption?: Encryption | undefined;
}

/**
 * Attaches a SQLite file to a session with another one, for reading: https://sqlite.org/lang_attach.html. Each of the two may have a
 * password of its own.
 */
export async function attachFile(connection: Connection, request: AttachRequest): Promise<void> {
  const { path, as, encryption } = request;
  if (!(connection instanceof LibsqlConnection)) {
    throw new TenonError("UNSUPPORTED", `${connection.description} is no SQLite database.`);
  }
  const file = inspectDatabaseFile(resolve(path), path);
  refuseAbsent(file);
  let key = "''";
  if (encryption === undefined) refuseEncrypted(file);
  else {
    const { unlockDatabase } = await loadEncryption();
    const dataKey = await unlockDatabase(file, encryption);
    key = `x'${Buffer.from(dataKey).toString("hex")}'`;
  }
  const address = `${pathToFileURL(file.path).href}?mode=ro`.replaceAll("'", "''");
  try {
    await connection.execute(`ATTACH '${address}' AS "${as.replaceAll('"', '""')}" KEY ${key}`);
  } catch {
    // The error of the driver could hold the statement, and with it the key.
    throw new TenonError("CONNECTION_FAILED", `${path} cannot be read beside ${connection.description}.`, {
      hint: "Check that this user may read the file, and that no other session holds it.",
    });
  }
}
