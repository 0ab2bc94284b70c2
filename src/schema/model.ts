import type { Dependency, ObjectName } from "./address.js";
import type { Table } from "./table.js";
import type { Routine, Sequence, UserType } from "./type.js";
import type { View } from "./view.js";

/** Raised whenever the meaning of a stored model changes; a snapshot of an older version is read as such. */
export const MODEL_VERSION = 1;

/**
 * What a database looks like, as plain data: it goes through JSON unharmed and is the snapshot in the
 * journal.
 *
 * The rules of form, for every object in it:
 * - **What is the engine's default is left out.** Absent, `undefined`, `false` and `[]` mean the same in an
 *   optional property; nothing is ever `null`. So a property added later changes no fingerprint of today.
 * - **Names** are as the catalogue has them: unquoted, in their own case.
 * - **Texts** (expressions, definitions, types) can be run as they stand. On PostgreSQL they are what the
 *   engine deparses with an EMPTY search_path (`pg_get_expr`, `format_type`, `pg_get_viewdef` …), so that
 *   everything outside `pg_catalog` is qualified. On SQLite they are as written. Whether two of them say the
 *   same is decided by `ModelRules`, which the dialect hands to the comparison; never by looking at the text
 *   here.
 * - **Expressions** have no enclosing parentheses, definitions no closing semicolon.
 * - **Numbers of 64 bits** (sequence bounds) are decimal text.
 * - **Order.** Lists of objects are sorted by schema, then name (`sortModel`). Columns, key columns, index
 *   parts and enum values are in their own order. The order of constraints, indexes, triggers, grants carries
 *   no meaning.
 * - **`dependsOn`** is for ordering changes only; it is neither compared nor part of the fingerprint.
 */
export interface DatabaseModel {
  readonly version: typeof MODEL_VERSION;
  readonly engine: "sqlite" | "postgres";
  /**
   * PostgreSQL: `server_version_num` of the server that deparsed the texts (`160004`), because versions spell
   * some of them differently and a statement may need a newer one. Neither compared nor part of the
   * fingerprint.
   */
  readonly serverVersion?: number | undefined;
  /** SQLite: `main`. PostgreSQL: every schema that is not the system's. */
  readonly schemas: readonly Schema[];
  readonly extensions: readonly Extension[];
  readonly types: readonly UserType[];
  readonly sequences: readonly Sequence[];
  readonly routines: readonly Routine[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  /** What is there and not modelled. Never dropped, and a comparison that would have to judge one says so. */
  readonly others: readonly OtherObject[];
}

export interface Schema {
  readonly name: string;
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
}

export interface Extension {
  readonly name: string;
  /** The schema that its objects were put into. */
  readonly schema: string;
  readonly extensionVersion?: string | undefined;
  readonly comment?: string | undefined;
}

/** An object of a kind that the model does not describe: an aggregate, an event trigger, a range type, … */
export interface OtherObject extends ObjectName {
  /** The engine's word for it, in lower case: `aggregate`, `event trigger`. */
  readonly kind: string;
  /** Its definition as far as the engine tells it: equal texts are taken as the same object, nothing more. */
  readonly definition?: string | undefined;
  readonly dependsOn?: readonly Dependency[] | undefined;
}

/** Rights of one role on one object. Only read on request. */
export interface Grant {
  /** The role; `PUBLIC` for everyone. */
  readonly grantee: string;
  /** In capitals, sorted: `["INSERT", "SELECT"]`. */
  readonly privileges: readonly string[];
  /** WITH GRANT OPTION. */
  readonly grantable?: boolean | undefined;
}

/** A model with nothing in it. */
export function emptyModel(engine: DatabaseModel["engine"]): DatabaseModel {
  return {
    version: MODEL_VERSION,
    engine,
    schemas: [],
    extensions: [],
    types: [],
    sequences: [],
    routines: [],
    tables: [],
    views: [],
    others: [],
  };
}

/** The same model with every list of objects sorted by schema, then name (in code unit order). */
export function sortModel(model: DatabaseModel): DatabaseModel {
  const sorted = <T extends { readonly name: string }>(objects: readonly T[]) =>
    objects
      .map((object) => ({ object, key: sortKey(object) }))
      .sort((a, b) => compareTexts(a.key, b.key))
      .map(({ object }) => object);
  return {
    ...model,
    schemas: sorted(model.schemas),
    extensions: sorted(model.extensions),
    types: sorted(model.types),
    sequences: sorted(model.sequences),
    routines: sorted(model.routines),
    tables: sorted(model.tables),
    views: sorted(model.views),
    others: sorted(model.others),
  };
}

/** The same model sorted, and without the properties that say nothing: `undefined` and `false`. */
export function tidyModel(model: DatabaseModel): DatabaseModel {
  return withoutNothings(sortModel(model));
}

/** The same part of a model without the properties that say nothing; once tidy it is given back as it is. */
export function tidyPart<T extends object>(part: T): T {
  return markTidy(withoutNothings(part));
}

/** Says of a part of a model that it is tidy as it is. */
export function markTidy<T extends object>(part: T): T {
  TIDY.add(part);
  return part;
}

const TIDY = new WeakSet<object>();

function withoutNothings<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNothings) as T;
  if (typeof value !== "object" || value === null || TIDY.has(value)) return value;
  const says: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    if (part !== undefined && part !== false) says[name] = withoutNothings(part);
  }
  return says as T;
}

function sortKey(object: {
  readonly name: string;
  readonly schema?: string;
  readonly arguments?: string;
}): string {
  return `${object.schema ?? ""}\0${object.name}\0${object.arguments ?? ""}`;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
