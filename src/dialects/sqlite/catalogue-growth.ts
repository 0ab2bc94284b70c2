import type { Connection } from "../../connection/index.js";
import { type Effect, readEffects, type StatementText } from "../../sql/index.js";
import type { CatalogueGrowth } from "../dialect.js";
import { listObjectsAfter } from "./made-objects.js";

/**
 * SQLite gives each new row of its schema table a number above all that are there, and a statement that neither
 * drops nor renames leaves the others where they are: https://sqlite.org/autoinc.html, https://sqlite.org/schematab.html
 */
export const catalogueGrowth: CatalogueGrowth = {
  isExact: true,
  ofNothing: "0",
  mark: async (connection) => {
    const [row] = await connection.query(LAST);
    return String(row?.["last"] ?? 0);
  },
  madeSince: (connection: Connection, mark: string) => listObjectsAfter(connection, Number(mark)),
  onlyGrows,
};

const LAST = "SELECT max(rowid) AS last FROM main.sqlite_schema";

function onlyGrows(statement: StatementText): boolean {
  return readEffects(statement, "sqlite").every(grows);
}

function grows({ kind, schema, table, temporary, renamedTo }: Effect): boolean {
  if (GROWS.has(kind)) return temporary !== true && (schema ?? "main").toLowerCase() === "main";
  if (kind === "alter-table") return renamedTo === undefined;
  // A session can be let write to the schema table itself: https://sqlite.org/pragma.html#pragma_writable_schema
  return CHANGES_ROWS.has(kind) && table?.toLowerCase().startsWith("sqlite_") !== true;
}

const GROWS: ReadonlySet<Effect["kind"]> = new Set(["create-table", "create-other"]);

const CHANGES_ROWS: ReadonlySet<Effect["kind"]> = new Set(["select", "insert", "update", "delete"]);
