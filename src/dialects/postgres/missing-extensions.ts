import type { Connection, Row } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { DatabaseModel, Extension } from "../../schema/index.js";

/**
 * Refuses a model whose extensions cannot be created here, with what needs them.
 * @throws TenonError `CHANGE_UNSUPPORTED`
 */
export async function refuseMissingExtensions(
  connection: Connection,
  model: DatabaseModel,
  there: readonly Extension[],
): Promise<void> {
  const installed = new Set(there.map((extension) => extension.name));
  const wanted = model.extensions.map(({ name }) => name).filter((name) => !installed.has(name));
  if (wanted.length === 0) return;
  const rows = await connection.query<Row & { name: string }>(
    "SELECT name FROM pg_catalog.pg_available_extensions",
  );
  const available = new Set(rows.map((row) => row.name));
  const missing = wanted.find((name) => !available.has(name));
  if (missing === undefined) return;
  const users = usersOf(model, missing);
  const who =
    users.length === 0 ? "The tables need" : `${users.join(", ")} ${users.length === 1 ? "needs" : "need"}`;
  throw new TenonError(
    "CHANGE_UNSUPPORTED",
    `${who} the extension ${missing}, which ${connection.description} has not.`,
    {
      where: { object: users[0] ?? missing },
      hint: `Install it on the server; PGlite takes it when it is connected: connect("pglite:", { extensions: ["${missing}"] }).`,
      details: { extension: missing },
    },
  );
}

/** The columns whose types come from an extension, as far as their names tell. */
function usersOf({ tables }: DatabaseModel, extension: string): readonly string[] {
  const stem = extension === "vector" ? "vec" : extension;
  return tables.flatMap((table) =>
    table.columns
      .filter((column) => column.type.toLowerCase().includes(stem))
      .map((column) => `${table.name}.${column.name}`),
  );
}
