import { loadTranslation } from "../../dialects/index.js";
import type { Column, DatabaseModel, Table } from "../../schema/index.js";
import type { ColumnPlan } from "../table-plan.js";
import { canonicalType } from "./canonical-type.js";
import type { ColumnFinding } from "./finding.js";
import type { Fit } from "./fit.js";
import type { FitRequest } from "./fit-to-postgres.js";
import { invalid, type Mapping, refuseUnknownNames } from "./mapping.js";
import { findByName } from "./name-match.js";
import { PLAIN_CONTENT, readContent, type TypedColumn } from "./postgres-content.js";
import { type PostgresReading, readingAsNumber, readingOf } from "./read-postgres.js";
import { quoteName } from "./table-reader.js";

/** A column of PostgreSQL, how it is read, and the type that SQLite gets where the translation of types says another. */
interface SqliteFit {
  readonly column: Column;
  readonly reading: PostgresReading;
  readonly type: string | undefined;
  readonly finding: ColumnFinding;
}

/** Says how the values of a PostgreSQL database are written on SQLite, which can hold all of them. */
export async function fitToSqlite(request: FitRequest): Promise<Fit> {
  const { source, model, wanted, mapping, exclude } = request;
  const tables = model.tables.filter((table) => table.kind === "ordinary" && exclude?.(table.name) !== true);
  if (mapping !== undefined) refuseUnknownNames(mapping, tables);
  const { translateModel, readPostgresType } = await loadTranslation();
  const translation = translateModel(model, "sqlite");
  const base = wanted ?? translation.model;
  const isUnknown = (table: Table, column: Column) =>
    translation.refused.some(
      ({ object }) => object.kind === "column" && object.table === table.name && object.name === column.name,
    );
  const fits = new Map<string, readonly SqliteFit[]>();
  for (const [index, table] of tables.entries()) {
    request.onTable?.(table.name, index, tables.length);
    const columns = table.columns
      .filter((column) => column.generated === undefined)
      .map((column): TypedColumn => {
        const read = readPostgresType(baseType(model, column.type));
        return { column, type: { base: read.base, isArray: read.dimensions > 0 }, modifiers: read.modifiers };
      });
    const content = await readContent(source, table, columns);
    fits.set(
      table.name,
      columns.map((typed): SqliteFit => {
        const { column } = typed;
        const found = content.get(column.name);
        const chosen = mapping?.tables.get(table.name)?.get(column.name);
        const plain = readingOf(quoteName(column.name), typed.type, found?.content ?? PLAIN_CONTENT);
        const reading =
          chosen?.convert === undefined ? plain : readingChosen(table, column, chosen.convert, mapping);
        const at = findByName(
          findByName(base.tables, table.name, (each) => each.name)?.columns ?? [],
          column.name,
          (each) => each.name,
        );
        const type =
          chosen?.type ?? (isUnknown(table, column) ? "text" : typeByReading(typed, reading, at?.type));
        const note = noteOf(typed, reading, isUnknown(table, column));
        const finding: ColumnFinding = {
          table: table.name,
          column: column.name,
          declared: column.type,
          type: type ?? at?.type ?? "text",
          values: found?.values ?? 0,
          convert: chosen?.convert ?? [],
          converted: chosen?.convert === undefined ? 0 : (found?.values ?? 0),
          otherForm: 0,
          misfits: [],
          otherwise: "stop",
          isOpen: false,
          ...(note === undefined ? {} : { note }),
        };
        return { column, reading, type: wanted === undefined ? type : undefined, finding };
      }),
    );
  }
  return {
    presumed: new Set(),
    findings: [...fits.values()].flat().map(({ finding }) => finding),
    typeOf: (table, column) => fits.get(table)?.find((fit) => fit.column.name === column)?.type,
    plan: (target) =>
      tables.flatMap((table) => {
        const at = findByName(target.tables, table.name, (each) => each.name);
        if (at === undefined) return [];
        const columns = (fits.get(table.name) ?? []).flatMap((fit) => planColumn(fit, at));
        return [{ source: table, target: at, columns }];
      }),
  };
}

function planColumn({ column, reading, finding }: SqliteFit, at: Table): readonly ColumnPlan[] {
  const place = findByName(at.columns, column.name, (each) => each.name);
  if (place === undefined || place.generated !== undefined) return [];
  return [
    {
      source: column,
      target: place,
      conversion: finding.convert.join(", ") || "none",
      select: reading.select,
      treatment: { kind: "to-sqlite", form: reading.form },
    },
  ];
}

function readingChosen(
  table: Table,
  column: Column,
  convert: ColumnFinding["convert"],
  mapping: Mapping | undefined,
): PostgresReading {
  const [name, ...more] = convert;
  const reading =
    name === undefined || more.length > 0 ? undefined : readingAsNumber(quoteName(column.name), name);
  if (reading !== undefined) return reading;
  throw invalid(
    mapping?.file ?? "",
    `${table.name}.${column.name} asks for ${convert.join(", ")}; on the way to SQLite there are epoch-seconds, epoch-milliseconds and epoch-microseconds.`,
  );
}

/** A numeric that a REAL cannot hold in general is kept as text, unless every value of the column is a number of SQLite. */
function typeByReading(
  { type, modifiers }: TypedColumn,
  reading: PostgresReading,
  translated: string | undefined,
): string | undefined {
  if (type.base === "numeric" && reading.form === "number" && translated === "text")
    return canonicalType({ base: "numeric", modifiers, dimensions: 0 });
  if (type.base === "numeric" && reading.form === "text" && translated !== "text") return "text";
  if (type.isArray && !reading.select.startsWith("array_to_json")) return "text";
  return undefined;
}

function noteOf({ type }: TypedColumn, reading: PostgresReading, isUnknown: boolean): string | undefined {
  if (isUnknown) return "SQLite has no such type: its values are kept as the text that PostgreSQL shows.";
  if (type.isArray && !reading.select.startsWith("array_to_json"))
    return "Some of its arrays do not count from 1, which JSON cannot say: all are kept as the text that PostgreSQL shows.";
  return undefined;
}

function baseType(model: DatabaseModel, type: string): string {
  const domain = model.types.find(
    (each) => each.kind === "domain" && (type === each.name || type === `${each.schema}.${each.name}`),
  );
  return domain?.kind === "domain" ? baseType(model, domain.type) : type;
}
