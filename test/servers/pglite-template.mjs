// A PGlite data folder, made once a run: initialising one takes seconds, a copy of it a fraction of one.
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";

export async function preparePglite(folder) {
  const data = join(folder, "pglite");
  const database = await PGlite.create(data);
  await database.close();
  return data;
}
