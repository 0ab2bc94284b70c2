import { TenonError } from "../../errors.js";
import { type Casing, columnName } from "./casing.js";
import { columnLiteral, type Engine, literal } from "./literal.js";
import { entityKinds, isColumn, isEnum, tableAddress } from "./shape.js";

/** How SQL of Drizzle is written as text. */
export interface SqlTextOptions {
  readonly engine: Engine;
  readonly casing?: Casing | undefined;
  /** PostgreSQL: where tables are that name no schema. */
  readonly defaultSchema?: string | undefined;
  /** The table whose own columns stand without its name, as in its checks and indexes. */
  readonly ownTable?: object | undefined;
  /** What the text is for, in messages: `check age_check of users`. */
  readonly what: string;
}

/**
 * SQL of Drizzle as one text, its parameters written as literals. Drizzle's own inlining is not used: it writes dates and
 * bytes in forms that no engine reads.
 * @throws TenonError `CHANGE_UNSUPPORTED` for a placeholder, or a value that has no literal
 */
export function sqlText(value: unknown, options: SqlTextOptions): string {
  return new SqlTextWriter(options).write(value).trim();
}

/** A name in quotes; both engines take these. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

class SqlTextWriter {
  readonly #options: SqlTextOptions;

  constructor(options: SqlTextOptions) {
    this.#options = options;
  }

  write(chunk: unknown): string {
    if (chunk === undefined) return "";
    if (isEnum(chunk)) return this.#qualified(chunk.schema, chunk.enumName);
    if (Array.isArray(chunk)) return `(${chunk.map((part) => this.write(part)).join(", ")})`;
    if (typeof chunk !== "object" || chunk === null) return this.#literal(chunk);

    for (const kind of entityKinds(chunk)) {
      const text = this.#writeKind(kind, chunk);
      if (text !== undefined) return text;
    }
    const getSql: unknown = Reflect.get(chunk, "getSQL");
    if (typeof getSql !== "function") return this.#literal(chunk);
    const inner = this.write(Reflect.apply(getSql, chunk, []));
    const omitParentheses: unknown = Reflect.get(chunk, "shouldOmitSQLParens");
    const isBare =
      typeof omitParentheses === "function" && Reflect.apply(omitParentheses, chunk, []) === true;
    return isBare ? inner : `(${inner})`;
  }

  #writeKind(kind: string, chunk: object): string | undefined {
    switch (kind) {
      case "StringChunk": {
        const value: unknown = Reflect.get(chunk, "value");
        return Array.isArray(value) ? value.join("") : String(value ?? "");
      }
      case "SQL": {
        const chunks: unknown = Reflect.get(chunk, "queryChunks");
        return Array.isArray(chunks) ? chunks.map((part) => this.write(part)).join("") : "";
      }
      case "Name":
        return quoteName(String(Reflect.get(chunk, "value")));
      case "Column":
        return this.#column(chunk);
      case "Table":
        return this.#table(chunk);
      case "View": {
        const { name, schema, isAlias } = viewAddress(chunk);
        return isAlias ? quoteName(name) : this.#qualified(schema, name);
      }
      case "Param":
        return this.#parameter(chunk);
      case "Placeholder":
        throw this.#refusal(`has the placeholder ${String(Reflect.get(chunk, "name"))} in it`);
      case "SQL.Aliased":
        return this.#alias(chunk);
      case "Subquery":
        return this.#subquery(chunk);
      default:
        return undefined;
    }
  }

  #column(chunk: object): string {
    if (!isColumn(chunk)) return "";
    const name = quoteName(columnName(chunk, this.#options.casing));
    // 1.0: the column stands for what the query calls it.
    if (Reflect.get(chunk, "isAlias") === true) return name;
    const table = tableAddress(chunk.table);
    if (this.#isOwn(table)) return name;
    const isPlain = table.isAlias || table.schema === undefined;
    return `${isPlain ? quoteName(table.name) : this.#qualified(table.schema, table.name)}.${name}`;
  }

  #isOwn(table: ReturnType<typeof tableAddress>): boolean {
    if (this.#options.ownTable === undefined || table.isAlias) return false;
    const own = tableAddress(this.#options.ownTable);
    return own.name === table.name && own.schema === table.schema;
  }

  #table(chunk: object): string {
    const { name, schema, isAlias } = tableAddress(chunk);
    return isAlias ? quoteName(name) : this.#qualified(schema, name);
  }

  /** A table that names no schema is said to be in the default one, so that no search path can mislead the text. */
  #qualified(schema: string | undefined, name: string): string {
    const { engine, defaultSchema = "public" } = this.#options;
    if (engine === "sqlite") return quoteName(name);
    return `${quoteName(schema ?? defaultSchema)}.${quoteName(name)}`;
  }

  #parameter(chunk: object): string {
    const value: unknown = Reflect.get(chunk, "value");
    const encoder: unknown = Reflect.get(chunk, "encoder");
    if (entityKinds(value).length > 0) return this.write(value);
    if (value !== null && isColumn(encoder)) {
      const text = columnLiteral(encoder, value, this.#options.engine);
      if (text !== undefined) return text;
    }
    const map: unknown =
      typeof encoder === "object" && encoder !== null ? Reflect.get(encoder, "mapToDriverValue") : undefined;
    const mapped: unknown =
      value !== null && typeof map === "function" ? Reflect.apply(map, encoder, [value]) : value;
    return entityKinds(mapped).length > 0 ? this.write(mapped) : this.#literal(mapped);
  }

  #alias(chunk: object): string {
    const alias: unknown = Reflect.get(chunk, "fieldAlias");
    const origin: unknown = Reflect.get(chunk, "origin");
    if (typeof alias !== "string") return this.write(Reflect.get(chunk, "sql"));
    return typeof origin === "string" ? `${quoteName(origin)}.${quoteName(alias)}` : quoteName(alias);
  }

  #subquery(chunk: object): string {
    const inner: unknown = Reflect.get(chunk, "_");
    const part = (name: string): unknown => Reflect.get(Object(inner), name);
    const alias = quoteName(String(part("alias")));
    return part("isWith") === true ? alias : `(${this.write(part("sql"))}) ${alias}`;
  }

  #literal(value: unknown): string {
    const text = literal(value, this.#options.engine);
    if (text === undefined) throw this.#refusal(`has a value in it that has no literal (${typeof value})`);
    return text;
  }

  #refusal(why: string): TenonError {
    return new TenonError("CHANGE_UNSUPPORTED", `The SQL of ${this.#options.what} ${why}.`, {
      where: { object: this.#options.what },
      hint: "Write the value into the SQL itself, with `sql.raw` where nothing else fits.",
    });
  }
}

const VIEW_CONFIG = Symbol.for("drizzle:ViewBaseConfig");

function viewAddress(view: object): { name: string; schema: string | undefined; isAlias: boolean } {
  const config: unknown = Reflect.get(view, VIEW_CONFIG);
  const part = (name: string): unknown => Reflect.get(Object(config), name);
  const schema = part("schema");
  return {
    name: String(part("name")),
    schema: typeof schema === "string" ? schema : undefined,
    isAlias: part("isAlias") === true,
  };
}
