import { randomBytes } from "node:crypto";
import { type Connection, connect, pgSessionOf } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import { quote } from "./names.js";

/**
 * Opens an empty database that goes away when it is closed: beside the connected one on the same server, so that
 * version, locale and extensions are the same; PGlite in memory where there is no server.
 */
export async function openScratch(connection: Connection | undefined): Promise<Connection> {
  const session = connection === undefined ? undefined : pgSessionOf(connection);
  if (connection === undefined || session?.announcedPid === undefined) return await connect("pglite:");
  const keeper = await session.openSecond();
  if (keeper === undefined) throw cannotOpenSecond(connection);
  const database = `tenon_scratch_${randomBytes(6).toString("hex")}`;
  try {
    await create(keeper, database);
    const scratch = await session.openSecond({ database, onClosed: () => remove(keeper, database) });
    if (scratch !== undefined) return scratch;
    throw cannotOpenSecond(connection);
  } catch (error) {
    await remove(keeper, database);
    throw error;
  }
}

/** From template0, so that nothing is in it that somebody put into template1. */
async function create(keeper: Connection, database: string): Promise<void> {
  try {
    await keeper.execute(`CREATE DATABASE ${quote(database)} TEMPLATE template0`);
  } catch (error) {
    if (!(error instanceof TenonError) || error.details["sqlState"] !== "42501") throw error;
    throw new TenonError(
      "UNSUPPORTED",
      `This user may not create a scratch database on ${keeper.description}.`,
      {
        hint: "Grant it CREATEDB, or use a user that has it where schemas are compared.",
        cause: error,
      },
    );
  }
}

async function remove(keeper: Connection, database: string): Promise<void> {
  try {
    await keeper.execute(`DROP DATABASE IF EXISTS ${quote(database)} WITH (FORCE)`);
  } finally {
    await keeper.close();
  }
}

function cannotOpenSecond(connection: Connection): TenonError {
  return new TenonError(
    "UNSUPPORTED",
    `A scratch database needs a second session with ${connection.description}.`,
    {
      hint: "Connect with a URL: a client or a pool that was handed in is asked for one session only.",
    },
  );
}
