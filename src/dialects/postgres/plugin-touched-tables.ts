import { TokenReader } from "../../sql/index.js";

/** A table or view that a piece of code writes; without a schema it is found when the code runs. */
export interface Target {
  readonly schema: string | undefined;
  readonly name: string;
}

/**
 * What a piece of stored code writes, wherever in it the words stand: every INSERT INTO, UPDATE … SET, DELETE FROM and
 * MERGE INTO. Names of the code's own (a CTE, a variable) do not stand behind these words.
 */
export function findTargets(text: string): readonly Target[] {
  const reader = new TokenReader({ text }, "postgres");
  const targets: Target[] = [];
  while (!reader.isAtEnd) {
    const verb = reader.acceptOne("INSERT INTO", "DELETE FROM", "MERGE INTO", "UPDATE");
    if (verb === undefined) {
      reader.next();
      continue;
    }
    const start = reader.position;
    reader.accept("ONLY");
    const target = reader.word === "SET" ? undefined : reader.objectName();
    if (target !== undefined && (verb !== "UPDATE" || isUpdate(reader))) targets.push(target);
    reader.moveTo(start);
  }
  return targets;
}

/** FOR UPDATE, ON UPDATE, BEFORE UPDATE and DO UPDATE SET name no table: only behind a table's name comes a SET. */
function isUpdate(reader: TokenReader): boolean {
  reader.acceptSymbol("*");
  if (reader.word === "SET") return true;
  reader.accept("AS");
  return reader.name() !== undefined && reader.word === "SET";
}
