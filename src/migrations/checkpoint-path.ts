import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import type { EngineName } from "../connection/index.js";
import type { Source } from "./source.js";

/** Where the checkpoint of a folder of migrations stands: whoever reads the folder passes over what starts with `_`. */
export function checkpointPath(folder: string, engine: EngineName): string {
  return join(resolve(folder), `_checkpoint.${engine}.sql`);
}

/** The checkpoint beside the migrations of a source; undefined when there is none. */
export function findCheckpoint(source: Source, engine: EngineName): string | undefined {
  if (source.kind !== "folder") return undefined;
  const path = checkpointPath(source.path, engine);
  return existsSync(path) ? path : undefined;
}
