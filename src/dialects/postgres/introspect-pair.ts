import type { DatabaseModel } from "../../schema/index.js";
import type { Reading } from "../schema-dialect.js";
import { introspect, modelOf } from "./introspect.js";

/** Reads two databases, both at a time where they are on two sessions: the server works while the other answer is read. */
export async function introspectPair(
  from: Reading,
  to: Reading,
): Promise<readonly [DatabaseModel, DatabaseModel]> {
  if (from.connection === to.connection) return [await read(from), await read(to)];
  return Promise.all([read(from), read(to)]);
}

async function read(reading: Reading): Promise<DatabaseModel> {
  const { exclude } = reading;
  if ("captured" in reading) return modelOf(reading.captured, { exclude });
  return introspect(reading.connection, { exclude });
}
