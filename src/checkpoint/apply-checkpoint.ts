import type { Connection } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import type { Checkpoint } from "./checkpoint.js";
import { writeDatabaseRows } from "./database-rows.js";

/** Builds what a checkpoint says. Part of the caller's transaction. */
export async function applyCheckpoint(
  connection: Connection,
  dialect: Dialect,
  checkpoint: Checkpoint,
): Promise<void> {
  if (connection.executeBatch !== undefined) await connection.executeBatch(checkpoint.statements);
  else for (const statement of checkpoint.statements) await connection.execute(statement);
  await writeDatabaseRows(connection, dialect, { tables: checkpoint.rows, counters: checkpoint.counters });
}
