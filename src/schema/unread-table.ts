import { markTidy, tidyPart } from "./model.js";
import type { Table } from "./table.js";

type Definition = Pick<Table, "columns" | "constraints" | "indexes">;

/** What a table is known by before its definition is read. */
export type KnownOfTable = Omit<Table, keyof Definition | "triggers">;

/** Reads what else there is of a table. */
export interface TableReader {
  definition(): Definition;
  triggers(): Table["triggers"];
}

/**
 * A table that is read when something first asks what is in it. To everybody else it is a table like any other: its
 * properties are its own and can be listed, so that a copy and its JSON have all of them.
 */
export function unreadTable(known: KnownOfTable, read: TableReader): Table {
  const definition = once(() => tidyPart(read.definition()));
  const triggers = once(() => tidyPart(read.triggers()));
  return markTidy({
    ...known,
    get columns() {
      return definition().columns;
    },
    get constraints() {
      return definition().constraints;
    },
    get indexes() {
      return definition().indexes;
    },
    get triggers() {
      return triggers();
    },
  });
}

function once<T>(read: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => {
    found ??= { value: read() };
    return found.value;
  };
}
