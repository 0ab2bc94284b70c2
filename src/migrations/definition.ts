import type { Connection, EngineName } from "../connection/index.js";
import type { ReferenceInput } from "./reference.js";

/** A step as a function: gets a connection that is bound to the migration's transaction. */
export type CodeStep = (connection: Connection) => unknown;

/** A step: one SQL text of any number of statements, a list of such texts, or a function. */
export type StepDefinition = string | readonly string[] | CodeStep;

/** A step that is another one on each engine. An engine that is neither named nor covered by `default` has none. */
export type EngineSteps = { readonly [Engine in EngineName | "default"]?: StepDefinition | undefined };

/**
 * One version of a module, as given to `registerSchema`.
 *
 * @example
 * ```ts
 * import { registerSchema, type SchemaVersions } from "tenon";
 *
 * const versions: SchemaVersions = {
 *   1: {
 *     name: "Notes",
 *     up: ["CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"],
 *     down: ["DROP TABLE notes"],
 *   },
 *   2: {
 *     name: "Search in notes",
 *     up: {
 *       sqlite: "CREATE VIRTUAL TABLE notes_search USING fts5(text, content='notes')",
 *       postgres: "CREATE INDEX notes_search ON notes USING gin (to_tsvector('simple', text))",
 *     },
 *     down: { sqlite: "DROP TABLE notes_search", postgres: "DROP INDEX notes_search" },
 *   },
 * };
 * export const notes = registerSchema("notes", "core")(versions);
 * ```
 */
export interface SchemaVersion {
  /** May repeat the key under which the version stands; it must be equal to it. */
  readonly version?: number | bigint | string | undefined;
  readonly name: string;
  readonly description?: string | undefined;
  /** With `EngineSteps` that leave an engine out, the version does not exist on that engine. */
  readonly up: StepDefinition | EngineSteps;
  /** Takes `up` back. Without it the version cannot be rolled back. */
  readonly down?: StepDefinition | EngineSteps | undefined;
  /** Checks the work of `up` before it is committed: each SELECT must return no row, a function must not give `false`. */
  readonly verify?: StepDefinition | EngineSteps | undefined;
  /** Runs `up` outside a transaction, statement by statement, as `-- tenon: no-transaction` does. */
  readonly noTransaction?: boolean | undefined;
  /** Tables whose rows `up` may take away without naming them in a DELETE or DROP. */
  readonly allowLoss?: string | readonly string[] | undefined;
  readonly dependsOn?: ReferenceInput | readonly ReferenceInput[] | undefined;
}

/** The versions of a module, by version. */
export type SchemaVersions = Readonly<Record<number | string, SchemaVersion>>;

/**
 * What a migration written in TypeScript or JavaScript exports as its default: an object of this shape, or a class
 * whose instances have it. `up`, `down`, `verify` and the rest may also be exported by their names.
 *
 * @example
 * ```ts
 * // migrations/003_split_names.ts
 * import type { CodeMigration, Connection } from "tenon";
 *
 * export default class SplitNames implements CodeMigration {
 *   async up(connection: Connection) {
 *     for (const { id, name } of await connection.query("SELECT id, name FROM users")) {
 *       const [first = "", ...rest] = String(name).split(" ");
 *       await connection.execute("UPDATE users SET first_name = ?, last_name = ? WHERE id = ?", [
 *         first,
 *         rest.join(" "),
 *         id ?? null,
 *       ]);
 *     }
 *   }
 * }
 * ```
 */
export interface CodeMigration extends Omit<SchemaVersion, "name"> {
  /** Stands for the name in the file's name. */
  readonly name?: string | undefined;
}
