import { type DatabaseModel, selectFrom } from "../../schema/index.js";
import type { Reading } from "../schema-dialect.js";
import { buildModel } from "./catalogue/build-model.js";
import { tablesOfBoth } from "./catalogue/same-tables.js";
import { introspect, modelOf, type ReadCatalogue, readCatalogue } from "./introspect.js";

/**
 * Reads two databases, both at a time where they are on two sessions: one server works while the answer of the other is read. A
 * table of which both say the same is one object in both models.
 */
export async function introspectPair(
  from: Reading,
  to: Reading,
): Promise<readonly [DatabaseModel, DatabaseModel]> {
  if ("captured" in from || "captured" in to || from.connection === to.connection)
    return [await readAlone(from), await readAlone(to)];
  const { connection: one } = from;
  const { connection: other } = to;
  const [before, after] = await bothSettled(
    readCatalogue(one, { grants: false }),
    readCatalogue(other, { grants: false }),
  );
  // Versions of the server may spell one thing in two ways, and number what comes with them differently.
  const known =
    before.version === after.version ? tablesOfBoth(before.context, after.context) : new Map<string, never>();
  const model = ({ context, version }: ReadCatalogue, { exclude }: Reading) =>
    selectFrom(buildModel(context, version, known), { exclude });
  return [model(before, from), model(after, to)];
}

async function readAlone(reading: Reading): Promise<DatabaseModel> {
  const { exclude } = reading;
  if ("captured" in reading) return modelOf(reading.captured, { exclude });
  return introspect(reading.connection, { exclude });
}

/** Both results; when one fails, only after the other has let go of its session. */
async function bothSettled<T>(one: Promise<T>, other: Promise<T>): Promise<readonly [T, T]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
