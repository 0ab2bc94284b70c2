import type { Connection } from "../../connection/index.js";
import { loadTranslation } from "../../dialects/index.js";
import type { Column, DatabaseModel, Table } from "../../schema/index.js";
import { primaryKeyOf } from "../../schema/index.js";
import type { ColumnPlan, TablePlan } from "../table-plan.js";
import { canonicalType } from "./canonical-type.js";
import type { ColumnFit } from "./column-fit.js";
import type { ColumnFinding } from "./finding.js";
import type { Fit } from "./fit.js";
import { fitTable } from "./fit-table.js";
import { type ColumnChoice, type Mapping, refuseUnknownNames } from "./mapping.js";
import { findByName } from "./name-match.js";
import { presumeTable } from "./presume-table.js";
import { type ColumnQuestion, typeOfUnknown } from "./settle-type.js";
import { quoteName, readEncoding } from "./table-reader.js";
import { taggedExpression } from "./tagged-value.js";
import { textExpression } from "./text-expression.js";

export interface FitRequest {
  /** In the snapshot from which the rows will be read. */
  readonly source: Connection;
  readonly model: DatabaseModel;
  /** Tables of the target that are given from elsewhere: their types stand. The others come from the translation. */
  readonly wanted?: DatabaseModel | undefined;
  readonly mapping?: Mapping | undefined;
  /** Where a table may be taken for what its declarations say, until its rows are read; otherwise every value is looked at now. */
  readonly presume?: Presumption | undefined;
  readonly exclude?: ((table: string) => boolean) | undefined;
  readonly onTable?: ((table: string, done: number, of: number) => void) | undefined;
}

export interface Presumption {
  /** Tables of no more rows than this are looked at all the same. */
  readonly rowsLookedAt: number;
  /** Tables whose values are changed on their way. */
  readonly except: ReadonlySet<string>;
}

/** Looks at every value of a SQLite database and says what it is on PostgreSQL. */
export async function fitToPostgres(request: FitRequest): Promise<Fit> {
  const { source, model, wanted, mapping, exclude, presume } = request;
  const tables = model.tables.filter((table) => table.kind === "ordinary" && exclude?.(table.name) !== true);
  if (mapping !== undefined) refuseUnknownNames(mapping, tables);
  const encoding = await readEncoding(source);
  const asker = await Asker.of(model, wanted, mapping);
  const fits = new Map<string, readonly ColumnFit[]>();
  const findings: ColumnFinding[] = [];
  const conditions = new Map<string, string>();
  for (const [index, table] of tables.entries()) {
    request.onTable?.(table.name, index, tables.length);
    const questions = asker.questions(table);
    const presumed =
      presume !== undefined &&
      encoding === "utf-8" &&
      !presume.except.has(table.name) &&
      questions.every(({ column }) => asker.hasColumn(table, column))
        ? await presumeTable(source, table, questions, presume.rowsLookedAt)
        : undefined;
    if (presumed !== undefined) conditions.set(table.name, presumed.condition);
    const columns = presumed?.columns ?? (await fitTable(source, table, questions, encoding));
    fits.set(
      table.name,
      columns.filter(({ column }) => asker.hasColumn(table, column)),
    );
    for (const fit of columns)
      findings.push(asker.hasColumn(table, fit.column) ? fit.finding : noColumn(fit));
  }
  return {
    findings,
    presumed: new Set(conditions.keys()),
    typeOf: (table, column) => {
      const fit = findByName(fits.get(table) ?? [], column, (each) => each.column.name);
      return fit === undefined ? undefined : asker.changedType(table, fit);
    },
    plan: (target) =>
      tables.flatMap((table) => {
        const columns = fits.get(table.name);
        const at = findByName(target.tables, table.name, (each) => each.name);
        if (columns === undefined || at === undefined) return [];
        const plan = planTable(table, at, columns, (column) => taggedExpression(column, encoding));
        return [{ ...plan, presumed: conditions.get(table.name) }];
      }),
  };
}

function planTable(
  source: Table,
  target: Table,
  fits: readonly ColumnFit[],
  tagged: (column: string) => string,
): TablePlan {
  const columns = fits.flatMap(({ column, finding, treatment, isClean, hasNulls }): ColumnPlan[] => {
    const at = findByName(target.columns, column.name, (each) => each.name);
    if (at === undefined || at.generated !== undefined) return [];
    const name = quoteName(column.name);
    const text = isClean ? textExpression(name, treatment.type) : undefined;
    return [
      {
        source: column,
        target: at,
        conversion: finding.convert.join(", ") || "none",
        select: treatment.reading === "tagged" ? tagged(name) : name,
        treatment,
        ...(text === undefined ? {} : { selectText: text.sql, isPlain: text.isPlain, hasNulls }),
      },
    ];
  });
  return { source, target, columns };
}

