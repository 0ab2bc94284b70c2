import { createHash } from "node:crypto";
import { TenonError } from "../../errors.js";
import {
  type Check,
  type Constraint,
  type ForeignKey,
  type ForeignKeyAction,
  type IndexPart,
  type Table,
  tableOf,
} from "../../schema/index.js";
import { cutName } from "../../sql/index.js";
import { type Casing, columnName } from "./casing.js";
import { impliedNameKey } from "./implied-names.js";
import { columnLiteral, type Engine } from "./literal.js";
import {
  type DrizzleColumn,
  type DrizzleForeignKey,
  type DrizzleTableConfig,
  entityKinds,
  extraConfigOf,
  isKind,
  tableAddress,
} from "./shape.js";
import { type SqlTextOptions, sqlText } from "./sql-text.js";

/** One table while it is read: what both engines read in the same way. */
export class TableReading {
  readonly table: object;
  readonly config: DrizzleTableConfig;
  readonly schema: string;
  /** Where tables are that name no schema. */
  readonly defaultSchema: string;
  readonly #engine: Engine;
  readonly #casing: Casing | undefined;
  readonly #implied: Set<string>;
  readonly #notes: ReadingNote[];
  /** Names that nobody chose, as they are cut, and what they were made from. */
  readonly #made = new Map<string, string>();

  constructor(table: object, config: DrizzleTableConfig, scope: ReadingScope) {
    this.table = table;
    this.config = config;
    this.#engine = scope.engine;
    this.#casing = scope.casing;
    this.defaultSchema = scope.defaultSchema;
    this.#implied = scope.implied;
    this.#notes = scope.notes;
    this.schema = scope.engine === "sqlite" ? scope.defaultSchema : (config.schema ?? scope.defaultSchema);
    refuseUnknownParts(table, config.name);
  }

  get name(): string {
    return this.config.name;
  }

