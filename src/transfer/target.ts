import type { EngineName, SqlInput } from "../connection/index.js";
import type { ObjectName } from "../schema/index.js";
import type { Chunk } from "./chunk.js";
import type { RowSums } from "./proof/index.js";
import type { Source } from "./source.js";
import type { ConvertedRow, SourceRow, TablePlan } from "./table-plan.js";

/** A row that a target does not take, kept beside the tables. */
export interface RejectedRow {
  readonly table: string;
  readonly column: string;
  readonly reason: string;
  readonly values: SourceRow;
}

/** One chunk to be loaded. */
export interface Task {
  readonly plan: TablePlan;
  readonly chunk: Chunk;
  /** Turns a row of the source into one of the target; undefined for a row that is left out. */
  readonly convert: (values: SourceRow) => ConvertedRow | undefined;
  /** Whether the rows must come through `convert`, or may go as the source itself tells them. */
  readonly mustConvert: boolean;
  /** Sums up the rows as they are read, for the proof; undefined where the proof has to read them itself. */
  readonly sums?: RowSums | undefined;
}

export interface Loaded {
  /** Rows that are in the target. */
  readonly rows: number;
  readonly rejected: number;
}

/** A place where tables are loaded unseen, and from which they are made visible at once. */
export interface Target {
  readonly engine: EngineName;
  /** Chunks that an earlier run finished, by table and number. */
  readonly done: ReadonlyMap<string, Loaded>;
  /** Where the table stands until all is made visible. */
  at(plan: TablePlan): ObjectName;
  /** Sessions that load side by side, each one chunk at a time, with its record. */
  writers(count: number): Promise<readonly Writer[]>;
}

export interface Writer {
  load(source: Source, task: Task): Promise<Loaded>;
}

export function taskKey(plan: TablePlan, chunk: Chunk): string {
  return JSON.stringify([plan.target.schema, plan.target.name, chunk.number]);
}

/** Converts rows as they come, and gathers those that the target cannot take. */
export async function* convertRows(
  source: Source,
  task: Task,
  rejects: RejectedRow[],
): AsyncGenerator<readonly (readonly SqlInput[])[]> {
  const { plan, chunk, convert } = task;
  for await (const batch of source.rows(plan, chunk)) {
    const converted: (readonly SqlInput[])[] = [];
    for (const values of batch) {
      const row = convert(values);
      if (row === undefined) continue;
      if (row.kind === "row") converted.push(row.values);
      else rejects.push({ table: plan.target.name, column: row.column, reason: row.reason, values });
    }
    if (converted.length > 0) yield converted;
  }
}
