/** What a transfer tells while it runs. Rows are those of the source. */
export type TransferEvent =
  | { readonly kind: "phase"; readonly phase: TransferPhase }
  | { readonly kind: "resumed"; readonly chunks: number; readonly rows: number }
  | { readonly kind: "rows"; readonly progress: TableProgress }
  | { readonly kind: "table-loaded"; readonly progress: TableProgress }
  | { readonly kind: "statement"; readonly finished: number; readonly of: number };

/** In their order: reading the source, loading, comparing, and making it all visible. */
export type TransferPhase = "scan" | "load" | "prove" | "finish";

export interface TableProgress {
  readonly table: string;
  /** Rows of this table that are safely in the target, those of an interrupted run with them. */
  readonly rows: number;
  readonly of: number;
  /** Rows of all tables. */
  readonly allRows: number;
  readonly ofAll: number;
  /** Rows of all tables a second, in this run; 0 while it is not known. */
  readonly rate: number;
  /** Seconds that are left for loading at this rate; undefined while it is not known. */
  readonly secondsLeft: number | undefined;
}

export type TransferListener = (event: TransferEvent) => void;
