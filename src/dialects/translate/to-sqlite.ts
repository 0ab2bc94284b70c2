import {
  type Column,
  type Constraint,
  type DatabaseModel,
  emptyModel,
  type ObjectAddress,
  primaryKeyOf,
  type Table,
  tableOf,
  tidyModel,
  type View,
} from "../../schema/index.js";
import { constraintToSqlite } from "./constraint-to-sqlite.js";
import { defaultToSqlite } from "./default-to-sqlite.js";
import { expressionToSqlite, storedExpressionToSqlite, type ToSqliteScope } from "./expression-to-sqlite.js";
import { indexToSqlite } from "./index-to-sqlite.js";
import { quoteText } from "./literal-to-sqlite.js";
import { type PostgresType, readPostgresType } from "./postgres-type.js";
import { type TranslateOptions, type Translation, TranslationReport } from "./translation.js";
import { typeCheck } from "./type-checks.js";
import { type SqliteRule, sqliteRule } from "./types-to-sqlite.js";

/** A model of PostgreSQL as SQLite would have it. */
export function translateToSqlite(model: DatabaseModel, options: TranslateOptions = {}): Translation {
  const report = new TranslationReport();
  const translator = new ToSqlite(model, options, report);
  const translated = tidyModel({
    ...emptyModel("sqlite"),
    schemas: [{ name: "main" }],
    tables: model.tables.flatMap((table) => translator.table(table)),
    views: model.views.flatMap((view) => translator.view(view)),
  });
  translator.leaveOut();
  return { model: translated, refused: report.refused, notes: report.notes };
}

class ToSqlite {
  readonly #model: DatabaseModel;
  readonly #options: TranslateOptions;
  readonly #report: TranslationReport;
  readonly #schemas: ReadonlySet<string>;
  /** Sequences that number a column are taken over by it. */
  readonly #usedSequences = new Set<string>();

  constructor(model: DatabaseModel, options: TranslateOptions, report: TranslationReport) {
    this.#model = model;
    this.#options = options;
    this.#report = report;
    const home = model.schemas.map((schema) => schema.name);
    this.#schemas = new Set(home.length === 1 ? home : ["public"]);
  }

