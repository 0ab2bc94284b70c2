import type { ObjectName } from "./token-reader.js";

export type EffectKind =
  | "select"
  | "insert"
  | "update"
  | "delete"
  | "merge"
  | "truncate"
  | "create-table"
  | "create-other"
  | "drop-table"
  | "drop-view"
  | "drop-index"
  | "drop-trigger"
  | "drop-schema"
  | "drop-other"
  | "alter-table"
  | "pragma"
  | "transaction"
  | "other";

/** What happens to a row that violates a constraint: https://sqlite.org/lang_conflict.html */
export type Conflict = "abort" | "fail" | "ignore" | "replace" | "rollback";

/**
 * One thing that a statement does, as far as its own text tells. It does not tell what triggers, foreign keys,
 * rules, functions and constraints (`UNIQUE … ON CONFLICT REPLACE`) do beyond it. `other` means that the text does
 * not say, or that nobody needs to know: a `DO` block, `EXECUTE`, `GRANT`.
 *
 * Names are as the engine spells them: see `unquoteName`.
 */
export interface Effect {
  readonly kind: EffectKind;
  /** The table that it works on: for insert, update, delete, merge, truncate and …-table. */
  readonly table?: string | undefined;
  /** What it makes or drops, where that is not a table: for create-other and the other drop-… kinds. */
  readonly object?: string | undefined;
  /** The schema in front of `table` or `object`; undefined where the statement gives none. */
  readonly schema?: string | undefined;
  /** For create-table and create-other: it lives no longer than the session. */
  readonly temporary?: true | undefined;
  /** For create-other and drop-other: `sequence`, `materialized view`, … */
  readonly objectType?: string | undefined;
  /** For insert and update: what follows OR; `replace` for REPLACE INTO as well. */
  readonly conflict?: Conflict | undefined;
  /** True for a drop, a dropped column or a TRUNCATE that says CASCADE. */
  readonly cascade?: boolean | undefined;
  /** For alter-table: the table's new name, when this renames it. */
  readonly renamedTo?: string | undefined;
  /** For alter-table: the column that this drops. */
  readonly droppedColumn?: string | undefined;
}

export const OTHER: Effect = { kind: "other" };

/** An effect on a table; `other` when its name could not be read. */
export function onTable(
  kind: EffectKind,
  target: ObjectName | undefined,
  details: Partial<Effect> = {},
): Effect {
  if (target === undefined) return OTHER;
  return { kind, table: target.name, schema: target.schema, ...details };
}
