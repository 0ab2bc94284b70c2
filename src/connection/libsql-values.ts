import { TenonError } from "../errors.js";
import type { Row, SqlInput, SqlOutput } from "./connection.js";
import { readText } from "./libsql-guard.js";

/**
 * Values as the driver may have them: it binds every number as REAL (`1` would be stored as `1.0` in a column
 * without a type, and as `'1.0'` in a TEXT column), ends the process on a boolean, and takes `undefined` for NULL.
 */
export function bindValues(parameters: readonly SqlInput[]): unknown[] {
  return parameters.map((value, index) => bindValue(value, index + 1));
}

function bindValue(value: SqlInput, position: number): unknown {
  if (value === null) return null;
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) {
        throw refuse(position, "text with half of a surrogate pair, which has no UTF-8 form");
      }
      return value;
    case "number":
      if (Number.isNaN(value)) throw refuse(position, "NaN, which SQLite would store as NULL");
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) throw refuse(position, "an integer beyond 64 bits");
      return value;
    case "boolean":
      return value ? 1n : 0n;
    default:
      if (value instanceof Uint8Array) return value;
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
      throw refuse(position, value === undefined ? "undefined" : "a value of a kind that cannot be bound");
  }
}

function refuse(position: number, what: string): TenonError {
  return new TenonError("USAGE", `Parameter ${position} of the statement is ${what}.`, {
    hint: "Bind null, a boolean, a number, a bigint, a string, a Uint8Array or a valid Date.",
  });
}

/** A row of the driver (raw, with integers as bigints) as an object. */
export function readRow<R extends Row>(names: readonly string[], values: unknown): R {
  const row: Record<string, SqlOutput> = {};
  if (!Array.isArray(values))
    throw new TenonError("INTERNAL", "The SQLite driver gave a row that is not a list.");
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? "";
    const value = readValue(values[index]);
    // An assignment to this one name would set the object's prototype and lose the value.
    if (name === "__proto__") Object.defineProperty(row, name, { value, enumerable: true });
    else row[name] = value;
  }
  // What the columns are called and hold is the caller's to say: the statement is his.
  return row as R;
}

function readValue(value: unknown): SqlOutput {
  switch (typeof value) {
    case "bigint": {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value;
    }
    case "number":
      return value;
    case "string":
      return readText(value);
    default:
      if (value instanceof Uint8Array)
        return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      return null;
  }
}

/**
 * The names of a result's columns, each different: a second `id` becomes `id:1`, as SQLite itself names the
 * columns of a subquery. Under one name the second value would silently replace the first.
 */
export function distinctNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  if (taken.size === names.length) return names;
  const seen = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let number = 1; seen.has(distinct); number++) {
      const candidate = `${name}:${number}`;
      if (!taken.has(candidate)) distinct = candidate;
    }
    seen.add(distinct);
    return distinct;
  });
}
