import { type Effect, readEffects, type SqlSyntax, type StatementText } from "../sql/index.js";

/** What an object is called and, where the text says so, in which schema. */
export interface NamedObject {
  readonly kind: string;
  readonly schema: string | undefined;
  readonly name: string;
}

/** The object that this makes and that outlives the session; undefined for anything else. */
export function madeBy(effect: Effect): NamedObject | undefined {
  const { schema, temporary } = effect;
  if (temporary === true) return undefined;
  if (effect.kind === "create-table" && effect.table !== undefined) {
    return { kind: "table", schema, name: effect.table };
  }
  if (effect.kind === "create-other" && effect.object !== undefined) {
    return { kind: effect.objectType ?? "object", schema, name: effect.object };
  }
  if (effect.kind === "alter-table" && effect.renamedTo !== undefined) {
    return { kind: "table", schema, name: effect.renamedTo };
  }
  return undefined;
}

/** The name that this frees, by a drop or a rename. */
export function freedBy(effect: Effect): string | undefined {
  if (effect.kind.startsWith("drop-")) return effect.table ?? effect.object;
  return effect.kind === "alter-table" && effect.renamedTo !== undefined ? effect.table : undefined;
}

/** The name of a function without the types of its arguments; any other name as it is. */
export function bareName(name: string): string {
  const arguments_ = name.indexOf("(");
  return arguments_ <= 0 ? name : name.slice(0, arguments_);
}

/**
 * Which of these texts makes each name that is there after all of them: for objects that were made while nobody
 * looked at the catalogue.
 */
export function makersOf<T>(
  texts: readonly { readonly maker: T; readonly statements: readonly StatementText[] }[],
  syntax: SqlSyntax,
  nameKey: (name: string) => string,
): ReadonlyMap<string, T> {
  const makers = new Map<string, T>();
  for (const { maker, statements } of texts) {
    for (const effect of statements.flatMap((statement) => readEffects(statement, syntax))) {
      const freed = freedBy(effect);
      if (freed !== undefined) makers.delete(nameKey(freed));
      const made = madeBy(effect);
      if (made !== undefined) makers.set(nameKey(made.name), maker);
    }
  }
  return makers;
}
