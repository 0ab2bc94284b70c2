import type { Column, SequenceOptions } from "../../../../schema/index.js";
import { defaultExpression } from "../../expression.js";
import { quote } from "../../names.js";

/** A column as it stands in CREATE TABLE and ADD COLUMN. */
export function columnClause(column: Column): string {
  const parts = [quote(column.name), column.type];
  if (column.collation !== undefined) parts.push(`COLLATE ${column.collation}`);
  if (column.generated !== undefined) {
    parts.push(
      `GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.storage.toUpperCase()}`,
    );
  }
  if (column.identity !== undefined) parts.push(identityClause(column));
  if (column.default !== undefined) parts.push(`DEFAULT ${defaultExpression(column.default)}`);
  if (column.notNull === true && column.notNullOptions?.notValid !== true) parts.push(notNullClause(column));
  return parts.join(" ");
}

export function notNullClause({ notNullOptions: options }: Column): string {
  const name = options?.name === undefined ? "" : `CONSTRAINT ${quote(options.name)} `;
  return `${name}NOT NULL${options?.noInherit === true ? " NO INHERIT" : ""}`;
}

export function identityClause({ identity }: Column): string {
  if (identity === undefined) return "";
  const options = sequenceOptions(identity);
  const list = options.length === 0 ? "" : ` (${options.join(" ")})`;
  return `GENERATED ${identity.generation.toUpperCase()} AS IDENTITY${list}`;
}

/** The options of a sequence that are not as usual. */
export function sequenceOptions(options: SequenceOptions): readonly string[] {
  const list: string[] = [];
  if (options.increment !== undefined) list.push(`INCREMENT BY ${options.increment}`);
  if (options.minimum !== undefined) list.push(`MINVALUE ${options.minimum}`);
  if (options.maximum !== undefined) list.push(`MAXVALUE ${options.maximum}`);
  if (options.start !== undefined) list.push(`START WITH ${options.start}`);
  if (options.cache !== undefined) list.push(`CACHE ${options.cache}`);
  if (options.cycle === true) list.push("CYCLE");
  return list;
}

/** What a sequence is when nothing is said; `type` is its own, or that of the identity column. */
export interface TypedSequence extends SequenceOptions {
  readonly type?: string | undefined;
}

/** All options in which two sequences differ, said so that the first becomes like the second. */
export function sequenceOptionChanges(from: TypedSequence, to: TypedSequence): readonly string[] {
  const before = spelledOut(from);
  const after = spelledOut(to);
  const list: string[] = [];
  if (before.increment !== after.increment) list.push(`INCREMENT BY ${after.increment}`);
  // Said in numbers: NO MAXVALUE together with another type gives a descending sequence the wrong one.
  if (before.minimum !== after.minimum) list.push(`MINVALUE ${after.minimum}`);
  if (before.maximum !== after.maximum) list.push(`MAXVALUE ${after.maximum}`);
  if (before.start !== after.start) list.push(`START WITH ${after.start}`);
  if (before.cache !== after.cache) list.push(`CACHE ${after.cache}`);
  if (before.cycle !== after.cycle) list.push(after.cycle ? "CYCLE" : "NO CYCLE");
  return list;
}

const HIGHEST: Readonly<Record<string, bigint>> = {
  smallint: 2n ** 15n - 1n,
  integer: 2n ** 31n - 1n,
  bigint: 2n ** 63n - 1n,
};

function spelledOut(sequence: TypedSequence) {
  const highest = HIGHEST[sequence.type ?? "bigint"] ?? 0n;
  const increment = sequence.increment ?? "1";
  const isAscending = !increment.startsWith("-");
  const minimum = sequence.minimum ?? (isAscending ? "1" : String(-highest - 1n));
  const maximum = sequence.maximum ?? (isAscending ? String(highest) : "-1");
  return {
    increment,
    minimum,
    maximum,
    start: sequence.start ?? (isAscending ? minimum : maximum),
    cache: sequence.cache ?? "1",
    cycle: sequence.cycle === true,
  };
}
