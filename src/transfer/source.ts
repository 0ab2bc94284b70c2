import type { CopyRequest, EngineName } from "../connection/index.js";
import type { Chunk, CutTable } from "./chunk.js";
import type { RowTaker } from "./line-cutter.js";
import type { SourceRow, TablePlan } from "./table-plan.js";

/** A database as it stands at one moment, read and never written. */
export interface Source {
  readonly engine: EngineName;
  /** Looks through a table once and cuts it into chunks. */
  cut(plan: TablePlan): Promise<CutTable>;
  /** What COPY is told of the pieces; undefined where the rows have to be converted here. */
  copyOptions(plan: TablePlan, target: EngineName): CopyRequest["options"] | undefined;
  /** The rows of a chunk as COPY takes them. Each piece holds whole rows. Whoever takes rows gets each of them as it was read, where the source can cut them. */
  pieces(plan: TablePlan, chunk: Chunk, taker?: RowTaker): AsyncIterable<Piece>;
  /** The rows of a chunk as a converter takes them, some at a time. */
  rows(plan: TablePlan, chunk: Chunk): AsyncIterable<readonly SourceRow[]>;
  /** How many values of each column are not NULL, where a table was only presumed to be what it says: known when its rows were read. */
  valuesOf(table: string): ReadonlyMap<string, number>;
  /** How many chunks can be read at the same time. */
  readonly readers: number;
  close(): Promise<void>;
}

export interface Piece {
  readonly bytes: Uint8Array;
  /** Rows in it; 0 where only the server counts them. */
  readonly rows: number;
}
