import {
  type Check,
  type Column,
  type Constraint,
  type DatabaseModel,
  emptyModel,
  type IndexDefinition,
  type IndexPart,
  type ObjectAddress,
  primaryKeyOf,
  type Table,
  tableOf,
  tidyModel,
  type View,
} from "../../schema/index.js";
import { withNamedDependencies } from "../named-dependencies.js";
import { ConstraintNames } from "./constraint-names.js";
import { defaultToPostgres } from "./default-to-postgres.js";
import {
  conditionToPostgres,
  expressionToPostgres,
  storedExpressionToPostgres,
  type ToPostgresScope,
} from "./expression-to-postgres.js";
import { type TranslateOptions, type Translation, TranslationReport } from "./translation.js";
import { toldType } from "./type-checks.js";
import { postgresTypeOf, readSqliteType } from "./types-to-postgres.js";

/** A model of SQLite as PostgreSQL would have it, in the schema `public`. */
export function translateToPostgres(model: DatabaseModel, options: TranslateOptions = {}): Translation {
  const report = new TranslationReport();
  const translator = new ToPostgres(model, options, report);
  const tables = model.tables.flatMap((table) => translator.table(table));
  const usesCitext = tables.some((table) => table.columns.some((column) => column.type === "citext"));
  const translated = tidyModel(
    withNamedDependencies({
      ...emptyModel("postgres"),
      schemas: [{ name: HOME }],
      extensions: usesCitext ? [{ name: "citext", schema: HOME }] : [],
      tables,
      views: model.views.flatMap((view) => translator.view(view)),
    }),
  );
  return { model: translated, refused: report.refused, notes: report.notes };
}

const HOME = "public";

class ToPostgres {
  readonly #model: DatabaseModel;
  readonly #options: TranslateOptions;
  readonly #report: TranslationReport;
  readonly #names: ReadonlyMap<string, string>;

  constructor(model: DatabaseModel, options: TranslateOptions, report: TranslationReport) {
    this.#model = model;
    this.#options = options;
    this.#report = report;
    const relations = [...model.tables, ...model.views].map(({ name }) => name);
    const columns = model.tables.flatMap((table) => table.columns.map(({ name }) => name));
    this.#names = new Map([...columns, ...relations].map((name) => [name.toLowerCase(), name]));
  }

