import type { Connection, SqlInput } from "../../connection/index.js";
import { quoteName } from "../fit/table-reader.js";
import type { RowConverter, TablePlan } from "../table-plan.js";
import type { CanonicalForm } from "./canonical-form.js";
import type { RowHasher } from "./row-hasher.js";

/** Adds the rows of a table as they are after their conversion, without those that are rejected or left out. */
export async function addConvertedRows(request: {
  readonly source: Connection;
  readonly target: Connection;
  readonly plan: TablePlan;
  /** A row that a callback leaves out is undefined. */
  readonly convert: (row: Parameters<RowConverter>[0]) => ReturnType<RowConverter> | undefined;
  readonly forms: readonly CanonicalForm[];
  readonly hasher: RowHasher;
}): Promise<void> {
  const { source, target, plan, convert, forms, hasher } = request;
  const selects = plan.columns.map(({ select }, index) => `${select} AS c${index}`);
  const at = `${quoteName(plan.source.schema)}.${quoteName(plan.source.name)}`;
  const from = source.engine === "postgres" ? `ONLY ${at}` : at;
  const packer = new RowPacker(forms.length, hasher);
  const asked = forms.flatMap((form, index) => (form === "server" ? [index] : []));
  let batch: (string | null)[][] = [];
  const flush = async () => {
    for (const index of asked) await askServer(target, plan, index, batch);
    for (const row of batch) packer.add(row);
    batch = [];
  };
  for await (const row of source.stream(`SELECT ${selects.join(", ")} FROM ${from}`)) {
    const converted = convert(Object.values(row));
    if (converted?.kind !== "row") continue;
    batch.push(converted.values.map(textOf));
    if (batch.length >= ROWS_AT_ONCE) await flush();
  }
  await flush();
}

const ROWS_AT_ONCE = 500;

/** Has the server read the values of a column as its type, and write them again. */
async function askServer(
  target: Connection,
  plan: TablePlan,
  index: number,
  batch: readonly (string | null)[][],
): Promise<void> {
  const type = plan.columns[index]?.target.type ?? "text";
  const values = batch.map((row) => row[index] ?? null);
  const rows = await target.query(
    `SELECT value::${type}::text AS value FROM jsonb_array_elements_text($1::text::jsonb) WITH ORDINALITY AS given (value, place) ORDER BY place`,
    [JSON.stringify(values)],
  );
  for (const [at, row] of batch.entries()) {
    const value = rows[at]?.["value"];
    row[index] = typeof value === "string" ? value : null;
  }
}

/** The text of a value as a cell has it; `canonicalText` makes the rest of it. */
function textOf(value: SqlInput): string | null {
  if (value === null || typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "boolean") return value ? "1" : "0";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Lays the texts of a row into one buffer, as the hasher takes them. */
class RowPacker {
  readonly #hasher: RowHasher;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #buffer = Buffer.alloc(64 * 1024);

  constructor(columns: number, hasher: RowHasher) {
    this.#hasher = hasher;
    this.#starts = new Int32Array(columns);
    this.#ends = new Int32Array(columns);
  }

  add(row: readonly (string | null)[]): void {
    const size = row.reduce<number>(
      (sum, value) => sum + 3 * (typeof value === "string" ? value.length : 0),
      0,
    );
    if (size > this.#buffer.length) this.#buffer = Buffer.alloc(2 * size);
    let at = 0;
    for (const [index, value] of row.entries()) {
      this.#starts[index] = value === null ? -1 : at;
      if (value !== null) at += this.#buffer.write(value, at, "utf8");
      this.#ends[index] = at;
    }
    this.#hasher.addRow(this.#buffer, this.#starts, this.#ends);
  }
}
