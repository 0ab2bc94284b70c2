import { TenonError } from "../errors.js";
import { DEFAULT_SCHEMA } from "./address.js";
import type { DatabaseModel } from "./model.js";
import type { ModelRules } from "./rules.js";

/** What somebody said beforehand about a rename. */
export interface RenameHint {
  /** As it was written, for messages. */
  readonly text: string;
  /** `[table]`, `[table, column]`, or either with the schema in front. */
  readonly from: readonly string[];
  /** The same, or the new name alone; undefined when it was dropped and not renamed. */
  readonly to: readonly string[] | undefined;
}

/**
 * Reads `users.name:users.full_name` (a column), `old:new` (a table), `users.name:` (not renamed: dropped). A
 * name with a dot, a colon or a quote stands in double quotes.
 * @throws TenonError `USAGE`.
 */
export function parseRenameHint(text: string): RenameHint {
  const [, from, to] = HINT.exec(text) ?? [];
  if (from === undefined) throw malformed(text);
  return { text, from: namesOf(from), to: to === undefined ? undefined : namesOf(to) };
}

const NAME = `(?:"(?:[^"]|"")+"|[^.:"]+)`;
const PATH = `(${NAME}(?:\\.${NAME}){0,2})`;
const HINT = new RegExp(`^${PATH}:${PATH}?$`);

function namesOf(path: string): readonly string[] {
  const names = path.match(new RegExp(NAME, "g")) ?? [];
  return names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name));
}

export interface HintPlace {
  readonly kind: "table" | "column";
  readonly schema: string;
  /** Of a column: its table, under the new and the old name. */
  readonly table?: string | undefined;
  readonly oldTable?: string | undefined;
}

/**
 * The hint that speaks of a table or column. A column may be named under the old or the new name of its
 * table.
 */
export function findHint(
  hints: readonly RenameHint[],
  place: HintPlace,
  name: string,
  rules: ModelRules,
): RenameHint | undefined {
  const same = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && rules.nameKey(a) === rules.nameKey(b);
  const { schema, table, oldTable } = place;
  const inSchema = (given: string | undefined) =>
    given === undefined ? DEFAULT_SCHEMA.has(schema) : same(given, schema);
  return hints.find((hint) => {
    if (place.kind === "table") {
      const [last, first, ...rest] = [...hint.from].reverse();
      return rest.length === 0 && same(last, name) && inSchema(first);
    }
    const [column, tableName, schemaName] = [...hint.from].reverse();
    const namesTable = same(tableName, table) || same(tableName, oldTable);
    return same(column, name) && namesTable && inSchema(schemaName);
  });
}

/**
 * A hint that was not needed is an error, so that a typing mistake does not become a drop; unless the rename
 * it speaks of was made already, as when one file of hints serves many databases.
 */
export function rejectUnusedHints(
  hints: readonly RenameHint[],
  used: ReadonlySet<RenameHint>,
  from: DatabaseModel,
  to: DatabaseModel,
  rules: ModelRules,
): void {
  for (const hint of hints) {
    if (used.has(hint)) continue;
    const isGone = !namesIn(from, rules).has(keyOf(hint.from, rules));
    const target = hint.to === undefined ? undefined : keyOf(fullTarget(hint.from, hint.to), rules);
    const isThere =
      target === undefined || (namesIn(from, rules).has(target) && namesIn(to, rules).has(target));
    if (isGone && isThere) continue;
    throw new TenonError("USAGE", `The rename ${hint.text} fits no difference between the two schemas.`, {
      hint: "Give table.column:table.column or table:table; the left side must exist now and not in the desired schema.",
    });
  }
}

function fullTarget(from: readonly string[], to: readonly string[]): readonly string[] {
  return to.length >= from.length ? to : [...from.slice(0, from.length - to.length), ...to];
}

function namesIn(model: DatabaseModel, rules: ModelRules): ReadonlySet<string> {
  const names = new Set<string>();
  for (const table of model.tables) {
    const paths = [[table.name], ...table.columns.map((column) => [table.name, column.name])];
    for (const path of paths) {
      names.add(keyOf([table.schema, ...path], rules));
      if (DEFAULT_SCHEMA.has(table.schema)) names.add(keyOf(path, rules));
    }
  }
  return names;
}

function keyOf(path: readonly string[], rules: ModelRules): string {
  return path.map(rules.nameKey).join("\0");
}

function malformed(text: string): TenonError {
  return new TenonError("USAGE", `The rename ${JSON.stringify(text)} cannot be understood.`, {
    hint: "Write users.name:users.full_name for a column, old:new for a table, users.name: for a column that was dropped.",
  });
}
