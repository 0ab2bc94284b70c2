import type { Connection } from "../../connection/index.js";
import type { Column, Table } from "../../schema/index.js";
import type { ColumnContent, ReadType } from "./read-postgres.js";
import { quoteName } from "./table-reader.js";

export const PLAIN_CONTENT: ColumnContent = { digits: 6, areNumbers: false, arePlainArrays: true };

/** A column of PostgreSQL with its type taken apart. */
export interface TypedColumn {
  readonly column: Column;
  readonly type: ReadType;
  /** The modifiers of the type: precision and scale. */
  readonly modifiers: readonly string[];
}

/** Looks at the values of columns whose type leaves open how they are written on SQLite: one pass, and none where there are no such columns. */
export async function readContent(
  source: Connection,
  table: Table,
  columns: readonly TypedColumn[],
): Promise<ReadonlyMap<string, { readonly content: ColumnContent; readonly values: number }>> {
  const asked = columns.map((each) => [`count(${quoteName(each.column.name)})`, questionOf(each)] as const);
  const selected = asked.flatMap(([count, question], index) => [
    `${count} AS n${index}`,
    `${question ?? "0"} AS q${index}`,
  ]);
  const from = `${quoteName(table.schema)}.${quoteName(table.name)}`;
  const [row = {}] =
    columns.length === 0 ? [] : await source.query(`SELECT ${selected.join(", ")} FROM ONLY ${from}`);
  return new Map(
    columns.map(({ column, type }, index) => {
      const found = Number(row[`q${index}`] ?? 0);
      const content = {
        digits: found,
        areNumbers: type.base === "numeric" && found === 0,
        arePlainArrays: found === 0,
      };
      return [column.name, { content, values: Number(row[`n${index}`] ?? 0) }];
    }),
  );
}

/** SQL that tells what a column's values need: digits of a second, or how many of them are not what SQLite can hold. */
function questionOf({ column, type, modifiers }: TypedColumn): string | undefined {
  const name = quoteName(column.name);
  if (type.isArray) return `count(*) FILTER (WHERE array_lower(${name}, 1) <> 1)`;
  switch (type.base) {
    case "timestamp without time zone":
    case "timestamp with time zone":
      return digitsOf(name, `isfinite(${name})`);
    case "time without time zone":
      return digitsOf(name, `${name} IS NOT NULL`);
    case "numeric":
      return modifiers.length > 0 && Number(modifiers[0]) <= EXACT_DIGITS
        ? `count(*) FILTER (WHERE ${name} = 'NaN')`
        : `count(*) FILTER (WHERE NOT (${isNumber(name, modifiers.length > 0)}))`;
    default:
      return undefined;
  }
}

/** A REAL is exact to 15 digits: https://sqlite.org/floatingpoint.html */
const EXACT_DIGITS = 15;

function digitsOf(name: string, condition: string): string {
  const micros = `extract(microseconds FROM ${name})::bigint`;
  const digits = `CASE WHEN ${micros} % 1000 <> 0 THEN 6 WHEN ${micros} % 1000000 <> 0 THEN 3 ELSE 0 END`;
  return `coalesce(max(CASE WHEN ${condition} THEN ${digits} END), 0)`;
}

/** Whether a numeric is an integer of 64 bits, or what the nearest double shows; its zeros at the end are kept by the type alone. */
function isNumber(name: string, isScaled: boolean): string {
  const scale = isScaled ? "" : ` AND scale(${name}) = min_scale(${name})`;
  return [
    `CASE WHEN ${name} IS NULL THEN true`,
    `WHEN ${name} IN ('NaN', 'Infinity', '-Infinity') OR abs(${name}) > 1.7e308 OR ${name} <> 0 AND abs(${name}) < 2.3e-308 THEN false`,
    `WHEN ${name} = trunc(${name}) AND ${name} BETWEEN -9223372036854775808 AND 9223372036854775807 THEN true${scale}`,
    `ELSE ${name}::float8::text::numeric = ${name}${scale} END`,
  ].join(" ");
}
