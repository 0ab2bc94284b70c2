import { type Effect, OTHER, onTable } from "./effect.js";
import type { ObjectName, TokenReader } from "./token-reader.js";

/** Reads ALTER TABLE: one effect for each of its actions. Other kinds of ALTER are not told apart. */
export function readAlter(reader: TokenReader): readonly Effect[] {
  reader.accept("ALTER");
  reader.accept("FOREIGN");
  if (!reader.accept("TABLE")) return [OTHER];
  reader.accept("IF EXISTS");
  if (reader.syntax === "postgres") reader.accept("ONLY");
  if (reader.wordAt(0) === "ALL" && reader.wordAt(1) === "IN") return [OTHER];
  const table = reader.objectName();
  reader.acceptSymbol("*");
  const effects: Effect[] = [];
  do {
    effects.push(readAction(reader, table));
    while (!reader.isAtEnd && !reader.isSymbol(",")) {
      if (!reader.skipGroup()) reader.next();
    }
  } while (reader.acceptSymbol(","));
  return effects;
}

function readAction(reader: TokenReader, table: ObjectName | undefined): Effect {
  if (reader.accept("RENAME TO")) return onTable("alter-table", table, { renamedTo: reader.name() });
  const dropsColumn = reader.word === "DROP" && reader.wordAt(1) !== "CONSTRAINT";
  if (!dropsColumn) return onTable("alter-table", table);
  reader.accept("DROP");
  reader.accept("COLUMN");
  reader.accept("IF EXISTS");
  const droppedColumn = reader.name();
  return onTable("alter-table", table, { droppedColumn, cascade: reader.accept("CASCADE") });
}
