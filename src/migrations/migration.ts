import type { Connection } from "../connection/index.js";

/**
 * A version in its canonical text: digits without leading zeros (`12`, `20240131120000`), or dotted numbers for
 * histories taken over from other tools. Compare with `compareVersions`, never as text.
 */
export type Version = string;

/** A module, or a module at a version, that must be there first. */
export interface ModuleReference {
  readonly module: string;
  readonly version?: Version | undefined;
}

/** A piece of SQL as it was written. */
export interface SqlScript {
  readonly text: string;
  /** The file it came from, as shown to people; undefined for inline SQL. */
  readonly file?: string | undefined;
}

/** What `up`, `down` or `verify` consists of. */
export type Step =
  | { readonly kind: "sql"; readonly scripts: readonly SqlScript[] }
  | {
      readonly kind: "code";
      /** Gets a connection that is bound to the migration's transaction. `verify` may give `false` to fail. */
      readonly run: (connection: Connection) => unknown;
      readonly file?: string | undefined;
    };

/** One step of one module's line of versions. */
export interface Migration {
  readonly module: string;
  readonly version: Version;
  readonly name: string;
  readonly description?: string | undefined;
  readonly up: Step;
  readonly down?: Step | undefined;
  readonly verify?: Step | undefined;
  /** SHA-256 (hex) of the content of `up` with line ends normalised to LF. */
  readonly checksum: string;
  /** `outside` runs statement by statement, each finished one recorded. */
  readonly transaction: "inside" | "outside";
  /** Tables whose rows this migration may take away without naming them in a DELETE or DROP. */
  readonly allowLoss: readonly string[];
  readonly dependsOn: readonly ModuleReference[];
  /** The file of `up`, as shown to people. */
  readonly file?: string | undefined;
  /**
   * Only there while the migration's program has not been loaded: what it declares (name, down, verify,
   * transaction, …) is not known yet, and its steps refuse to run. Gives the whole migration.
   */
  readonly load?: (() => Promise<Migration>) | undefined;
}
