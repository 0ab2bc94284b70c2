import { type DrizzleColumn, isColumn } from "./shape.js";

export type Engine = "sqlite" | "postgres";

/** A JavaScript value as a literal of the engine; undefined for what has none: a function, an infinite number on SQLite, a NUL in a text. */
export function literal(value: unknown, engine: Engine): string | undefined {
  switch (typeof value) {
    case "string":
      return textLiteral(value, engine);
    case "number":
      return numberLiteral(value, engine);
    case "bigint":
      return String(value);
    case "boolean":
      return engine === "sqlite" ? (value ? "1" : "0") : String(value);
    case "object":
      return value === null ? "NULL" : objectLiteral(value, engine);
    default:
      return undefined;
  }
}

/**
 * A value of a column as a literal, as Drizzle would send it to the database. JSON is written here, because only one of Drizzle's
 * versions does so by itself; and so are arrays.
 */
export function columnLiteral(column: DrizzleColumn, value: unknown, engine: Engine): string | undefined {
  if (/^Pg(?:Jsonb?|JsonB)$/.test(column.columnType)) return textLiteral(JSON.stringify(value), engine);
  // Numbers are exact in SQL too; Drizzle would put them in quotes.
  if (engine === "sqlite" && (typeof value === "number" || typeof value === "bigint"))
    if (/Numeric/.test(column.columnType)) return literal(value, engine);
  const driverValue = toDriver(column, value);
  return Array.isArray(driverValue) && isArrayColumn(column)
    ? textLiteral(arrayText(driverValue), engine)
    : literal(driverValue, engine);
}

/** Whether the values of a column are arrays of the engine. */
export function isArrayColumn(column: DrizzleColumn): boolean {
  return column.baseColumn !== undefined || (column.columnType !== "PgVector" && arrayDimensions(column) > 0);
}

/** How many dimensions were asked for; 1.0 counts them, 0.45 puts columns into each other. */
export function arrayDimensions(column: DrizzleColumn): number {
  // A vector of 0.45 calls its length `dimensions` too.
  const { dimensions } = column;
  return typeof dimensions === "number" &&
    !/^Pg(?:Vector|HalfVector|SparseVector|BinaryVector)$/.test(column.columnType)
    ? dimensions
    : 0;
}

/** Elements are mapped one by one, so that quoting them is ours in both versions of Drizzle. */
function toDriver(column: DrizzleColumn, value: unknown): unknown {
  if (value === null) return null;
  if (isColumn(column.baseColumn) && Array.isArray(value)) {
    const { baseColumn } = column;
    return value.map((element) => toDriver(baseColumn, element));
  }
  return column.mapToDriverValue === undefined ? value : column.mapToDriverValue(value);
}

function objectLiteral(value: object, engine: Engine): string | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? undefined : textLiteral(value.toISOString(), engine);
  }
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
    return engine === "sqlite" ? `X'${hex}'` : textLiteral(`\\x${hex}`, engine);
  }
  const json: unknown = JSON.stringify(value);
  return typeof json === "string" ? textLiteral(json, engine) : undefined;
}

function numberLiteral(value: number, engine: Engine): string | undefined {
  if (Number.isFinite(value)) return String(value);
  // https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT; SQLite has no such literals.
  return engine === "postgres"
    ? `'${Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"}'`
    : undefined;
}

function textLiteral(text: string, engine: Engine): string | undefined {
  if (text.includes("\0")) return undefined;
  const quoted = `'${text.replaceAll("'", "''")}'`;
  // An E string means the same whatever standard_conforming_strings says.
  return engine === "postgres" && text.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayText(elements: readonly unknown[]): string {
  const texts = elements.map((element) => {
    if (element === null || element === undefined) return "NULL";
    if (Array.isArray(element)) return arrayText(element);
    const text =
      element instanceof Uint8Array ? `\\x${Buffer.from(element).toString("hex")}` : plainText(element);
    return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  });
  return `{${texts.join(",")}}`;
}

function plainText(element: unknown): string {
  if (element instanceof Date) return element.toISOString();
  return typeof element === "object" ? JSON.stringify(element) : String(element);
}
