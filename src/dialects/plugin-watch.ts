import type { Connection } from "../connection/index.js";
import type { Statement } from "../sql/index.js";
import type { ListedObject, ObjectIdentity } from "./listed-object.js";

/** What a plugin is held to, as far as its SQL is concerned. */
export interface PluginBounds {
  readonly prefix: string | undefined;
  readonly schema: string | undefined;
  /** The tables of others that it may read; undefined lets it read all. */
  readonly reads: readonly string[] | undefined;
  /** The extensions that it may create. */
  readonly extensions: readonly string[];
}

export interface PluginWatchRequest {
  readonly bounds: PluginBounds;
  /** What the plugin has already. */
  readonly owned: readonly ObjectIdentity[];
  /** Everything that the step will say, as far as it is known; empty for a step that is a program. */
  readonly statements: readonly Statement[];
  /** `fewer`: a session with few rights is made for it where the engine can. `session`: those of the host's session. */
  readonly rights: "fewer" | "session";
}

/** A table that a statement touches, as the engine itself tells it. */
export interface TableUse {
  /**
   * `lock`: it was emptied, altered or locked against everybody. `hide`: its name alone now leads to another. `refer`: a
   * foreign key refers to it.
   */
  readonly kind: "read" | "write" | "lock" | "hide" | "refer";
  readonly schema: string;
  readonly table: string;
}

/** The objects of a plugin after a step, with definitions. */
export interface PluginObjects {
  /** What the step has made or changed. */
  readonly made: readonly ListedObject[];
  /** All that the plugin has now: a function of an earlier step could write into a view of this one. */
  readonly own: readonly ListedObject[];
}

/**
 * Looks at what the statements of a plugin really do, inside the transaction of a step. It tells which tables they
 * touch; whose these are, the engine knows.
 */
export interface PluginWatch {
  /** Where the plugin's statements run: a session with fewer rights, where the engine has such. */
  readonly connection: Connection;
  /** True when a statement needs neither `before` nor `after`: the engine itself refuses what it may not do. */
  readonly passes: boolean;
  /**
   * What a statement would touch, as far as that can be told before it runs.
   * @throws TenonError `PLUGIN_FORBIDDEN`
   */
  before(statement: Statement): Promise<readonly TableUse[]>;
  /** What it has touched. */
  after(statement: Statement): Promise<readonly TableUse[]>;
  /** Whether the objects must be looked at right after this statement, and not only at the end of the step. */
  mayHideObjects(statement: Statement): boolean;
  /** Lets everything happen that was put off to the end of the transaction. */
  settle(): Promise<readonly TableUse[]>;
  /**
   * Judges what the plugin has that acts later (triggers, views, functions), and gives the tables that it would touch
   * then; without a schema when such a table is nowhere.
   * @throws TenonError `PLUGIN_FORBIDDEN`
   */
  judge(objects: PluginObjects): Promise<readonly TableUse[]>;
  /** Gives everything back as it was; what the plugin made belongs to the session's user from then on. */
  end(): Promise<void>;
}