  table(table: Table): readonly Table[] {
    const object: ObjectAddress = { kind: "table", schema: table.schema, name: table.name };
    if (!this.#isHome(object)) return [];
    for (const [what, isThere] of [
      ["is partitioned", table.kind === "partitioned" || table.partitionOf !== undefined],
      ["is a foreign table", table.kind === "foreign"],
      ["inherits from another table", (table.inherits ?? []).length > 0],
      ["has row security", table.rowSecurity !== undefined || (table.policies ?? []).length > 0],
    ] as const)
      if (isThere) this.#report.refuse(object, `${table.name} ${what}, which SQLite has not.`);
    for (const { name } of table.triggers) {
      const trigger: ObjectAddress = { kind: "trigger", schema: table.schema, table: table.name, name };
      this.#report.refuse(trigger, `The trigger ${name} of ${table.name} has to be written anew for SQLite.`);
    }
    if (table.unlogged === true)
      this.#report.note(object, `${table.name} is unlogged; SQLite has one kind of table.`);
    const scope = this.#scopeOf(table);
    const columns = table.columns.map((column) => this.#column(table, column, scope));
    return [
      tableOf({
        schema: "main",
        name: table.name,
        columns: columns.map((each) => each.column),
        constraints: [
          ...columns.flatMap((each) => each.checks),
          ...table.constraints.flatMap((constraint) =>
            constraintToSqlite(table, constraint, scope, {
              report: this.#report,
              numbers: (column) => this.#numbers(table, column),
            }),
          ),
        ],
        indexes: table.indexes.flatMap((index) => indexToSqlite(table, index, scope, this.#report)),
      }),
    ];
  }

  view(view: View): readonly View[] {
    const object: ObjectAddress = { kind: "view", schema: view.schema, name: view.name };
    if (!this.#isHome(object)) return [];
    if (view.materialized === true) {
      this.#report.refuse(object, `${view.name} is a materialized view, which SQLite has not.`);
      return [];
    }
    const options = Object.keys(view.options ?? {});
    if (options.length > 0)
      this.#report.refuse(object, `The view ${view.name} has ${options.join(", ")}, which SQLite has not.`);
    const definition = this.#try(object, `The query of ${view.name}`, () =>
      expressionToSqlite(view.definition, {
        ...this.#scope((name) => this.#typeAnywhere(name)),
        isLasting: false,
      }),
    );
    if (definition === undefined) return [];
    return [{ schema: "main", name: view.name, definition, triggers: [], indexes: [] }];
  }

  /** Objects of kinds that SQLite has not. */
  leaveOut(): void {
    const { sequences, routines, others } = this.#model;
    for (const { schema, name } of sequences) {
      if (this.#usedSequences.has(name)) continue;
      this.#report.refuse({ kind: "sequence", schema, name }, `${name} is a sequence, which SQLite has not.`);
    }
    for (const { schema, name } of routines)
      this.#report.refuse({ kind: "routine", schema, name }, `${name} is a function, which SQLite has not.`);
    for (const { schema, name, kind } of others)
      this.#report.refuse(
        { kind: "other", schema, name },
        `${name} is of a kind that is not translated: ${kind}.`,
      );
  }

  #column(
    table: Table,
    column: Column,
    scope: ToSqliteScope,
  ): { column: Column; checks: readonly Constraint[] } {
    const object: ObjectAddress = {
      kind: "column",
      schema: table.schema,
      table: table.name,
      name: column.name,
    };
    const path = `${table.name}.${column.name}`;
    if (this.#isNumbered(table, column, object)) {
      return { column: { name: column.name, type: "integer", notNull: true }, checks: [] };
    }
    const { rule, checks } = this.#type(object, path, column);
    if (column.collation !== undefined && !/(?:^|\.)"?(?:C|POSIX|default)"?$/.test(column.collation))
      this.#report.refuse(object, `${path} has the collation ${column.collation}, which SQLite has not.`);
    const { generated } = column;
    const said = (what: string, text: string | undefined, translate: (text: string) => string) =>
      text === undefined ? undefined : this.#try(object, `${what} of ${path}`, () => translate(text));
    const type = readPostgresType(this.#baseType(column.type));
    const expression = said("The expression", generated?.expression, (text) =>
      storedExpressionToSqlite(text, type, scope),
    );
    return {
      column: {
        name: column.name,
        type: rule?.type ?? "text",
        notNull: column.notNull,
        default: said("The default", column.default ?? this.#domainOf(column.type)?.default, (text) =>
          defaultToSqlite(text, type, scope),
        ),
        collation: rule?.collation,
        generated: generated && { expression: expression ?? "NULL", storage: generated.storage },
      },
      checks,
    };
  }

  #type(
    object: ObjectAddress,
    path: string,
    column: Column,
  ): { rule: SqliteRule | undefined; checks: readonly Constraint[] } {
    const chosen = this.#options.typeOf?.(object.table ?? "", column.name);
    if (chosen !== undefined) return { rule: { type: chosen }, checks: [] };
    const type = readPostgresType(column.type);
    const userType = this.#model.types.find((each) => isNamed(column.type, each));
    if (userType?.kind === "enum" && type.dimensions === 0) {
      const values = userType.values.map(quoteText).join(", ");
      return { rule: { type: "text" }, checks: [typeCheck(`"c" IN (${values})`, column.name)] };
    }
    const base = userType?.kind === "domain" ? readPostgresType(this.#baseType(column.type)) : type;
    const isKnown = userType === undefined || userType.kind === "domain" || type.dimensions > 0;
    const rule = isKnown ? sqliteRule(base) : undefined;
    if (rule === undefined) {
      this.#report.refuse(object, `${path} has the type ${column.type}, which does not translate to SQLite.`);
      return { rule: undefined, checks: [] };
    }
    const checks: Constraint[] = rule.check === undefined ? [] : [typeCheck(rule.check, column.name)];
    for (const check of userType?.kind === "domain" ? userType.checks : []) {
      const ofColumn = check.expression.replaceAll(/\bVALUE\b/g, `"${column.name.replaceAll('"', '""')}"`);
      const expression = this.#try(object, `A check of the type of ${path}`, () =>
        expressionToSqlite(ofColumn, {
          ...this.#scope((name) => (name === column.name ? base : undefined)),
        }),
      );
      if (expression !== undefined) checks.push({ kind: "check", expression });
    }
    return { rule, checks };
  }

  /** Whether a column gets its numbers by itself, as the primary key of SQLite does. */
  #isNumbered(table: Table, column: Column, object: ObjectAddress): boolean {
    const sequence = this.#model.sequences.find(
      ({ ownedBy }) =>
        ownedBy?.table === table.name && ownedBy.column === column.name && ownedBy.schema === table.schema,
    );
    const isSerial = /^(?:small|big)?serial[248]?$/i.test(column.type);
    if (
      !isSerial &&
      column.identity === undefined &&
      (sequence === undefined || !/nextval/i.test(column.default ?? ""))
    )
      return false;
    if (sequence !== undefined) this.#usedSequences.add(sequence.name);
    const path = `${table.name}.${column.name}`;
    const key = primaryKeyOf(table);
    if (key?.columns.length !== 1 || key.columns[0]?.name !== column.name)
      this.#report.refuse(
        object,
        `${path} numbers its rows and is not the primary key alone; SQLite numbers nothing else.`,
      );
    const { start, increment, minimum, maximum, cycle } = column.identity ?? sequence ?? {};
    const isPlain = [start ?? "1", increment ?? "1", minimum ?? "1"].every((value) => value === "1");
    if (!isPlain || maximum !== undefined || cycle === true)
      this.#report.refuse(object, `${path} numbers its rows in its own way; SQLite counts from 1 by 1.`);
    return true;
  }

