import type { DatabaseModel } from "../../schema/index.js";
import { translateToPostgres } from "./to-postgres.js";
import { translateToSqlite } from "./to-sqlite.js";
import type { TranslateOptions, Translation } from "./translation.js";

/** A model in the words of another engine; the same model where it is that engine's already. */
export function translateModel(
  model: DatabaseModel,
  to: DatabaseModel["engine"],
  options: TranslateOptions = {},
): Translation {
  if (model.engine === to) return { model, refused: [], notes: [] };
  return to === "sqlite" ? translateToSqlite(model, options) : translateToPostgres(model, options);
}
