import type { LockHolder } from "../dialects/index.js";
import type { TenonError } from "../errors.js";
import type { Version } from "../migrations/index.js";

/** Which way a step goes. */
export type Direction = "up" | "down";

/** The step an event is about; `index` counts from 1 to `total`. */
export interface StepReference {
  readonly direction: Direction;
  readonly module: string;
  readonly version: Version;
  readonly name: string;
  readonly index: number;
  readonly total: number;
}

/** Everything that a run tells while it works, in one stream. */
export type RunEvent =
  /** Another session holds the lock; told at once and then now and then. */
  | { readonly kind: "waiting"; readonly holder: LockHolder }
  /** An older journal or a legacy version table was carried over. */
  | { readonly kind: "carried-over"; readonly from: string; readonly keptAs: string; readonly rows: number }
  | { readonly kind: "step-started"; readonly step: StepReference }
  /** A statement of a step without a transaction is finished and recorded. */
  | {
      readonly kind: "statement-finished";
      readonly step: StepReference;
      readonly finished: number;
      readonly of: number;
    }
  /**
   * Its statements have run. In one transaction for the run it is committed when that ends; on PostgreSQL perhaps with what is
   * sent next. A `step-failed` tells when that has failed.
   */
  | { readonly kind: "step-finished"; readonly step: StepReference; readonly durationMs: number }
  /** Another process did this step while we waited. */
  | { readonly kind: "step-skipped"; readonly step: StepReference }
  /** A step met a passing obstacle (a lock timeout) and is tried again. */
  | {
      readonly kind: "step-retried";
      readonly step: StepReference;
      readonly attempt: number;
      readonly error: TenonError;
    }
  | { readonly kind: "step-failed"; readonly step: StepReference; readonly error: TenonError }
  /** What was adopted or allowed rather than refused. */
  | { readonly kind: "warning"; readonly message: string };

export type RunListener = (event: RunEvent) => void;
