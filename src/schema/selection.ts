import type { ObjectName } from "./address.js";
import type { DatabaseModel } from "./model.js";
import { sortModel } from "./model.js";

/** Patterns over names: `users`, `audit_*`, `billing.*`; `*` is any text, `?` any one character. */
export interface Selection {
  /** Only these; everything where absent or empty. */
  readonly include?: readonly string[] | undefined;
  /** Not these, even when they are included. */
  readonly exclude?: readonly string[] | undefined;
}

/**
 * Whether an object is selected: by its name, or by its name with the schema in front. Case does not count.
 */
export function selects(selection: Selection, object: ObjectName): boolean {
  const matches = (patterns: readonly string[]) =>
    patterns.some((pattern) => matchesPattern(pattern, object));
  const include = selection.include ?? [];
  return (include.length === 0 || matches(include)) && !matches(selection.exclude ?? []);
}

/** The model with only what is selected. Schemas and extensions stay. */
export function selectFrom(model: DatabaseModel, selection: Selection): DatabaseModel {
  if (selectsEverything(selection)) return model;
  return mapLists(model, (objects) => objects.filter((object) => selects(selection, object)));
}

/**
 * What `from` should become when only the selected objects may change: those as `to` has them, all others as
 * they are. Comparing with it leaves the rest in peace, and a dialect still sees everything that stands in
 * the database.
 */
export function selectTarget(from: DatabaseModel, to: DatabaseModel, selection: Selection): DatabaseModel {
  if (selectsEverything(selection)) return to;
  const rest = mapLists(from, (objects) => objects.filter((object) => !selects(selection, object)));
  const chosen = selectFrom(to, selection);
  return sortModel({
    ...to,
    types: [...rest.types, ...chosen.types],
    sequences: [...rest.sequences, ...chosen.sequences],
    routines: [...rest.routines, ...chosen.routines],
    tables: [...rest.tables, ...chosen.tables],
    views: [...rest.views, ...chosen.views],
    others: [...rest.others, ...chosen.others],
  });
}

function selectsEverything({ include = [], exclude = [] }: Selection): boolean {
  return include.length === 0 && exclude.length === 0;
}

function mapLists(
  model: DatabaseModel,
  keep: <T extends ObjectName>(objects: readonly T[]) => readonly T[],
): DatabaseModel {
  return {
    ...model,
    types: keep(model.types),
    sequences: keep(model.sequences),
    routines: keep(model.routines),
    tables: keep(model.tables),
    views: keep(model.views),
    others: keep(model.others),
  };
}

function matchesPattern(pattern: string, object: ObjectName): boolean {
  const expression = expressionOf(pattern);
  return expression.test(object.name) || expression.test(`${object.schema}.${object.name}`);
}

function expressionOf(pattern: string): RegExp {
  const known = EXPRESSIONS.get(pattern);
  if (known !== undefined) return known;
  const text = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${text}$`, "isu");
  if (EXPRESSIONS.size >= MOST_EXPRESSIONS) EXPRESSIONS.clear();
  EXPRESSIONS.set(pattern, expression);
  return expression;
}

/** The same few patterns are held against every object of a database. */
const EXPRESSIONS = new Map<string, RegExp>();
const MOST_EXPRESSIONS = 1000;
