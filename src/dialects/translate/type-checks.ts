import type { Check, Column, Table } from "../../schema/index.js";
import { quoteName } from "./expression-to-sqlite.js";

/** The check that keeps a column of SQLite to a type of PostgreSQL; `"c"` in the rule stands for the column. */
export function typeCheck(rule: string, column: string): Check {
  return { kind: "check", expression: rule.replaceAll('"c"', quoteName(column)) };
}

/** What the checks of a table tell about a column: the way back from `typeCheck`. */
export interface ToldType {
  /** Whether the column holds JSON. */
  readonly isJson: boolean;
  /** Checks that only say what the type on PostgreSQL says by itself. */
  readonly redundant: readonly Check[];
}

/** Finds the checks of a table that stand for the type of one of its columns. */
export function toldType(table: Table, column: Column, postgresType: string | undefined): ToldType {
  const redundant: Check[] = [];
  let isJson = false;
  for (const constraint of table.constraints) {
    if (constraint.kind !== "check") continue;
    const said = constraint.expression.replaceAll(/["`[\]\s]/g, "").toLowerCase();
    const name = column.name.replaceAll(/["`[\]\s]/g, "").toLowerCase();
    const isAbout = (pattern: string) => said === pattern.replaceAll("c!", name);
    if (isAbout("json_valid(c!)") && /^text$/i.test(column.type)) {
      isJson = true;
      redundant.push(constraint);
    }
    if (postgresType === "boolean" && (isAbout("c!in(0,1)") || isAbout("c!in(1,0)")))
      redundant.push(constraint);
    const length = /^character varying\((\d+)\)$/.exec(postgresType ?? "")?.[1];
    if (length !== undefined && isAbout(`length(c!)<=${length}`)) redundant.push(constraint);
    if (/^jsonb?$/.test(postgresType ?? "") && isAbout("json_valid(c!)")) redundant.push(constraint);
  }
  return { isJson, redundant };
}