  #numbers(table: Table, column: Column): boolean {
    return (
      column.identity !== undefined ||
      /^(?:small|big)?serial[248]?$/i.test(column.type) ||
      this.#model.sequences.some(
        ({ ownedBy }) =>
          ownedBy?.table === table.name && ownedBy.column === column.name && ownedBy.schema === table.schema,
      )
    );
  }

  #scopeOf(table: Table): ToSqliteScope {
    const types = new Map(
      table.columns.map((column) => [column.name, readPostgresType(this.#baseType(column.type))]),
    );
    return this.#scope((name) => types.get(name));
  }

  #scope(typeOf: ToSqliteScope["typeOf"]): ToSqliteScope {
    return {
      typeOf,
      isEnum: ({ base, dimensions }) =>
        dimensions === 0 && this.#model.types.some((type) => type.kind === "enum" && isNamed(base, type)),
      schemas: this.#schemas,
      isLasting: true,
    };
  }

  /** The type of a column that is of one type in all tables that have it: a query does not say whose it is. */
  #typeAnywhere(name: string): PostgresType | undefined {
    const types = new Set(
      this.#model.tables.flatMap((table) =>
        table.columns.filter((column) => column.name === name).map((column) => this.#baseType(column.type)),
      ),
    );
    const [only] = types;
    return types.size === 1 && only !== undefined ? readPostgresType(only) : undefined;
  }

  #domainOf(type: string) {
    const found = this.#model.types.find((each) => isNamed(type, each));
    return found?.kind === "domain" ? found : undefined;
  }

  #baseType(type: string): string {
    const domain = this.#domainOf(type);
    return domain === undefined ? type : this.#baseType(domain.type);
  }

  #isHome(object: ObjectAddress): boolean {
    if (this.#schemas.has(object.schema)) return true;
    this.#report.refuse(
      object,
      `${object.schema}.${object.name} is in a schema of its own, and SQLite has one.`,
    );
    return false;
  }

  #try(object: ObjectAddress, what: string, work: () => string): string | undefined {
    return this.#report.attempt(object, what, "SQLite", work);
  }
}

/** Whether a type is the one of that name, in whatever quotes and with or without its schema. */
function isNamed(
  type: string,
  { schema, name }: { readonly schema: string; readonly name: string },
): boolean {
  const plain = type.replaceAll(/\[\d*\]/g, "").replaceAll('"', "");
  return plain === `${schema}.${name}` || plain === name;
}
