import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { DatabaseModel, ObjectName } from "../schema/index.js";
import { qualified } from "./quote.js";

/** Of these places those where a table stands already, which is empty. @throws TenonError `TARGET_NOT_EMPTY` */
export async function findFilled(
  connection: Connection,
  current: DatabaseModel,
  places: readonly ObjectName[],
): Promise<readonly ObjectName[]> {
  const tables = new Set(current.tables.map(placeKey));
  const views = new Set(current.views.map(placeKey));
  const standing = places.filter((place) => tables.has(placeKey(place)));
  const filled = places.filter((place) => views.has(placeKey(place))).map(({ name }) => `${name} (a view)`);
  for (const place of standing) {
    const [row] = await connection.query(`SELECT count(*) AS count FROM ${qualified(place)}`);
    const count = Number(row?.["count"]);
    if (count > 0) filled.push(`${place.name} (${count} ${count === 1 ? "row" : "rows"})`);
  }
  if (filled.length === 0) return standing;
  throw new TenonError(
    "TARGET_NOT_EMPTY",
    `${connection.description} is not empty: ${filled.slice(0, 20).join(", ")}${filled.length > 20 ? " and more" : ""}.`,
    {
      hint: "Choose an empty database, or another schema of it with --into-schema. Nothing was changed.",
      details: { tables: filled },
    },
  );
}

/** The same for two names of one table. */
export function placeKey({ schema, name }: ObjectName): string {
  return JSON.stringify([schema, name]);
}
