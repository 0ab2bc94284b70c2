import type { Dependency, ObjectName } from "./address.js";
import type { Constraint, PrimaryKey } from "./constraint.js";
import type { Grant } from "./model.js";
import type { IndexDefinition } from "./table-index.js";
import type { SequenceOptions } from "./type.js";
import type { Trigger } from "./view.js";

/** A table with all that belongs to it. Build one with `tableOf`, which fills in the empty lists. */
export interface Table extends ObjectName {
  /**
   * `foreign` is a PostgreSQL foreign table. A partition is `ordinary` or `partitioned` with `partitionOf`.
   */
  readonly kind: "ordinary" | "virtual" | "partitioned" | "foreign";
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  /** Only those that CREATE INDEX made: the index of a key is part of the key. */
  readonly indexes: readonly IndexDefinition[];
  readonly triggers: readonly Trigger[];

  /** SQLite. */
  readonly strict?: boolean | undefined;
  readonly withoutRowid?: boolean | undefined;
  readonly virtual?: VirtualTable | undefined;

  /** PostgreSQL. */
  readonly unlogged?: boolean | undefined;
  /** `pg_get_partkeydef`: `RANGE (created_at)`. */
  readonly partitionBy?: string | undefined;
  readonly partitionOf?: PartitionOf | undefined;
  /** Parents by INHERITS, in their order; never the parent of a partition. */
  readonly inherits?: readonly ObjectName[] | undefined;
  /** The table's access method where it is not `heap`. */
  readonly accessMethod?: string | undefined;
  /** Storage parameters: `{ fillfactor: "70" }`. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly replicaIdentity?: string | undefined;
  readonly rowSecurity?: "enabled" | "forced" | undefined;
  readonly policies?: readonly Policy[] | undefined;

  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
  /** Types of columns, functions and sequences in defaults, checks, generated columns and indexes. */
  readonly dependsOn?: readonly Dependency[] | undefined;
}

export interface Column {
  readonly name: string;
  /**
   * SQLite: the declared type as written, white space collapsed, empty where there is none. PostgreSQL:
   * `format_type` with its modifier: `character varying(20)`, `timestamp(3) with time zone`, `integer[]`,
   * `public.mood`. serial is what it is made of: `integer`, a default and an owned sequence.
   */
  readonly type: string;
  readonly notNull?: boolean | undefined;
  /** What is special about the NOT NULL; absent when nothing is. */
  readonly notNullOptions?: NotNullOptions | undefined;
  /** An expression (a literal is one). Absent for generated and identity columns, and for DEFAULT NULL. */
  readonly default?: string | undefined;
  /** SQLite: absent for BINARY. PostgreSQL: where it is not the type's own, qualified: `pg_catalog."C"`. */
  readonly collation?: string | undefined;
  readonly generated?: GeneratedColumn | undefined;
  readonly identity?: IdentityColumn | undefined;
  /** A hidden column of a virtual table (an argument, or a column such as FTS5's `rank`). */
  readonly hidden?: boolean | undefined;
  /** PostgreSQL: the column comes from a parent and has no definition of its own. */
  readonly inherited?: boolean | undefined;
  /** PostgreSQL: `plain`, `external`, `extended`, `main`, where it is not the type's own. */
  readonly storage?: string | undefined;
  readonly compression?: string | undefined;
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

export interface NotNullOptions {
  /** PostgreSQL 18: where it differs from the name the engine gives, `TABLE_COLUMN_not_null`. */
  readonly name?: string | undefined;
  readonly notValid?: boolean | undefined;
  readonly noInherit?: boolean | undefined;
  /** SQLite: ON CONFLICT, in lower case, where it is not `abort`. */
  readonly conflict?: ConflictAction | undefined;
}

/** SQLite's ON CONFLICT; `abort` is the default and left out. */
export type ConflictAction = "rollback" | "fail" | "ignore" | "replace";

export interface GeneratedColumn {
  readonly expression: string;
  readonly storage: "stored" | "virtual";
}

export interface IdentityColumn extends SequenceOptions {
  readonly generation: "always" | "by default";
}

export interface PartitionOf extends ObjectName {
  /** `pg_get_expr(relpartbound)`: `FOR VALUES FROM (1) TO (10)`, `DEFAULT`. */
  readonly bound: string;
}

export interface VirtualTable {
  /** The module in lower case: `fts5`. */
  readonly module: string;
  /** The arguments as written, each trimmed; commas inside quotes and parentheses do not part them. */
  readonly arguments: readonly string[];
  /** The tables in which the module keeps its content: they are its own, and listed nowhere else. */
  readonly shadowTables: readonly string[];
}

export interface Policy {
  readonly name: string;
  readonly command: "all" | "select" | "insert" | "update" | "delete";
  readonly restrictive?: boolean | undefined;
  /** Sorted; absent for PUBLIC. */
  readonly roles?: readonly string[] | undefined;
  readonly using?: string | undefined;
  readonly check?: string | undefined;
  readonly comment?: string | undefined;
  readonly dependsOn?: readonly Dependency[] | undefined;
}

/** A table from the parts that matter, everything else empty and ordinary. */
export function tableOf(parts: ObjectName & Partial<Table>): Table {
  return { kind: "ordinary", columns: [], constraints: [], indexes: [], triggers: [], ...parts };
}

export function primaryKeyOf(table: Table): PrimaryKey | undefined {
  return table.constraints.find((constraint) => constraint.kind === "primary-key");
}
