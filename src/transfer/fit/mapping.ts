import { TenonError } from "../../errors.js";
import type { Table } from "../../schema/index.js";
import { nearestWord } from "../../sql/index.js";
import { CONVERSIONS, type ConversionName, isConversion } from "./conversions.js";
import type { Otherwise } from "./treatment.js";

/** What a person chose for columns, by table and column as the source names them. */
export interface Mapping {
  /** The file that it came from, for messages. */
  readonly file: string;
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, ColumnChoice>>;
}

export interface ColumnChoice {
  /** The type on the target. */
  readonly type?: string | undefined;
  /** Conversions, one after the other, before a value is held against the type. */
  readonly convert?: readonly ConversionName[] | undefined;
  readonly otherwise?: Otherwise | undefined;
}

/**
 * Reads a mapping file: JSON in which `//` begins a comment that ends with the line.
 *
 * @throws TenonError `MAPPING_INVALID`
 */
export function readMapping(text: string, file: string): Mapping {
  const root = objectIn(parse(text, file), "The file", file, ["tables"]);
  const tables = objectIn(root["tables"] ?? {}, "tables", file);
  return {
    file,
    tables: new Map(
      Object.entries(tables).map(([table, value]) => {
        const given = objectIn(value, table, file, ["columns"]);
        const columns = Object.entries(objectIn(given["columns"] ?? {}, `${table}.columns`, file));
        return [
          table,
          new Map(columns.map(([name, choice]) => [name, readChoice(choice, `${table}.${name}`, file)])),
        ];
      }),
    ),
  };
}

function readChoice(value: unknown, path: string, file: string): ColumnChoice {
  const given = objectIn(value, path, file, ["type", "convert", "otherwise"]);
  const { type, convert, otherwise } = given;
  if (type !== undefined && (typeof type !== "string" || type.trim() === ""))
    throw invalid(file, `the type of ${path} is not a text.`);
  if (otherwise !== undefined && !isOtherwise(otherwise))
    throw invalid(
      file,
      `"otherwise" of ${path} is ${JSON.stringify(otherwise)}, and can be "stop", "null" or "reject".`,
    );
  const names = convert === undefined ? [] : Array.isArray(convert) ? convert : [convert];
  return {
    ...(type === undefined ? {} : { type }),
    ...(names.length === 0 ? {} : { convert: names.map((name) => readConversion(name, path, file)) }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

function readConversion(name: unknown, path: string, file: string): ConversionName {
  if (typeof name === "string" && isConversion(name)) return name;
  const all = Object.keys(CONVERSIONS);
  const near = typeof name === "string" ? nearestWord(name, all) : undefined;
  const hint = near === undefined ? `Conversions are: ${all.join(", ")}.` : `Did you mean "${near}"?`;
  throw invalid(file, `${path} names the conversion ${JSON.stringify(name)}, which there is not. ${hint}`);
}

function isOtherwise(value: unknown): value is Otherwise {
  return value === "stop" || value === "null" || value === "reject";
}

function objectIn(
  value: unknown,
  what: string,
  file: string,
  keys?: readonly string[],
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(file, `${what} is not an object.`);
  const unknown = keys === undefined ? undefined : Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw invalid(
      file,
      `${what} has "${unknown}", and can have ${(keys ?? []).map((key) => `"${key}"`).join(", ")}.`,
    );
  return Object.fromEntries(Object.entries(value));
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(withoutComments(text));
  } catch (cause) {
    throw new TenonError(
      "MAPPING_INVALID",
      `The mapping file ${file} is not JSON: ${cause instanceof Error ? cause.message : ""}.`,
      {
        where: { file },
        hint: "It is JSON in which // begins a comment; `tenon transfer --write-map` writes one to start from.",
        cause,
      },
    );
  }
}

/** Blanks take the place of comments, so that positions in messages stay right. */
function withoutComments(text: string): string {
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*/g, (found) =>
    found.startsWith("//") ? " ".repeat(found.length) : found,
  );
}

export function invalid(file: string, reason: string): TenonError {
  return new TenonError("MAPPING_INVALID", `The mapping file ${file} cannot be used: ${reason}`, {
    where: { file },
    hint: "docs/transfer.md describes the file; `tenon transfer --write-map` writes one to start from.",
  });
}

/** A name that the source has not is a slip of the pen, and its columns would be treated as if nothing was said. */
export function refuseUnknownNames(mapping: Mapping, tables: readonly Table[]): void {
  for (const [tableName, columns] of mapping.tables) {
    const table = tables.find((each) => each.name === tableName);
    if (table === undefined)
      throw unknownName(
        mapping.file,
        "table",
        tableName,
        tables.map((each) => each.name),
      );
    for (const [column, { otherwise }] of columns) {
      const found = table.columns.find((each) => each.name === column);
      if (found === undefined)
        throw unknownName(
          mapping.file,
          "column",
          `${tableName}.${column}`,
          table.columns.map((each) => each.name),
        );
      if (otherwise === "null" && found.notNull === true)
        throw invalid(
          mapping.file,
          `${tableName}.${column} is NOT NULL, so what does not fit cannot become NULL; "reject" leaves out its row.`,
        );
    }
  }
}

function unknownName(file: string, what: string, name: string, known: readonly string[]): TenonError {
  const near = nearestWord(name.split(".").at(-1) ?? name, known);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  return invalid(file, `the source has no ${what} ${name}.${hint}`);
}
