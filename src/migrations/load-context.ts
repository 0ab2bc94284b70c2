import type { EngineName } from "../connection/index.js";

/** For whom migrations are loaded. */
export interface LoadContext {
  readonly module: string;
  /** Files and steps for this engine stand for the plain ones; those for others do not count. */
  readonly engine: EngineName;
  /** What a relative folder is found from; the process's working directory when left out. */
  readonly baseFolder?: string | undefined;
}
