import type { Connection } from "../../connection/index.js";
import { type StatementText, tokenize } from "../../sql/index.js";

/** One instruction of the program that SQLite makes of a statement: https://sqlite.org/opcode.html */
export interface Instruction {
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
  readonly p3: number;
  readonly p4: string;
  readonly p5: number;
}

/**
 * The program of a statement, with those of the triggers and foreign keys that it sets off: what it will do, as the
 * engine itself has understood it. Nothing runs. Undefined when the engine does not understand the statement.
 */
export async function readProgram(
  connection: Connection,
  statement: StatementText,
): Promise<readonly Instruction[] | undefined> {
  const { sql, parameters } = withoutParameters(statement.text);
  try {
    const rows = await connection.query(`EXPLAIN ${sql}`, parameters);
    return rows.map((row) => ({
      opcode: String(row["opcode"]),
      p1: Number(row["p1"]),
      p2: Number(row["p2"]),
      p3: Number(row["p3"]),
      p4: String(row["p4"] ?? ""),
      p5: Number(row["p5"]),
    }));
  } catch {
    // It will fail in the same way when it runs, and is told then; one that runs after all is refused by the caller.
    return undefined;
  }
}

/** All placeholders become one, so that it is known how many values they take. */
function withoutParameters(text: string): { readonly sql: string; readonly parameters: readonly null[] } {
  const parameters = tokenize(text, "sqlite").filter((token) => token.kind === "parameter");
  if (parameters.length === 0) return { sql: text, parameters: [] };
  let sql = "";
  let end = 0;
  for (const token of parameters) {
    sql += `${text.slice(end, token.start)}?1`;
    end = token.end;
  }
  return { sql: sql + text.slice(end), parameters: [null] };
}