/** A column that the target has not is a loss, unless somebody said that its values may go. */
function noColumn({ finding }: ColumnFit): ColumnFinding {
  const isOpen = finding.values > 0 && finding.otherwise === "stop";
  const misfits =
    finding.values === 0 ? [] : [{ misfit: "no-column" as const, count: finding.values, samples: [] }];
  return { ...finding, type: "", misfits, isOpen, suggestion: isOpen ? { otherwise: "null" } : undefined };
}

/** What is asked of each column, before its values are looked at. */
class Asker {
  readonly #base: DatabaseModel;
  readonly #wanted: DatabaseModel | undefined;
  readonly #mapping: Mapping | undefined;
  readonly #isKnown: (declared: string) => boolean;
  readonly #canonical: (type: string) => string;

  static async of(
    model: DatabaseModel,
    wanted: DatabaseModel | undefined,
    mapping: Mapping | undefined,
  ): Promise<Asker> {
    const translation = await loadTranslation();
    const base = translation.translateModel(model, "postgres").model;
    return new Asker(base, wanted, mapping, translation);
  }

  constructor(
    base: DatabaseModel,
    wanted: DatabaseModel | undefined,
    mapping: Mapping | undefined,
    { postgresTypeOf, readSqliteType, readPostgresType }: Awaited<ReturnType<typeof loadTranslation>>,
  ) {
    this.#base = base;
    this.#wanted = wanted;
    this.#mapping = mapping;
    this.#isKnown = (declared) => postgresTypeOf(readSqliteType(declared)) !== undefined;
    this.#canonical = (type) => canonicalType(readPostgresType(type));
  }

  #at(table: string): { readonly table: Table | undefined; readonly isWanted: boolean } {
    const wanted = findByName(this.#wanted?.tables ?? [], table, (each) => each.name);
    if (wanted !== undefined) return { table: wanted, isWanted: true };
    return { table: findByName(this.#base.tables, table, (each) => each.name), isWanted: false };
  }

  #columnAt(table: string, column: string): Column | undefined {
    return findByName(this.#at(table).table?.columns ?? [], column, (each) => each.name);
  }

  hasColumn(table: Table, column: Column): boolean {
    const at = this.#columnAt(table.name, column.name);
    return at !== undefined && at.generated === undefined;
  }

  questions(table: Table): readonly ColumnQuestion[] {
    return table.columns
      .filter((column) => column.generated === undefined && column.hidden !== true)
      .map((column) => this.#question(table, column));
  }

  #question(table: Table, column: Column): ColumnQuestion {
    const choice: ColumnChoice = this.#mapping?.tables.get(table.name)?.get(column.name) ?? {};
    const at = this.#columnAt(table.name, column.name);
    const ask = (type: string | undefined, isFixed: boolean): ColumnQuestion => ({
      column,
      type,
      isFixed,
      choice,
    });
    if (at?.identity !== undefined) return ask(at.type, true);
    if (choice.type !== undefined) return ask(this.#canonical(choice.type), true);
    if (this.#at(table.name).isWanted) return ask(at?.type ?? "text", true);
    if (!this.#isKnown(column.type)) return ask(typeOfUnknown(column.type), false);
    // What json keeps is the text itself; jsonb would write another. Only jsonb can be compared, which a key or index has to.
    if (at?.type === "jsonb" && !isKeyed(table, column)) return ask("json", true);
    return ask(at?.type ?? "text", at?.type.endsWith("with time zone") === true);
  }

  changedType(table: string, { column, finding }: ColumnFit): string | undefined {
    if (this.#at(table).isWanted) return undefined;
    const at = this.#columnAt(table, column.name);
    const isSame = at?.type === finding.type && this.#isKnown(column.type);
    return isSame || at?.identity !== undefined ? undefined : finding.type;
  }
}

function isKeyed(table: Table, column: Column): boolean {
  const isNamed = (name: string | undefined) => name?.toLowerCase() === column.name.toLowerCase();
  if (primaryKeyOf(table)?.columns.some(({ name }) => isNamed(name))) return true;
  return (
    table.constraints.some(
      (each) => each.kind === "unique" && each.columns.some(({ name }) => isNamed(name)),
    ) || table.indexes.some((index) => index.parts.some((part) => isNamed(part.column)))
  );
}
