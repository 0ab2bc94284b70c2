import type { Connection } from "../../connection/index.js";
import type { Table } from "../../schema/index.js";
import { cleanCondition } from "./clean-condition.js";
import type { ColumnFit } from "./column-fit.js";
import { momentType } from "./decide-type.js";
import { MomentContent } from "./moment-content.js";
import { asksForMoment, type ColumnQuestion } from "./settle-type.js";
import { quoteName, rowidOf, takesNull } from "./table-reader.js";
import { readTargetType, type TargetType } from "./target-type.js";
import { textExpression } from "./text-expression.js";

/** A table that is taken for what its declarations say, until its rows are read. */
export interface PresumedTable {
  /** What looking at all values would have come to, but for how many there are. */
  readonly columns: readonly ColumnFit[];
  /**
   * SQL over a row that is true only where each of its values goes to the target as the text that it is, or is refused there: what a server
   * refuses is no loss, and looked at then. That its texts are UTF-8 and without a NUL is not among it.
   */
  readonly condition: string;
}

/**
 * Presumes that all values of a large table fit as they are, so that they need not be looked at before they are loaded. Undefined where a
 * declaration does not say what its values are, where a mapping says something, and where the first or the last rows are otherwise.
 */
export async function presumeTable(
  source: Connection,
  table: Table,
  questions: readonly ColumnQuestion[],
  rowsLookedAt: number,
): Promise<PresumedTable | undefined> {
  const rowid = rowidOf(table);
  if (rowid === undefined || questions.length === 0 || questions.length > MOST_COLUMNS) return undefined;
  const columns: ColumnFit[] = [];
  const conditions: string[] = [];
  for (const question of questions) {
    const presumed = presumeColumn(table, question);
    if (presumed === undefined) return undefined;
    columns.push(presumed.fit);
    conditions.push(presumed.condition);
  }
  const condition = conditions.join(" AND ");
  return (await isLarge(source, table, rowsLookedAt)) && (await holdsAtEnds(source, table, rowid, condition))
    ? { columns, condition }
    : undefined;
}

/** SQL has a limit on how deep an expression is: https://sqlite.org/limits.html#max_expr_depth */
const MOST_COLUMNS = 200;

function presumeColumn(
  table: Table,
  question: ColumnQuestion,
): { readonly fit: ColumnFit; readonly condition: string } | undefined {
  const { column, choice, isFixed } = question;
  if (question.type === undefined || Object.keys(choice).length > 0) return undefined;
  const typeText =
    asksForMoment(question) && !isFixed ? momentType(question.type, new MomentContent()) : question.type;
  const type = readTargetType(typeText);
  const name = quoteName(column.name);
  const condition = presumedCondition(name, column.type, type);
  if (condition === undefined || textExpression(name, type) === undefined) return undefined;
  const mayBeNull = takesNull(table, column);
  return {
    condition: mayBeNull ? `(${name} IS NULL OR ${condition})` : `(${condition})`,
    fit: {
      column,
      finding: {
        table: table.name,
        column: column.name,
        declared: column.type,
        type: typeText,
        values: 0,
        convert: [],
        converted: 0,
        otherForm: 0,
        misfits: [],
        otherwise: "stop",
        isOpen: false,
      },
      treatment: {
        kind: "to-postgres",
        type,
        convert: [],
        otherwise: "stop",
        takesNull: mayBeNull,
        reading: "plain",
      },
      isClean: true,
      hasNulls: mayBeNull,
    },
  };
}

/**
 * Storage classes are told by their order, numbers before texts before bytes, which takes a fraction of the time that `typeof` does:
 * https://sqlite.org/datatype3.html#sort_order
 */
function presumedCondition(name: string, declared: string, type: TargetType): string | undefined {
  const isNumber = `${name} < ''`;
  const isText =
    /CHAR|CLOB|TEXT/i.test(declared) && !/INT/i.test(declared)
      ? // Such a column makes texts of its numbers: https://sqlite.org/datatype3.html#type_affinity
        `${name} < x''`
      : `${name} >= '' AND ${name} < x''`;
  switch (type.kind) {
    case "integer":
    case "boolean":
      // A server takes no fraction for these, nor a number out of their range.
      return isNumber;
    case "double":
      // Such a column makes REALs of its integers. Elsewhere a large integer may have more digits than a double.
      return /REAL|FLOA|DOUB/i.test(declared) && !/INT|CHAR|CLOB|TEXT|BLOB/i.test(declared)
        ? isNumber
        : cleanCondition(name, type);
    case "bytes":
      return `${name} >= x''`;
    case "text":
      if (type.isPadded) return undefined;
      return type.longest === undefined ? isText : `${isText} AND length(${name}) <= ${type.longest}`;
    case "json":
      // The text stays what it is, and a server takes none that is no JSON.
      return type.isBinary ? undefined : isText;
    case "timestamp":
    case "time": {
      // Without a fraction: where only some have one, they come back in another form.
      const length = type.kind === "time" ? 8 : type.zone === "with" ? 20 : 19;
      const clean = cleanCondition(name, type);
      return clean === undefined ? undefined : `length(${name}) = ${length} AND ${clean}`;
    }
    case "numeric":
    case "uuid":
    case "date":
      return cleanCondition(name, type);
    case "single":
    case "other":
      return undefined;
  }
}

async function isLarge(source: Connection, table: Table, rows: number): Promise<boolean> {
  const found = await source.query(`SELECT 1 FROM main.${quoteName(table.name)} LIMIT 1 OFFSET ?`, [rows]);
  return found.length > 0;
}

/** A column that is not what it says mostly shows it in the first rows or in the last. */
async function holdsAtEnds(
  source: Connection,
  table: Table,
  rowid: string,
  condition: string,
): Promise<boolean> {
  for (const order of ["ASC", "DESC"]) {
    const names = table.columns.map(({ name }) => quoteName(name)).join(", ");
    const rows = `SELECT ${names} FROM main.${quoteName(table.name)} ORDER BY ${rowid} ${order} LIMIT ${ROWS_AT_END}`;
    const [row] = await source.query(
      `SELECT count(*) AS rows, count(*) FILTER (WHERE ${condition}) AS fits FROM (${rows})`,
    );
    if (row?.["rows"] !== row?.["fits"]) return false;
  }
  return true;
}

const ROWS_AT_END = 1000;
