import type { ConflictAction } from "./table.js";

/** A constraint of a table. NOT NULL belongs to the column, CREATE UNIQUE INDEX to the indexes. */
export type Constraint = PrimaryKey | Unique | Check | ForeignKey | Exclusion;

interface Named {
  /** SQLite: absent when none was given. PostgreSQL: always there. */
  readonly name?: string | undefined;
  readonly comment?: string | undefined;
}

/** PostgreSQL for keys and exclusions; SQLite for foreign keys only. */
interface Deferrable {
  readonly deferrable?: boolean | undefined;
  /** Only together with `deferrable`. */
  readonly initiallyDeferred?: boolean | undefined;
}

/** What PRIMARY KEY and UNIQUE have in common. */
interface Key extends Named, Deferrable {
  readonly columns: readonly KeyColumn[];
  /** SQLite: ON CONFLICT where it is not `abort`. */
  readonly conflict?: ConflictAction | undefined;
  /** PostgreSQL: INCLUDE. */
  readonly include?: readonly string[] | undefined;
  /** PostgreSQL: storage parameters of its index. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** PostgreSQL 18: the last column is WITHOUT OVERLAPS. */
  readonly withoutOverlaps?: boolean | undefined;
}

export interface KeyColumn {
  readonly name: string;
  /** SQLite: where the key gives another collation than the column has. */
  readonly collation?: string | undefined;
  /** SQLite. */
  readonly descending?: boolean | undefined;
}

export interface PrimaryKey extends Key {
  readonly kind: "primary-key";
  readonly autoincrement?: boolean | undefined;
  /**
   * SQLite: the one column is another name of the rowid. True for every INTEGER PRIMARY KEY but the one that
   * is written `INTEGER PRIMARY KEY DESC` in the column itself:
   * https://sqlite.org/lang_createtable.html#rowid
   */
  readonly rowidAlias?: boolean | undefined;
}

export interface Unique extends Key {
  readonly kind: "unique";
  readonly nullsNotDistinct?: boolean | undefined;
}

export interface Check extends Named {
  readonly kind: "check";
  readonly expression: string;
  readonly notValid?: boolean | undefined;
  readonly noInherit?: boolean | undefined;
  /** PostgreSQL 18: NOT ENFORCED. */
  readonly notEnforced?: boolean | undefined;
}

export interface ForeignKey extends Named, Deferrable {
  readonly kind: "foreign-key";
  readonly columns: readonly string[];
  readonly references: ForeignKeyTarget;
  /** Absent for NO ACTION. */
  readonly onUpdate?: ForeignKeyAction | undefined;
  readonly onDelete?: ForeignKeyAction | undefined;
  /** PostgreSQL: the columns of ON DELETE SET NULL (…) or SET DEFAULT (…), where they are not all. */
  readonly onDeleteColumns?: readonly string[] | undefined;
  /** Lower case; absent for SIMPLE. SQLite reads any name here and heeds none. */
  readonly match?: string | undefined;
  readonly notValid?: boolean | undefined;
  readonly notEnforced?: boolean | undefined;
  /** PostgreSQL 18: the last column is a PERIOD. */
  readonly period?: boolean | undefined;
}

export interface ForeignKeyTarget {
  readonly schema: string;
  readonly table: string;
  /**
   * Always spelled out: a key that names none means the parent's primary key. Empty only when SQLite cannot
   * tell, because the parent does not exist or has no such key.
   */
  readonly columns: readonly string[];
}

export type ForeignKeyAction = "restrict" | "cascade" | "set null" | "set default";

/** EXCLUDE, carried as text. */
export interface Exclusion extends Named, Deferrable {
  readonly kind: "exclusion";
  /** `pg_get_constraintdef`, which includes DEFERRABLE. */
  readonly definition: string;
}
