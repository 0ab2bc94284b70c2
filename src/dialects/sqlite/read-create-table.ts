import type { Column, ConflictAction, Constraint, KeyColumn, Table } from "../../schema/index.js";
import type { Token } from "../../sql/index.js";
import { defaultText, type ExpressionScope, expressionText, scopeOf } from "./expression-scope.js";
import { nameOf, readDeferral, readReferences } from "./read-references.js";
import { splitAtCommas, TokenCursor } from "./token-cursor.js";

/** What CREATE TABLE says beyond what the pragmas tell. Columns are in the order of the definition. */
export interface TableDefinition {
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly Constraint[];
  readonly options: Table["options"];
}

export type ColumnDefinition = Pick<Column, "name" | "default" | "collation" | "generated"> & {
  /** As written; empty where there is none. */
  readonly type: string;
  readonly notNull: boolean;
  readonly notNullConflict: ConflictAction | undefined;
};

/**
 * Reads CREATE TABLE: https://sqlite.org/lang_createtable.html. `columns` are the names that the pragma
 * tells; foreign keys that name no columns of their parent come with none.
 */
export function readCreateTable(sql: string, table: string, columns: readonly string[]): TableDefinition {
  const cursor = new TokenCursor(sql, `table ${table}`);
  const reader = new DefinitionReader(cursor, scopeOf(sql, table, columns));
  cursor.expect("CREATE TABLE");
  cursor.qualifiedName();
  cursor.expectSymbol("(");
  do {
    if (reader.startsTableConstraint()) reader.tableConstraint();
    else reader.column();
    // SQLite lets table constraints follow each other without a comma.
    while (reader.startsTableConstraint()) reader.tableConstraint();
  } while (cursor.acceptSymbol(","));
  cursor.expectSymbol(")");
  return { columns: reader.columns, constraints: reader.constraints, options: readOptions(cursor) };
}

/** STRICT and WITHOUT ROWID are told by a pragma, RANDOM ROWID (of libSQL) only here. */
function readOptions(cursor: TokenCursor): TableDefinition["options"] {
  let options: TableDefinition["options"];
  while (cursor.current !== undefined) {
    if (cursor.accept("RANDOM ROWID")) options = RANDOM_ROWID;
    else if (!cursor.accept("STRICT")) cursor.expect("WITHOUT ROWID");
    if (cursor.current !== undefined) cursor.expectSymbol(",");
  }
  return options;
}

/** https://docs.turso.tech/libsql: rowids are drawn at random. */
export const RANDOM_ROWID = { "random rowid": "on" } as const;

interface Names {
  /** The name that CONSTRAINT gave to what comes next. */
  pending: string | undefined;
}

class DefinitionReader {
  readonly columns: ColumnDefinition[] = [];
  readonly constraints: Constraint[] = [];
  readonly #cursor: TokenCursor;
  readonly #scope: ExpressionScope;
  readonly #names: Names = { pending: undefined };

  constructor(cursor: TokenCursor, scope: ExpressionScope) {
    this.#cursor = cursor;
    this.#scope = scope;
  }

  startsTableConstraint(): boolean {
    const cursor = this.#cursor;
    return TABLE_CONSTRAINT_STARTS.has(cursor.word()) && this.columns.length > 0;
  }

  tableConstraint(): void {
    const cursor = this.#cursor;
    const name = cursor.accept("CONSTRAINT") ? cursor.name() : undefined;
    if (cursor.accept("PRIMARY KEY")) {
      const { columns, autoincrement } = this.#keyColumns();
      const conflict = this.#conflict();
      this.constraints.push({ kind: "primary-key", name, columns, autoincrement, conflict });
    } else if (cursor.accept("UNIQUE")) {
      const { columns } = this.#keyColumns();
      this.constraints.push({ kind: "unique", name, columns, conflict: this.#conflict() });
    } else if (cursor.accept("CHECK")) {
      this.#check(name);
    } else if (cursor.accept("FOREIGN KEY")) {
      const columns = splitAtCommas(cursor.group()).map((list) => nameOf(list));
      cursor.expect("REFERENCES");
      this.constraints.push(readReferences(cursor, name, columns));
    } else if (name === undefined) {
      throw cursor.failure("a constraint");
    }
  }

  column(): void {
    const cursor = this.#cursor;
    const name = cursor.name();
    const type = this.#type();
    const facts: { -readonly [K in keyof ColumnDefinition]?: ColumnDefinition[K] } = {};
    this.#names.pending = undefined;
    while (!cursor.isSymbol(",") && !cursor.isSymbol(")")) this.#columnConstraint(name, facts);
    this.columns.push({ name, type, notNull: false, notNullConflict: undefined, ...facts });
  }

  // https://sqlite.org/syntax/type-name.html; SQLite takes any words up to the first constraint as the type.
  #type(): string {
    const cursor = this.#cursor;
    const start = cursor.current?.start;
    let end = start;
    while (!this.#endsType()) {
      if (cursor.isSymbol("(")) cursor.group();
      else cursor.next();
      end = cursor.previous?.end;
    }
    return cursor.source.slice(start, end);
  }

  #endsType(): boolean {
    const cursor = this.#cursor;
    if (cursor.current === undefined || cursor.isSymbol(",") || cursor.isSymbol(")")) return true;
    if (cursor.word() === "GENERATED" && cursor.word(1) === "ALWAYS") return true;
    return COLUMN_CONSTRAINT_STARTS.has(cursor.word());
  }

