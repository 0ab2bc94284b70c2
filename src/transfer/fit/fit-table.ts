import type { Connection } from "../../connection/index.js";
import type { Column, Table } from "../../schema/index.js";
import { findBadUtf8 } from "./bad-utf8.js";
import type { ColumnFit } from "./column-fit.js";
import { ColumnTally } from "./column-tally.js";
import { countMixedSeconds } from "./mixed-seconds.js";
import { type ColumnQuestion, type SettledColumn, settleTypes } from "./settle-type.js";
import { suggestChoice } from "./suggest.js";
import { quoteName, readOthers, rowLabel, takesNull } from "./table-reader.js";
import { readTagged, type TextEncoding } from "./tagged-value.js";
import type { TargetType } from "./target-type.js";
import type { ToPostgres } from "./treatment.js";
import { StoredReal } from "./verdict.js";

/** Looks at all values of a table's columns: one pass, and another over those values that SQL alone cannot judge. */
export async function fitTable(
  source: Connection,
  table: Table,
  questions: readonly ColumnQuestion[],
  encoding: TextEncoding,
): Promise<readonly ColumnFit[]> {
  const settled = await settleTypes(source, table, questions, encoding);
  const texts = settled.filter(
    ({ clean, cleanValues, type }) => clean !== undefined && cleanValues > 0 && HOLD_TEXT.has(type.kind),
  );
  const names = texts.map(({ question }) => question.column.name);
  const badUtf8 = new Set(encoding === "utf-8" ? (await findBadUtf8(source, table, names)).keys() : []);
  const mixed = await countMixedSeconds(source, table, settled);
  const fits: ColumnFit[] = [];
  for (const each of settled) {
    const isReadable = !badUtf8.has(each.question.column.name);
    const known = isReadable ? each : { ...each, clean: undefined, cleanValues: 0 };
    const otherForm = mixed.get(each.question.column.name) ?? 0;
    fits.push(await fitColumn(source, table, known, encoding, otherForm));
  }
  return fits;
}

/** The types whose clean values may hold any character. */
const HOLD_TEXT = new Set<TargetType["kind"]>(["text", "json", "other"]);

async function fitColumn(
  source: Connection,
  table: Table,
  settled: SettledColumn,
  encoding: TextEncoding,
  otherForm: number,
): Promise<ColumnFit> {
  const { question, type, convert, clean } = settled;
  const { column, choice } = question;
  const treatment: ToPostgres = {
    kind: "to-postgres",
    type,
    convert,
    otherwise: choice.otherwise ?? "stop",
    takesNull: takesNull(table, column),
    reading: "plain",
  };
  const tally = new ColumnTally();
  let needsClasses = false;
  if (settled.cleanValues < settled.values)
    for await (const row of readOthers(source, table, column.name, clean, encoding)) {
      const value = readTagged(row["value"] ?? null);
      if (value === null) continue;
      needsClasses ||= isAmbiguous(value, type);
      tally.add(value, String(row["label"]), treatment);
    }
  if (settled.nulls > 0 && !treatment.takesNull)
    await tallyNulls(source, table, column, settled.nulls, tally);
  const isDecided =
    treatment.otherwise === "reject" || (treatment.otherwise === "null" && treatment.takesNull);
  const isOpen = !isDecided && tally.misfits.length > 0;
  const finding = {
    table: table.name,
    column: column.name,
    declared: column.type,
    type: settled.typeText,
    values: settled.values,
    convert,
    converted: tally.converted,
    otherForm: tally.otherForm + otherForm,
    misfits: tally.misfits,
    otherwise: treatment.otherwise,
    isOpen,
    ...(isOpen ? { suggestion: suggestChoice(tally.samples, treatment) } : {}),
  };
  return {
    column,
    finding,
    treatment: needsClasses ? { ...treatment, reading: "tagged" } : treatment,
    hasNulls: settled.nulls > 0,
    isClean: encoding === "utf-8" && convert.length === 0 && tally.isVerbatim,
  };
}

/** Whether a value would be taken for another if it came without its storage class. */
function isAmbiguous(value: unknown, { kind }: TargetType): boolean {
  if (typeof value === "object" && !(value instanceof StoredReal)) return !(value instanceof Uint8Array);
  return value instanceof StoredReal && HOLD_TEXT.has(kind);
}

async function tallyNulls(
  source: Connection,
  table: Table,
  column: Column,
  nulls: number,
  tally: ColumnTally,
): Promise<void> {
  const name = quoteName(column.name);
  const rows = await source.query(
    `SELECT ${rowLabel(table)} AS label FROM main.${quoteName(table.name)} WHERE ${name} IS NULL LIMIT 5`,
  );
  tally.addNulls(
    nulls,
    rows.map((row) => String(row["label"])),
  );
}
