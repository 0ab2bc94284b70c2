/**
 * What Tenon reads of Drizzle's objects. Only these properties are relied on, and they are the same in drizzle-orm 0.45 and 1.0; the
 * objects themselves come from the program's own copy of Drizzle, whichever that is.
 */
export interface DrizzleColumn {
  readonly name: string;
  /** The name is the key of the column in its table, so a `casing` may change it (0.45 only). */
  readonly keyAsName?: boolean | undefined;
  readonly table: object;
  readonly primary: boolean;
  readonly notNull: boolean;
  /** A value, or SQL; client-side functions are kept elsewhere. */
  readonly default?: unknown;
  readonly isUnique: boolean;
  readonly uniqueName?: string | undefined;
  readonly uniqueType?: string | undefined;
  readonly columnType: string;
  readonly generated?: DrizzleGenerated | undefined;
  readonly generatedIdentity?: DrizzleIdentity | undefined;
  /** SQLite. */
  readonly autoIncrement?: boolean | undefined;
  /** PostgreSQL: the enum of an enum column. */
  readonly enum?: DrizzleEnum | undefined;
  /** PostgreSQL, 0.45: the column of one element of an array. */
  readonly baseColumn?: DrizzleColumn | undefined;
  /** PostgreSQL, 1.0: how many dimensions an array has; 0 for none. */
  readonly dimensions?: number | undefined;
  getSQLType(): string;
  mapToDriverValue?(value: unknown): unknown;
}

export interface DrizzleGenerated {
  readonly as: unknown;
  readonly mode?: "stored" | "virtual" | undefined;
}

export interface DrizzleIdentity {
  readonly type: "always" | "byDefault";
  readonly sequenceName?: string | undefined;
  readonly sequenceOptions?: DrizzleSequenceOptions | undefined;
}

export interface DrizzleSequenceOptions {
  readonly increment?: number | string | undefined;
  readonly minValue?: number | string | undefined;
  readonly maxValue?: number | string | undefined;
  readonly startWith?: number | string | undefined;
  readonly cache?: number | string | undefined;
  readonly cycle?: boolean | undefined;
}

export interface DrizzleEnum {
  readonly enumName: string;
  readonly enumValues: readonly string[];
  readonly schema?: string | undefined;
}

/** What `getTableConfig` gives. */
export interface DrizzleTableConfig {
  readonly name: string;
  readonly schema?: string | undefined;
  readonly columns: readonly DrizzleColumn[];
  readonly indexes: readonly { readonly config: DrizzleIndex }[];
  readonly foreignKeys: readonly DrizzleForeignKey[];
  readonly checks: readonly { readonly name: string; readonly value: unknown }[];
  readonly primaryKeys: readonly {
    readonly name?: string | undefined;
    readonly columns: readonly DrizzleColumn[];
    getName(): string;
  }[];
  readonly uniqueConstraints: readonly {
    readonly name?: string | undefined;
    readonly columns: readonly DrizzleColumn[];
    readonly nullsNotDistinct?: boolean | undefined;
  }[];
  readonly policies?: readonly DrizzlePolicy[] | undefined;
  readonly enableRLS?: boolean | undefined;
}

export interface DrizzleIndex {
  readonly name?: string | undefined;
  readonly unique?: boolean | undefined;
  /** SQL, a column (SQLite), or a column with its options (PostgreSQL). */
  readonly columns: readonly unknown[];
  readonly where?: unknown;
  readonly method?: string | undefined;
  readonly with?: Readonly<Record<string, unknown>> | undefined;
  readonly concurrently?: boolean | undefined;
}

export interface DrizzleIndexedColumn {
  readonly name: string;
  readonly keyAsName?: boolean | undefined;
  readonly indexConfig?: {
    readonly order?: "asc" | "desc" | undefined;
    readonly nulls?: "first" | "last" | undefined;
    readonly opClass?: string | undefined;
  };
}

