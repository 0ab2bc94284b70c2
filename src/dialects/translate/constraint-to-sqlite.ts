import type { Column, Constraint, ObjectAddress, Table } from "../../schema/index.js";
import { expressionToSqlite, type ToSqliteScope } from "./expression-to-sqlite.js";
import type { TranslationReport } from "./translation.js";

export interface ConstraintContext {
  readonly report: TranslationReport;
  /** Whether a column gets its numbers by itself. */
  readonly numbers: (column: Column) => boolean;
}

/** A constraint of PostgreSQL as SQLite has it; none where it has no such one, which is told. */
export function constraintToSqlite(
  table: Table,
  constraint: Constraint,
  scope: ToSqliteScope,
  { report, numbers }: ConstraintContext,
): readonly Constraint[] {
  const name = constraint.name ?? constraint.kind;
  const object: ObjectAddress = { kind: "constraint", schema: table.schema, table: table.name, name };
  const refuse = (reason: string): readonly Constraint[] => {
    report.refuse(object, `${table.name}.${name} ${reason}, which SQLite has not.`);
    return [];
  };
  switch (constraint.kind) {
    case "exclusion":
      return refuse("excludes rows");
    case "check": {
      const expression = report.attempt(object, `The check ${name} of ${table.name}`, "SQLite", () =>
        expressionToSqlite(constraint.expression, scope),
      );
      return expression === undefined ? [] : [{ kind: "check", name: constraint.name, expression }];
    }
    case "foreign-key": {
      if (constraint.onDeleteColumns !== undefined) return refuse("sets only some columns on delete");
      if (constraint.match !== undefined && constraint.columns.length > 1)
        return refuse(`has MATCH ${constraint.match}`);
      if (!scope.schemas.has(constraint.references.schema)) return refuse("refers to another schema");
      const { notValid: _, match: __, comment: ___, ...key } = constraint;
      return [{ ...key, references: { ...constraint.references, schema: "main" } }];
    }
    case "primary-key":
    case "unique": {
      if (constraint.deferrable === true) return refuse("is checked later");
      if (constraint.kind === "unique" && constraint.nullsNotDistinct === true)
        return refuse("takes NULLs as equal");
      if (constraint.withoutOverlaps === true) return refuse("is WITHOUT OVERLAPS");
      if ((constraint.include ?? []).length > 0)
        report.note(object, `The further columns of ${name} are left out.`);
      const columns = constraint.columns.map((column) => ({ name: column.name }));
      if (constraint.kind === "unique") return [{ kind: "unique", name: constraint.name, columns }];
      const column = table.columns.find((each) => each.name === columns[0]?.name);
      const autoincrement = column !== undefined && numbers(column);
      // A name of the key would stand between the column and AUTOINCREMENT, and tells nothing.
      return [{ kind: "primary-key", columns, autoincrement: autoincrement || undefined }];
    }
  }
}
