import type { TableAddress } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import { JOURNAL_COLUMNS } from "./journal-row.js";

/** What stands where the journal should be. */
export type JournalShape = "missing" | "current" | "single-module" | "foreign";

/** The columns of the journal of the single-module systems that Tenon replaces; it is carried over. */
const SINGLE_MODULE_COLUMNS = [
  "version",
  "name",
  "description",
  "applied_at",
  "applied_by",
  "duration_ms",
  "checksum",
  "status",
];

/** What a table is by its columns; they are undefined for one that is not there. */
export function shapeOf(columns: readonly string[] | undefined): JournalShape {
  if (columns === undefined) return "missing";
  const found = new Set(columns);
  if (JOURNAL_COLUMNS.every((column) => found.has(column))) return "current";
  const isSingleModule =
    found.size === SINGLE_MODULE_COLUMNS.length && SINGLE_MODULE_COLUMNS.every((column) => found.has(column));
  return isSingleModule ? "single-module" : "foreign";
}

/** The refusal of a table that has the journal's name and is none. */
export function foreignTable({ table }: TableAddress, columns: readonly string[]): TenonError {
  return new TenonError(
    "JOURNAL_FOREIGN",
    `There is a table ${table} that is not a journal of Tenon: its columns are ${columns.join(", ")}. ` +
      "Other tools use that name for their own history, so it is left alone.",
    {
      where: { object: table },
      hint:
        "If it is the history of this database, `tenon adopt` takes it over and leaves the table as it is. Else choose another name for the " +
        'journal: `--journal tenon_migrations`, or `journal: { table: "tenon_migrations" }` in the config.',
    },
  );
}
