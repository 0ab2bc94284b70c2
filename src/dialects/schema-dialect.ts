import type { Connection } from "../connection/index.js";
import type {
  Change,
  Comparison,
  DatabaseModel,
  Hazard,
  ModelRules,
  ObjectAddress,
  RenameAnswers,
  Selection,
} from "../schema/index.js";
import type { SessionSettings } from "./dialect.js";

/** What Tenon knows of one engine's schemas: reading one, comparing two, and changing one into the other. */
export interface SchemaDialect {
  readonly rules: ModelRules;

  /** Reads a database into a model, with a constant number of queries. */
  introspect(connection: Connection, options?: IntrospectOptions): Promise<DatabaseModel>;

  /**
   * Reads two databases to be compared, as `introspect` does. What both have to the letter may be one object in both models,
   * and be read only when something asks what is in it.
   */
  introspectPair(from: Reading, to: Reading): Promise<readonly [DatabaseModel, DatabaseModel]>;

  /**
   * What `introspect` reads, as a text that is not understood yet: cheaper to take and to keep. A later Tenon reads
   * it as long as it knows `captureForm`.
   */
  capture(connection: Connection): Promise<string>;

  /** Raised whenever `modelOf` could not read what an older `capture` has written. */
  readonly captureForm: number;

  /** The model that a captured text tells. */
  modelOf(captured: string, options?: IntrospectOptions): DatabaseModel;

  /**
   * The model as the engine itself would tell it: built in `scratch` and read back. For models that come from
   * elsewhere than a database. `scratch` is left as it was found, unless it is thrown away afterwards.
   */
  normalise(model: DatabaseModel, scratch: Connection, options?: NormaliseOptions): Promise<DatabaseModel>;

  /** A hash of all that counts in a model: see `fingerprint` in the schema layer. */
  fingerprint(model: DatabaseModel): string;

  /** Whether two models are the same, and if not, in what: renames are not looked for. */
  compare(from: DatabaseModel, to: DatabaseModel): Comparison;

  /**
   * Finds what makes a database that looks like `from` look like `to`.
   * @throws TenonError `RENAME_AMBIGUOUS`, `CHANGE_UNSUPPORTED`, `USAGE`.
   */
  planChanges(from: DatabaseModel, to: DatabaseModel, options?: PlanChangesOptions): Promise<ChangePlan>;
}

export interface NormaliseOptions {
  /** An empty database that nobody needs afterwards: nothing is taken back in it, so that it holds models of any size. */
  readonly isThrownAway?: boolean | undefined;
}

export interface IntrospectOptions extends Selection {
  /** Read the rights on objects too, where the engine has such. */
  readonly grants?: boolean | undefined;
}

/** One of two databases to be compared: open, or as a text that `capture` gave. Without what `exclude` names. */
export type Reading = (
  | { readonly connection: Connection }
  | { readonly captured: string; readonly connection?: undefined }
) & { readonly exclude?: readonly string[] | undefined };

export interface PlanChangesOptions {
  readonly renames?: RenameAnswers | undefined;
  /** What may change; the rest of the database stays as it is. */
  readonly selection?: Selection | undefined;
  /** Whether columns in another order are a difference; `ignore` unless told. */
  readonly columnOrder?: "ignore" | "exact" | undefined;
  /**
   * Builds indexes without blocking writers where the engine can; the script then runs outside a transaction.
   */
  readonly concurrently?: boolean | undefined;
}

/**
 * A way from one model to another. To make it: run the checks, apply the settings, BEGIN, run the statements,
 * compare the violations of foreign keys with those before, read the database again and compare it with
 * `comparison.to`, COMMIT.
 */
export interface ChangePlan {
  readonly comparison: Comparison;
  readonly hazards: readonly Hazard[];
  /** To be run on the database as it is before the first statement. */
  readonly checks: readonly DataCheck[];
  readonly statements: readonly PlannedStatement[];
  /** Session settings to be made outside the transaction. */
  readonly settings: SessionSettings;
  /** `outside`: some statement cannot run in a transaction. */
  readonly transaction: "inside" | "outside";
}

/** A question to the rows: every row that `query` gives stands in the way of a change. */
export interface DataCheck {
  readonly object: ObjectAddress;
  readonly query: string;
  /** What such a row means, for people: `users.email allows no NULL, and rows have it`. */
  readonly message: string;
  /**
   * The change can be made over such rows, and they (or their values) are then no longer what they were: only
   * when somebody allowed it by name. Absent: the change fails.
   */
  readonly loses?: "rows" | "values" | undefined;
}

/** One statement, formatted for people, without its semicolon. */
export interface PlannedStatement {
  readonly text: string;
  /** The changes that it makes, or helps to make. */
  readonly changes: readonly Change[];
}
