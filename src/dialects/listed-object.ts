/** One object of a database that somebody made, as far as it must be known to tell whose it is. */
export interface ListedObject {
  /** `table`, `index`, `view`, `trigger`, `function`, …: one word for each kind, the same on every engine. */
  readonly kind: string;
  /** As the engine spells it: `main`, `temp`, `public`. Empty for what lives in no schema. */
  readonly schema: string;
  /** A function's name holds the types of its arguments: `calendar_next(date)`. */
  readonly name: string;
  /** The table that it is a part of (an index, a trigger, a sequence of a column), in the same schema. */
  readonly table: string | undefined;
  /** It goes with the session. */
  readonly temporary: boolean;
  /** Changes with whatever DDL changes of the object; empty when definitions were not asked for. */
  readonly definition: string;
}

export interface ListOptions {
  /** Read definitions as well, to see what was changed and not only what was made and dropped. */
  readonly definitions: boolean;
}

/** What tells an object from all others. */
export type ObjectIdentity = Pick<ListedObject, "kind" | "schema" | "name" | "table">;

/** The same text for the same object. */
export function identityOf({ kind, schema, name, table }: ObjectIdentity): string {
  // No engine takes a NUL into a name, and this is asked for every object of a database again and again.
  return `${kind}\0${schema}\0${name}\0${table ?? ""}`;
}