  #columnConstraint(
    column: string,
    facts: { -readonly [K in keyof ColumnDefinition]?: ColumnDefinition[K] },
  ): void {
    const cursor = this.#cursor;
    if (cursor.accept("CONSTRAINT")) {
      this.#names.pending = cursor.name();
      return;
    }
    const name = this.#names.pending;
    this.#names.pending = undefined;
    if (cursor.accept("PRIMARY KEY")) {
      const descending = this.#direction();
      const conflict = this.#conflict();
      const autoincrement = cursor.accept("AUTOINCREMENT");
      const columns = [{ name: column, descending }];
      this.constraints.push({
        kind: "primary-key",
        name,
        columns,
        autoincrement,
        conflict,
        rowidAlias: !descending,
      });
    } else if (cursor.accept("NOT NULL")) {
      facts.notNull = true;
      facts.notNullConflict = this.#conflict();
    } else if (cursor.accept("NULL")) {
      this.#conflict();
    } else if (cursor.accept("UNIQUE")) {
      this.constraints.push({
        kind: "unique",
        name,
        columns: [{ name: column }],
        conflict: this.#conflict(),
      });
    } else if (cursor.accept("CHECK")) {
      this.#check(name);
    } else if (cursor.accept("DEFAULT")) {
      facts.default = defaultText(this.#defaultTokens(), this.#scope);
    } else if (cursor.accept("COLLATE")) {
      facts.collation = collationOf(cursor.name());
    } else if (cursor.accept("REFERENCES")) {
      this.constraints.push(readReferences(cursor, name, [column]));
    } else if (cursor.accept("GENERATED ALWAYS AS") || cursor.accept("AS")) {
      const expression = expressionText(cursor.group(), this.#scope);
      const storage = cursor.accept("STORED") ? "stored" : "virtual";
      if (storage === "virtual") cursor.accept("VIRTUAL");
      facts.generated = { expression, storage };
    } else if (["DEFERRABLE", "NOT", "INITIALLY"].includes(cursor.word())) {
      this.#deferLast();
    } else {
      throw cursor.failure("a constraint of a column");
    }
  }

  #defaultTokens(): readonly Token[] {
    const cursor = this.#cursor;
    if (cursor.isSymbol("(")) return cursor.group();
    const first = cursor.next();
    return first.text === "+" || first.text === "-" ? [first, cursor.next()] : [first];
  }

  #check(name: string | undefined): void {
    const expression = expressionText(this.#cursor.group(), this.#scope);
    // ON CONFLICT is read here by SQLite and has no effect.
    this.#conflict();
    this.constraints.push({ kind: "check", name, expression });
  }

  #keyColumns(): { columns: readonly KeyColumn[]; autoincrement: boolean } {
    const lists = splitAtCommas(this.#cursor.group());
    let autoincrement = false;
    const columns = lists.map((list): KeyColumn => {
      const words = list.map((token) => (token.kind === "word" ? token.text.toUpperCase() : ""));
      if (words.at(-1) === "AUTOINCREMENT") autoincrement = true;
      const collate = words.indexOf("COLLATE", 1);
      return {
        name: nameOf(list),
        collation: collate === -1 ? undefined : nameOf(list.slice(collate + 1)),
        descending: words.includes("DESC", 1),
      };
    });
    return { columns, autoincrement };
  }

  /** A deferral may also stand apart from its REFERENCES; it then speaks of the last one. */
  #deferLast(): void {
    const deferral = readDeferral(this.#cursor);
    const last = this.constraints.at(-1);
    if (last?.kind !== "foreign-key") throw this.#cursor.failure("a foreign key before DEFERRABLE");
    this.constraints[this.constraints.length - 1] = {
      ...last,
      deferrable: undefined,
      initiallyDeferred: undefined,
      ...deferral,
    };
  }

  #direction(): boolean {
    const descending = this.#cursor.accept("DESC");
    if (!descending) this.#cursor.accept("ASC");
    return descending;
  }

  #conflict(): ConflictAction | undefined {
    const cursor = this.#cursor;
    if (!cursor.accept("ON CONFLICT")) return undefined;
    const action = CONFLICT_ACTIONS[cursor.word()];
    if (!cursor.accept("ABORT") && action === undefined) throw cursor.failure("a way to solve a conflict");
    if (action !== undefined) cursor.next();
    return action;
  }
}

const TABLE_CONSTRAINT_STARTS = new Set(["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]);

const COLUMN_CONSTRAINT_STARTS = new Set([
  "CONSTRAINT",
  "PRIMARY",
  "NOT",
  "NULL",
  "UNIQUE",
  "CHECK",
  "DEFAULT",
  "COLLATE",
  "REFERENCES",
  "AS",
]);

const CONFLICT_ACTIONS: Readonly<Record<string, ConflictAction>> = {
  ROLLBACK: "rollback",
  FAIL: "fail",
  IGNORE: "ignore",
  REPLACE: "replace",
};

/** BINARY is what a column has anyway. */
function collationOf(name: string): string | undefined {
  return name.toUpperCase() === "BINARY" ? undefined : name;
}
