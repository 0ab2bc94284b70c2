import { TokenReader } from "../../sql/index.js";
import type { TableUse } from "../plugin-watch.js";

/**
 * The tables that a piece of stored code writes, wherever in it the words stand: every INSERT INTO, UPDATE, DELETE FROM
 * and MERGE INTO. Names without a schema count as being in `schema`; names of the code's own (a CTE, a variable) do
 * not stand behind these words.
 */
export function findTouchedTables(text: string, schema: string): readonly TableUse[] {
  const reader = new TokenReader({ text }, "postgres");
  const uses: TableUse[] = [];
  while (!reader.isAtEnd) {
    const start = reader.position;
    const verb = reader.acceptOne("INSERT INTO", "DELETE FROM", "MERGE INTO", "UPDATE");
    if (verb === undefined) {
      reader.next();
      continue;
    }
    // FOR UPDATE, FOR NO KEY UPDATE, ON UPDATE, BEFORE UPDATE and OR UPDATE name no table, nor does DO UPDATE SET.
    const isVerb = verb !== "UPDATE" || !NOT_BEFORE.has(wordBefore(reader, start));
    reader.accept("ONLY");
    const target = isVerb && reader.word !== "SET" ? reader.objectName() : undefined;
    if (target !== undefined)
      uses.push({ kind: "write", schema: target.schema ?? schema, table: target.name });
  }
  return uses;
}

const NOT_BEFORE: ReadonlySet<string> = new Set([
  "FOR",
  "KEY",
  "ON",
  "BEFORE",
  "AFTER",
  "OF",
  "OR",
  "DO",
  "INSTEAD",
]);

function wordBefore(reader: TokenReader, position: number): string {
  const now = reader.position;
  reader.moveTo(Math.max(0, position - 1));
  const word = position === 0 ? "" : reader.word;
  reader.moveTo(now);
  return word;
}