  nameOf(column: Pick<DrizzleColumn, "name" | "keyAsName">): string {
    return columnName(column, this.#casing);
  }

  namesOf(columns: readonly DrizzleColumn[]): string[] {
    return columns.map((column) => this.nameOf(column));
  }

  /** The name that was chosen, or one that is made and may give way to the one that stands in the database. */
  named(chosen: string | undefined, made: string): string {
    if (chosen !== undefined && chosen !== made) return chosen;
    const name = this.#engine === "postgres" ? this.#toldApart(made) : made;
    this.#implied.add(impliedNameKey(this, name));
    return name;
  }

  /** Two long names may be the same once they are cut; the second then ends in what tells it apart. */
  #toldApart(made: string): string {
    const cut = cutName(made);
    const isFree = (this.#made.get(cut) ?? made) === made;
    const name = isFree ? cut : `${cutName(made).slice(0, -9)}_${shortHash(made)}`;
    this.#made.set(name, made);
    return name;
  }

  /** Tells people that an index is built in another way than they wrote it, where it is built. */
  noteIndex(index: string, text: string): void {
    this.#notes.push({ index: { table: this.name, name: index }, text });
  }

  /** SQL in which the columns of this table stand alone. */
  ownText(value: unknown, what: string): string {
    return sqlText(value, { ...this.#textOptions(what), ownTable: this.table });
  }

  /** SQL in which they have the table's name before them, because it may ask other tables too. */
  text(value: unknown, what: string): string {
    return sqlText(value, this.#textOptions(what));
  }

  #textOptions(what: string): SqlTextOptions {
    return {
      engine: this.#engine,
      casing: this.#casing,
      defaultSchema: this.defaultSchema,
      what: `${what} of ${this.name}`,
    };
  }

  /** The default of a column as SQL; undefined where it has none, or only one that the program computes. */
  default(column: DrizzleColumn): string | undefined {
    const value = column.default;
    if (value === undefined || value === null) return undefined;
    const what = `the default of ${this.name}.${this.nameOf(column)}`;
    if (entityKinds(value).length > 0) return this.ownText(value, `the default of ${this.nameOf(column)}`);
    const text = columnLiteral(column, value, this.#engine);
    if (text !== undefined) return text;
    throw unsupported(
      `${this.name}.${this.nameOf(column)}`,
      `The value of ${what} has no literal in SQL (${typeof value}).`,
      "Give the default as SQL: .default(sql`…`).",
    );
  }

  generated(column: DrizzleColumn): string | undefined {
    const { generated } = column;
    if (generated === undefined) return undefined;
    const as: unknown = typeof generated.as === "function" ? generated.as() : generated.as;
    return this.ownText(as, `the generated column ${this.nameOf(column)}`);
  }

  checks(): readonly Check[] {
    return this.config.checks.map(({ name, value }) => ({
      kind: "check",
      name,
      expression: this.ownText(value, `the check ${name}`),
    }));
  }

  foreignKey(key: DrizzleForeignKey): { readonly name: string | undefined; readonly key: ForeignKey } {
    const { name, columns, foreignTable, foreignColumns } = key.reference();
    const parent = tableAddress(foreignTable);
    return {
      name,
      key: {
        kind: "foreign-key",
        columns: this.namesOf(columns),
        references: {
          schema: this.#engine === "sqlite" ? this.defaultSchema : (parent.schema ?? this.defaultSchema),
          table: parent.name,
          columns: this.namesOf(foreignColumns),
        },
        onUpdate: actionOf(key.onUpdate),
        onDelete: actionOf(key.onDelete),
      },
    };
  }

  /** `TABLE_COLUMNS_index`, as Drizzle Kit names an index that has no name. */
  indexName(chosen: string | undefined, parts: readonly IndexPart[]): string {
    if (chosen !== undefined) return chosen;
    const columns = parts.flatMap((part) => part.column ?? []);
    if (columns.length === parts.length)
      return this.named(undefined, `${this.name}_${columns.join("_")}_index`);
    throw unsupported(
      this.name,
      `An index of ${this.name} is on an expression and has no name.`,
      'Give it one: index("users_email_lower").on(…).',
    );
  }

  /** The one primary key, whether it stands with its column or in the third argument. */
  primaryKeyColumns():
    | { readonly columns: readonly DrizzleColumn[]; readonly name: string | undefined }
    | undefined {
    const inline = this.config.columns.filter((column) => column.primary);
    const [composite, ...others] = this.config.primaryKeys;
    if (inline.length > 1 || others.length > 0 || (inline.length > 0 && composite !== undefined)) {
      throw unsupported(
        this.name,
        `${this.name} has more than one primary key.`,
        "Name all columns of the key once: primaryKey({ columns: [table.a, table.b] }).",
      );
    }
    if (composite !== undefined) return { columns: composite.columns, name: composite.name };
    return inline.length === 0 ? undefined : { columns: inline, name: undefined };
  }
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** What the tables of one reading share. */
export interface ReadingScope {
  readonly engine: Engine;
  readonly casing: Casing | undefined;
  readonly defaultSchema: string;
  readonly implied: Set<string>;
  readonly notes: ReadingNote[];
}

/** A sentence about what is built in another way than it was written. */
export interface ReadingNote {
  readonly index: { readonly table: string; readonly name: string };
  readonly text: string;
}

export function unsupported(object: string, message: string, hint: string): TenonError {
  return new TenonError("CHANGE_UNSUPPORTED", message, { where: { object }, hint });
}

/**
 * The tables that foreign keys refer to and that are not among those read: each with the columns referred to and a key on them, so that
 * the engine takes the foreign keys when it is asked about them alone.
 */
export function parentsOf(
  readings: readonly TableReading[],
  typeOf: (column: DrizzleColumn) => string,
  defaultSchema: string,
): readonly Table[] {
  const known = new Set(readings.map((reading) => `${reading.schema}.${reading.name}`));
  const parents = new Map<string, Table>();
  for (const reading of readings) {
    for (const key of reading.config.foreignKeys) {
      const { foreignTable, foreignColumns } = key.reference();
      const { name, schema = defaultSchema } = tableAddress(foreignTable);
      const address = `${schema}.${name}`;
      if (known.has(address)) continue;
      const columns = foreignColumns.map((column) => ({
        name: reading.nameOf(column),
        type: typeOf(column),
      }));
      const unique: Constraint = {
        kind: "unique",
        columns: columns.map((column) => ({ name: column.name })),
      };
      const parent = parents.get(address) ?? tableOf({ schema, name });
      const added = columns.filter((column) => !parent.columns.some((each) => each.name === column.name));
      const isNew = !parent.constraints.some((each) => JSON.stringify(each) === JSON.stringify(unique));
      parents.set(address, {
        ...parent,
        columns: [...parent.columns, ...added],
        constraints: isNew ? [...parent.constraints, unique] : parent.constraints,
      });
    }
  }
  return [...parents.values()];
}

function actionOf(action: string | undefined): ForeignKeyAction | undefined {
  switch (action) {
    case "cascade":
    case "restrict":
    case "set null":
    case "set default":
      return action;
    default:
      return undefined;
  }
}

/** Drizzle 0.45 passes over what it does not know in the third argument; so a part that was put wrongly would be missing in silence. */
function refuseUnknownParts(table: object, name: string): void {
  for (const part of extraConfigOf(table)) {
    if (PARTS.some((kind) => isKind(part, kind))) continue;
    const kind = entityKinds(part)[0] ?? (part === null ? "null" : typeof part);
    throw unsupported(
      name,
      `The third argument of ${name} gives something that is no index, constraint or policy (${kind}).`,
      'Return each of them as an element of the list: (table) => [index("name").on(table.column)].',
    );
  }
}

const PARTS = ["Pg", "SQLite"].flatMap((engine) => [
  `${engine}IndexBuilder`,
  `${engine}CheckBuilder`,
  `${engine}UniqueConstraintBuilder`,
  `${engine}PrimaryKeyBuilder`,
  `${engine}ForeignKeyBuilder`,
  `${engine}Policy`,
]);
