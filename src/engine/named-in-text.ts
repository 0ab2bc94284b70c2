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

/** A text, who ran it, and where it means the names that it gives without a schema; undefined for anywhere. */
export interface MakingText<T> {
  readonly maker: T;
  readonly statements: readonly StatementText[];
  readonly schema?: string | undefined;
}

/**
 * Which of these texts makes each object that is there after all of them: for objects that were made while nobody
 * looked at the catalogue.
 */
export function makersOf<T>(
  texts: readonly MakingText<T>[],
  syntax: SqlSyntax,
  nameKey: (name: string) => string,
): (object: { readonly schema: string; readonly name: string }) => T | undefined {
  const keyOf = (schema: string | undefined, name: string) => `${schema ?? ""}\0${nameKey(bareName(name))}`;
  const makers = new Map<string, T>();
  for (const { maker, statements, schema } of texts) {
    for (const effect of statements.flatMap((statement) => readEffects(statement, syntax))) {
      const freed = freedBy(effect);
      if (freed !== undefined) makers.delete(keyOf(effect.schema ?? schema, freed));
      const made = madeBy(effect);
      if (made !== undefined) makers.set(keyOf(made.schema ?? schema, made.name), maker);
    }
  }
  return ({ schema, name }) => makers.get(keyOf(schema, name)) ?? makers.get(keyOf(undefined, name));
}
