import type { Connection } from "../connection/index.js";
import type { TenonError } from "../errors.js";

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
  | {
      readonly kind: "sql";
      readonly scripts: readonly SqlScript[];
      /** How the tool ran it that the script was written for; undefined for scripts that were written for Tenon. */
      readonly transaction?: TransactionMode | undefined;
    }
  | {
      readonly kind: "code";
      /** Why it cannot run here at all; asked before anything runs. */
      readonly refusal?: (() => TenonError) | undefined;
      /** Gets a connection that is bound to the migration's transaction. `verify` may give `false` to fail. */
      readonly run: (connection: Connection) => unknown;
      readonly file?: string | undefined;
    };

/**
 * - `wrapped`: the tool opened a transaction around the script. One that has transactions of its own runs as written.
 * - `implicit`: the tool handed the script to the database as it is. It becomes one transaction, unless it has transactions of
 *   its own, or statements that cannot run in one or mean something else there.
 * - `outside`: the file says that it runs without a transaction.
 */
export type TransactionMode = "wrapped" | "implicit" | "outside";

/** A file of another tool, and what that tool calls the migration in it. */
export interface MigrationOrigin {
  readonly layout: LayoutName;
  /** The tool's own version, exactly as written: `00000000000000`, `1.0`; empty where it has none. */
  readonly version: string;
  /** What the tool's own table calls it. */
  readonly id: string;
  /** The tool's own description. */
  readonly name: string;
  /** The file as the tool's table would name it. */
  readonly script: string;
  readonly up: OriginFile;
  /** The same as `up` where one file holds both. */
  readonly down: OriginFile | undefined;
  /** Milliseconds since 1970, where the tool knows migrations by their time. */
  readonly when: number | undefined;
  /** What the session of the tool is like on SQLite. */
  readonly sqlite: { readonly foreignKeys: "on" | "off"; readonly takesQuotedTexts: boolean };
}

export interface OriginFile {
  /** Where it is read. */
  readonly path: string;
  /** As it is shown to people. */
  readonly file: string;
}

/** The ways in which tools lay their migrations out in a folder; each is read as its own tool reads it. */
export const LAYOUT_NAMES = [
  "native",
  "golang-migrate",
  "diesel",
  "sqlx",
  "goose",
  "dbmate",
  "sql-migrate",
  "flyway",
  "pop",
  "prisma",
  "drizzle",
] as const;

export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** A layout, or `auto`: it is found out by looking. */
export type LayoutChoice = LayoutName | "auto";

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
   * What the tool orders its migrations by, as a text; only where that gives another order than that of the versions as numbers,
   * and then on every migration of the module.
   */
  readonly orderKey?: string | undefined;
  /** Where it comes from; undefined for what was written for Tenon. */
  readonly origin?: MigrationOrigin | undefined;
  /**
   * Only there while the migration's program has not been loaded: what it declares (name, down, verify,
   * transaction, …) is not known yet, and its steps refuse to run. Gives the whole migration.
   */
  readonly load?: (() => Promise<Migration>) | undefined;
}
