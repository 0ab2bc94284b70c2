import type { Dependency, ObjectName } from "./address.js";
import type { Grant } from "./model.js";
import type { IndexDefinition } from "./table-index.js";

/** A view, or a materialised view. */
export interface View extends ObjectName {
  readonly materialized?: boolean | undefined;
  /** The query alone, from SELECT, WITH or VALUES on. */
  readonly definition: string;
  /**
   * SQLite: only where CREATE VIEW lists names, and without types. PostgreSQL: always, with the type of each.
   */
  readonly columns?: readonly ViewColumn[] | undefined;
  readonly triggers: readonly Trigger[];
  /** Of a materialised view. */
  readonly indexes: readonly IndexDefinition[];
  /** PostgreSQL: `{ check_option: "local", security_barrier: "true" }`, storage parameters. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly comment?: string | undefined;
  readonly grants?: readonly Grant[] | undefined;
  /** Tables, views (with the columns they use), routines and types that the query names. */
  readonly dependsOn?: readonly Dependency[] | undefined;
}

export interface ViewColumn {
  readonly name: string;
  readonly type?: string | undefined;
  readonly comment?: string | undefined;
}

/** A trigger of a table or a view, carried as text. */
export interface Trigger {
  readonly name: string;
  /** All of CREATE TRIGGER. */
  readonly definition: string;
  /** PostgreSQL: where it does not fire as usual. */
  readonly enabled?: "disabled" | "replica" | "always" | undefined;
  readonly comment?: string | undefined;
  readonly dependsOn?: readonly Dependency[] | undefined;
}