export interface DrizzleForeignKey {
  readonly onUpdate?: string | undefined;
  readonly onDelete?: string | undefined;
  reference(): {
    readonly name?: string | undefined;
    readonly columns: readonly DrizzleColumn[];
    readonly foreignTable: object;
    readonly foreignColumns: readonly DrizzleColumn[];
  };
  getName(): string;
}

/** What `getViewConfig` and `getMaterializedViewConfig` give. */
export interface DrizzleViewConfig {
  readonly name: string;
  readonly schema?: string | undefined;
  /** Undefined for a view that was declared as existing. */
  readonly query?: unknown;
  readonly with?: Readonly<Record<string, unknown>> | undefined;
  readonly using?: string | undefined;
  readonly tablespace?: string | undefined;
  readonly withNoData?: boolean | undefined;
}

export interface DrizzleSequence {
  readonly seqName?: string | undefined;
  readonly seqOptions?: DrizzleSequenceOptions | undefined;
  readonly schema?: string | undefined;
}

export interface DrizzleSchema {
  readonly schemaName: string;
  /** 1.0: it is there already. */
  readonly isExisting?: boolean | undefined;
}

export interface DrizzleRole {
  readonly name: string;
  readonly _existing?: boolean | undefined;
}

export interface DrizzlePolicy {
  readonly name: string;
  readonly as?: "permissive" | "restrictive" | undefined;
  readonly for?: "all" | "select" | "insert" | "update" | "delete" | undefined;
  readonly to?: string | DrizzleRole | readonly (string | DrizzleRole)[] | undefined;
  readonly using?: unknown;
  readonly withCheck?: unknown;
  readonly _linkedTable?: object | undefined;
}

// Drizzle registers its symbols globally, so that objects of two copies of it know each other:
// https://github.com/drizzle-team/drizzle-orm/blob/main/drizzle-orm/src/entity.ts
const ENTITY_KIND = Symbol.for("drizzle:entityKind");
const NAME = Symbol.for("drizzle:Name");
const SCHEMA = Symbol.for("drizzle:Schema");
const IS_ALIAS = Symbol.for("drizzle:IsAlias");
const IS_ENUM = Symbol.for("drizzle:isPgEnum");
const EXTRA_BUILDER = Symbol.for("drizzle:ExtraConfigBuilder");
const EXTRA_COLUMNS = Symbol.for("drizzle:ExtraConfigColumns");

/** The kinds of Drizzle object that a value is, from its own class to the oldest; empty for anything else. */
export function entityKinds(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const kinds: string[] = [];
  let made: unknown = Object.getPrototypeOf(value)?.constructor;
  while (typeof made === "function") {
    const kind: unknown = Reflect.get(made, ENTITY_KIND);
    if (typeof kind === "string" && !kinds.includes(kind)) kinds.push(kind);
    made = Object.getPrototypeOf(made);
  }
  return kinds;
}

export function isKind(value: unknown, kind: string): value is object {
  return entityKinds(value).includes(kind);
}

export function isColumn(value: unknown): value is DrizzleColumn {
  return isKind(value, "Column");
}

export function isEnum(value: unknown): value is DrizzleEnum {
  return typeof value === "function" && Reflect.get(value, IS_ENUM) === true;
}

/** Name and schema of a table, or of the alias that stands for one. */
export function tableAddress(table: object): {
  readonly name: string;
  readonly schema: string | undefined;
  readonly isAlias: boolean;
} {
  const schema: unknown = Reflect.get(table, SCHEMA);
  return {
    name: String(Reflect.get(table, NAME)),
    schema: typeof schema === "string" ? schema : undefined,
    isAlias: Reflect.get(table, IS_ALIAS) === true,
  };
}

/** What the third argument of a table gives: indexes, constraints, policies. */
export function extraConfigOf(table: object): readonly unknown[] {
  const build: unknown = Reflect.get(table, EXTRA_BUILDER);
  if (typeof build !== "function") return [];
  const given: unknown = build(Reflect.get(table, EXTRA_COLUMNS));
  return Array.isArray(given) ? given.flat(1) : Object.values(Object(given));
}
