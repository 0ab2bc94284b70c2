import type { Connection } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import { compareModels, type DatabaseModel, emptyModel, NO_RENAMES } from "../../schema/index.js";
import { buildObjects } from "../build-objects.js";
import { introspect } from "./introspect.js";
import { renderChanges } from "./render.js";
import { sqliteRules } from "./rules.js";

/**
 * The model as SQLite itself would tell it: built in the scratch database and read back. Whatever stands in a
 * model that nobody could create is refused here, with SQLite's own reason.
 */
export async function normalise(model: DatabaseModel, scratch: Connection): Promise<DatabaseModel> {
  const empty = { ...emptyModel("sqlite"), schemas: model.schemas };
  const building = compareModels(empty, model, {
    rules: sqliteRules,
    renames: NO_RENAMES,
    circularKeys: "inline",
  });
  let built: DatabaseModel | undefined;
  const undo = new Error("the scratch is left as it was found");
  try {
    await scratch.transaction(async (connection) => {
      await buildObjects(connection, renderChanges(building).statements);
      built = await introspect(connection);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  if (built === undefined) throw new TenonError("INTERNAL", "The scratch database was not read back.");
  return built;
}