  table(table: Table): readonly Table[] {
    const object: ObjectAddress = { kind: "table", schema: HOME, name: table.name };
    if (table.kind === "virtual") {
      this.#report.refuse(
        object,
        `${table.name} is a virtual table (${table.virtual?.module ?? ""}), which PostgreSQL has not.`,
      );
      return [];
    }
    this.#refuseTriggers(table);
    const redundant = new Set<Constraint>();
    const types = new Map<string, string>();
    const columns = table.columns.map((column) => {
      const type = this.#type(table, column, redundant);
      types.set(column.name.toLowerCase(), type);
      return { column, type };
    });
    const scope: ToPostgresScope = {
      nameOf: (name) =>
        table.columns.find((each) => each.name.toLowerCase() === name.toLowerCase())?.name ??
        this.#names.get(name.toLowerCase()),
      typeOf: (name) => types.get(name.toLowerCase()),
      isQuery: false,
      isKept: true,
    };
    const namer = new ConstraintNames(table.name);
    return [
      tableOf({
        schema: HOME,
        name: table.name,
        columns: columns.map(({ column, type }) => this.#column(table, column, type, scope)),
        constraints: table.constraints
          .filter((constraint) => !redundant.has(constraint))
          .flatMap((constraint) => this.#constraint(table, constraint, scope, namer)),
        indexes: table.indexes.flatMap((index) => this.#index(table, index, scope)),
      }),
    ];
  }

  view(view: View): readonly View[] {
    const object: ObjectAddress = { kind: "view", schema: HOME, name: view.name };
    this.#refuseTriggers(view);
    const scope: ToPostgresScope = {
      nameOf: (name) => this.#names.get(name.toLowerCase()),
      typeOf: (name) => this.#typeAnywhere(name),
      isQuery: true,
      isKept: false,
    };
    const definition = this.#try(object, `The query of ${view.name}`, () =>
      expressionToPostgres(view.definition, scope),
    );
    if (definition === undefined) return [];
    return [{ schema: HOME, name: view.name, definition, columns: view.columns, triggers: [], indexes: [] }];
  }

  #refuseTriggers(owner: Pick<Table, "name" | "triggers">): void {
    for (const { name } of owner.triggers) {
      const object: ObjectAddress = { kind: "trigger", schema: HOME, table: owner.name, name };
      this.#report.refuse(
        object,
        `The trigger ${name} of ${owner.name} has to be written anew for PostgreSQL.`,
      );
    }
  }

  #typeAnywhere(name: string): string | undefined {
    const types = new Set(
      this.#model.tables.flatMap((table) =>
        table.columns
          .filter((column) => column.name.toLowerCase() === name.toLowerCase())
          .map((column) => postgresTypeOf(readSqliteType(column.type))),
      ),
    );
    return types.size === 1 ? [...types][0] : undefined;
  }

  #type(table: Table, column: Column, redundant: Set<Constraint>): string {
    const object: ObjectAddress = { kind: "column", schema: HOME, table: table.name, name: column.name };
    const path = `${table.name}.${column.name}`;
    const chosen = this.#options.typeOf?.(table.name, column.name);
    const declared = chosen ?? postgresTypeOf(readSqliteType(column.type));
    const told = toldType(table, column, declared);
    for (const check of told.redundant) redundant.add(check);
    if (chosen !== undefined) return chosen;
    if (declared === undefined) {
      const type = column.type === "" ? "no type" : `the type ${column.type}`;
      this.#report.refuse(object, `${path} has ${type}, which does not translate to PostgreSQL.`);
      return "text";
    }
    if (column.collation === undefined) return told.isJson ? "jsonb" : declared;
    if (column.collation.toUpperCase() === "NOCASE" && /^(?:text|character varying)/.test(declared))
      return "citext";
    this.#report.refuse(object, `${path} has the collation ${column.collation}, which PostgreSQL has not.`);
    return declared;
  }

  #column(table: Table, column: Column, type: string, scope: ToPostgresScope): Column {
    const object: ObjectAddress = { kind: "column", schema: HOME, table: table.name, name: column.name };
    const path = `${table.name}.${column.name}`;
    const key = primaryKeyOf(table);
    const isRowid =
      key?.columns.length === 1 &&
      key.columns[0]?.name.toLowerCase() === column.name.toLowerCase() &&
      /^integer$/i.test(column.type) &&
      key.rowidAlias !== false &&
      table.withoutRowid !== true;
    if (isRowid) {
      const identity = { generation: "by default" } as const;
      return { name: column.name, type: "bigint", notNull: true, identity };
    }
    if (column.notNullOptions?.conflict !== undefined)
      this.#report.refuse(object, `${path} has ON CONFLICT, which PostgreSQL has not.`);
    const said = (what: string, text: string | undefined, translate: (text: string) => string) =>
      text === undefined ? undefined : this.#try(object, `${what} of ${path}`, () => translate(text));
    const { generated } = column;
    if (generated?.storage === "virtual")
      this.#report.note(object, `${path} is computed when it is written, not when it is read.`);
    const expression = said("The expression", generated?.expression, (text) =>
      storedExpressionToPostgres(text, type, scope),
    );
    return {
      name: column.name,
      type,
      notNull: column.notNull,
      default: said("The default", column.default, (text) => defaultToPostgres(text, type, scope)),
      generated: generated && { expression: expression ?? "NULL", storage: "stored" },
    };
  }

  #constraint(
    table: Table,
    constraint: Constraint,
    scope: ToPostgresScope,
    names: ConstraintNames,
  ): readonly Constraint[] {
    const name = constraint.name ?? names.next(constraint);
    const object: ObjectAddress = { kind: "constraint", schema: HOME, table: table.name, name };
    switch (constraint.kind) {
      case "exclusion":
        return [];
      case "check": {
        const expression = this.#try(object, `The check ${name} of ${table.name}`, () =>
          conditionToPostgres(constraint.expression, { ...scope, isKept: false }),
        );
        return expression === undefined ? [] : [{ kind: "check", name, expression } satisfies Check];
      }
      case "foreign-key": {
        const { match: _, ...key } = constraint;
        if (key.references.columns.length === 0) {
          this.#report.refuse(object, `${table.name}.${name} refers to a table that does not exist.`);
          return [];
        }
        return [{ ...key, name, references: { ...constraint.references, schema: HOME } }];
      }
      case "primary-key":
      case "unique": {
        if (constraint.conflict !== undefined)
          this.#report.refuse(object, `${table.name}.${name} has ON CONFLICT, which PostgreSQL has not.`);
        if (constraint.columns.some((column) => column.collation !== undefined))
          this.#report.refuse(
            object,
            `${table.name}.${name} has a collation of its own, which PostgreSQL has not.`,
          );
        return [
          {
            kind: constraint.kind,
            name,
            columns: constraint.columns.map((column) => ({ name: column.name })),
          },
        ];
      }
    }
  }

  #index(table: Table, index: IndexDefinition, scope: ToPostgresScope): readonly IndexDefinition[] {
    const object: ObjectAddress = { kind: "index", schema: HOME, table: table.name, name: index.name };
    const parts: IndexPart[] = [];
    for (const part of index.parts) {
      const collation = part.collation?.toUpperCase();
      if (collation !== undefined && collation !== "NOCASE" && collation !== "BINARY") {
        this.#report.refuse(
          object,
          `The index ${index.name} has the collation ${part.collation}, which PostgreSQL has not.`,
        );
        return [];
      }
      const text = part.expression;
      const expression =
        text === undefined
          ? undefined
          : this.#try(object, `The index ${index.name}`, () => expressionToPostgres(text, scope));
      if (text !== undefined && expression === undefined) return [];
      const operand = expression ?? `"${(part.column ?? "").replaceAll('"', '""')}"`;
      const { descending } = part;
      if (collation === "NOCASE") parts.push({ expression: `lower(${operand})`, descending });
      else if (part.column !== undefined) parts.push({ column: part.column, descending });
      else parts.push({ expression: operand, descending });
    }
    const condition = index.where;
    const where =
      condition === undefined
        ? undefined
        : this.#try(object, `The condition of the index ${index.name}`, () =>
            conditionToPostgres(condition, scope),
          );
    if (condition !== undefined && where === undefined) return [];
    return [{ name: index.name, parts, unique: index.unique, where }];
  }

  #try(object: ObjectAddress, what: string, work: () => string): string | undefined {
    return this.#report.attempt(object, what, "PostgreSQL", work);
  }
}
