import type { Connection } from "../../connection/index.js";
import type { Column, Table } from "../../schema/index.js";
import { cleanCondition } from "./clean-condition.js";
import type { ConversionName } from "./conversions.js";
import { declaresMoment, momentConversion, momentType, typeByContent } from "./decide-type.js";
import type { ColumnChoice } from "./mapping.js";
import { MomentContent } from "./moment-content.js";
import { countConditions, quoteName, readOthers } from "./table-reader.js";
import { readTagged, type TextEncoding } from "./tagged-value.js";
import { readTargetType, type TargetType } from "./target-type.js";

/** A column before its values were looked at. */
export interface ColumnQuestion {
  readonly column: Column;
  /** The type that is wanted, or that the declaration says; undefined where it says none. */
  readonly type: string | undefined;
  /** Whether the type stands, or the values may say another of its kind. */
  readonly isFixed: boolean;
  readonly choice: ColumnChoice;
}

/** A column whose type is decided, and for how many of its values SQL can say that they fit. */
export interface SettledColumn {
  readonly question: ColumnQuestion;
  readonly typeText: string;
  readonly type: TargetType;
  readonly convert: readonly ConversionName[];
  readonly values: number;
  readonly nulls: number;
  /** SQL for values that fit; undefined where each has to be looked at. */
  readonly clean: string | undefined;
  readonly cleanValues: number;
}

/** Decides the types of a table's columns in one pass over it; those that only their content tells take a second one. */
export async function settleTypes(
  source: Connection,
  table: Table,
  questions: readonly ColumnQuestion[],
  encoding: TextEncoding,
): Promise<readonly SettledColumn[]> {
  const counts = new ConditionCounts(source, table);
  await counts.add(questions.map((question) => [question.column.name, firstConditions(question)]));
  const settled: Omit<SettledColumn, "cleanValues">[] = [];
  for (const question of questions) {
    const { typeText, convert } = await settleType(source, table, question, counts, encoding);
    const type = readTargetType(typeText);
    const { name } = question.column;
    const clean = convert.length > 0 ? undefined : cleanCondition(quoteName(name), type);
    const values = counts.valuesOf(name);
    settled.push({ question, typeText, type, convert, values, nulls: counts.rows - values, clean });
  }
  const unknown = settled.flatMap(({ question: { column }, clean }): [string, string[]][] =>
    clean === undefined || counts.isKnown(column.name, clean) ? [] : [[column.name, [clean]]],
  );
  if (unknown.length > 0) await counts.add(unknown);
  return settled.map((each) => ({
    ...each,
    cleanValues: each.clean === undefined ? 0 : counts.of(each.question.column.name, each.clean),
  }));
}

async function settleType(
  source: Connection,
  table: Table,
  question: ColumnQuestion,
  counts: ConditionCounts,
  encoding: TextEncoding,
): Promise<{ readonly typeText: string; readonly convert: readonly ConversionName[] }> {
  const { column, type, isFixed, choice } = question;
  const convert = choice.convert ?? [];
  const name = quoteName(column.name);
  if (type === undefined) {
    const [integer = 0, real = 0, text = 0, blob = 0] = CLASSES.map((each) =>
      counts.of(column.name, isOf(name, each)),
    );
    return { typeText: typeByContent(column, { integer, real, text, blob }), convert };
  }
  if (!asksForMoment(question)) return { typeText: type, convert };
  const content = new MomentContent();
  const [plain = "0", zoned = "0"] = momentConditions(name, type);
  content.plain = counts.of(column.name, plain);
  content.zoned = counts.of(column.name, zoned);
  if (content.plain + content.zoned < counts.valuesOf(column.name))
    for await (const row of readOthers(source, table, column.name, `(${plain} OR ${zoned})`, encoding)) {
      const value = readTagged(row["value"] ?? null);
      if (value !== null) content.add(value);
    }
  return { typeText: isFixed ? type : momentType(type, content), convert: momentConversion(content) };
}

function firstConditions(question: ColumnQuestion): readonly string[] {
  const name = quoteName(question.column.name);
  if (question.type === undefined) return CLASSES.map((each) => isOf(name, each));
  if ((question.choice.convert ?? []).length > 0) return [];
  if (asksForMoment(question)) return momentConditions(name, question.type);
  const clean = cleanCondition(name, readTargetType(question.type));
  return clean === undefined ? [] : [clean];
}

const CLASSES = ["integer", "real", "text", "blob"] as const;

function isOf(name: string, storageClass: string): string {
  return `typeof(${name}) = '${storageClass}'`;
}

export function asksForMoment({ type, choice }: ColumnQuestion): boolean {
  return type !== undefined && choice.convert === undefined && readTargetType(type).kind === "timestamp";
}

function momentConditions(name: string, typeText: string): readonly string[] {
  const type = readTargetType(typeText);
  if (type.kind !== "timestamp") return [];
  return (["without", "with"] as const).map((zone) => cleanCondition(name, { ...type, zone }) ?? "0");
}

/** The type of a declaration that says "a moment" in a spelling that the translation of types does not know. */
export function typeOfUnknown(declared: string): string | undefined {
  return declaresMoment(declared) ? "timestamp without time zone" : undefined;
}

/** Counts of conditions over the rows of a table, so that none is counted twice. */
class ConditionCounts {
  readonly #source: Connection;
  readonly #table: Table;
  readonly #known = new Map<string, number>();
  readonly #values = new Map<string, number>();
  rows = 0;

  constructor(source: Connection, table: Table) {
    this.#source = source;
    this.#table = table;
  }

  async add(columns: readonly (readonly [string, readonly string[]])[]): Promise<void> {
    const asked = columns.map(([name, conditions]) => ({ name, conditions }));
    const counted = await countConditions(this.#source, this.#table, asked);
    this.rows = counted.rows;
    for (const [index, { name, conditions }] of asked.entries()) {
      const { values = 0, matches = [] } = counted.columns[index] ?? {};
      this.#values.set(name, values);
      for (const [at, condition] of conditions.entries())
        this.#known.set(keyOf(name, condition), matches[at] ?? 0);
    }
  }

  valuesOf(column: string): number {
    return this.#values.get(column) ?? 0;
  }

  isKnown(column: string, condition: string): boolean {
    return this.#known.has(keyOf(column, condition));
  }

  of(column: string, condition: string): number {
    return this.#known.get(keyOf(column, condition)) ?? 0;
  }
}

function keyOf(column: string, condition: string): string {
  return `${column}\n${condition}`;
}
