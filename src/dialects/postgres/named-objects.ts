import { readEffects, type Statement, TokenReader } from "../../sql/index.js";

/** Something of the database, as its catalog spells it. */
export interface Named {
  readonly schema: string;
  readonly name: string;
  /** The table of a column, constraint, trigger, index, …; undefined for what stands on its own. */
  readonly table?: string | undefined;
}

/** What the statements of a step name when they delete, truncate or drop. */
export class NamedObjects {
  /** Each as `schema.name`, with an empty schema where the statement gives none. */
  readonly #emptied = new Set<string>();
  readonly #dropped = new Set<string>();
  /** The same without the schema, for parts of tables (triggers, indexes, …), whose statements name the table apart. */
  readonly #droppedNames = new Set<string>();
  /** Columns and constraints that an ALTER TABLE drops, each as `table.name`. */
  readonly #droppedParts = new Set<string>();

  add(statement: Statement): void {
    for (const effect of readEffects(statement, "postgres")) {
      const { kind, schema = "", table, object, droppedColumn } = effect;
      const isDrop = kind.startsWith("drop-");
      if (table !== undefined && (isDrop || kind === "delete" || kind === "truncate")) {
        this.#emptied.add(`${schema}.${table}`);
      }
      if (isDrop) {
        this.#dropped.add(`${schema}.${table ?? object ?? ""}`);
        this.#droppedNames.add(table ?? object ?? "");
      }
      if (table !== undefined && droppedColumn !== undefined)
        this.#droppedParts.add(`${table}.${droppedColumn}`);
    }
    for (const part of readDroppedConstraints(statement)) this.#droppedParts.add(part);
  }

  /** Whether a statement deletes from this table, empties it or drops it, by its own name. */
  mayLoseRows(object: Named, searchPath: readonly string[]): boolean {
    return isIn(this.#emptied, object, searchPath);
  }

  /** Whether a statement drops this by its own name. */
  isDropped(object: Named, searchPath: readonly string[]): boolean {
    if (object.table !== undefined) {
      return this.#droppedParts.has(`${object.table}.${object.name}`) || this.#droppedNames.has(object.name);
    }
    return isIn(this.#dropped, object, searchPath);
  }
}

function isIn(names: ReadonlySet<string>, { schema, name }: Named, searchPath: readonly string[]): boolean {
  if (names.has(`${schema}.${name}`)) return true;
  return names.has(`.${name}`) && (schema === "" || searchPath.includes(schema));
}

/** `ALTER TABLE orders DROP CONSTRAINT orders_user_fkey` names the constraint. */
function readDroppedConstraints(statement: Statement): string[] {
  if (!/\bdrop\s+constraint\b/i.test(statement.text)) return [];
  const reader = new TokenReader(statement, "postgres");
  if (!reader.accept("ALTER TABLE") && !reader.accept("ALTER DOMAIN")) return [];
  reader.accept("IF EXISTS");
  reader.accept("ONLY");
  const table = reader.objectName();
  const parts: string[] = [];
  while (!reader.isAtEnd) {
    if (!reader.accept("DROP CONSTRAINT")) {
      reader.next();
      continue;
    }
    reader.accept("IF EXISTS");
    const name = reader.name();
    if (table !== undefined && name !== undefined) parts.push(`${table.name}.${name}`);
  }
  return parts;
}
