import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, TenonError } from "../../errors.js";
import type { DrizzleTableConfig, DrizzleViewConfig } from "./shape.js";

/** Drizzle's own functions that tell what a table or view is made of. */
export interface DrizzleReader {
  getTableConfig(table: object): DrizzleTableConfig;
  getViewConfig(view: object): DrizzleViewConfig;
  /** PostgreSQL. */
  getMaterializedViewConfig?(view: object): DrizzleViewConfig;
}

/**
 * Loads Drizzle, which the program has (its tables come from it): as Tenon finds it, else as the program does. The two may be copies of
 * different versions; Drizzle's functions read each other's tables.
 * @throws TenonError `MISSING_DEPENDENCY`
 */
export async function loadDrizzle(
  core: "sqlite-core" | "pg-core",
  baseFolder: string | undefined,
): Promise<DrizzleReader> {
  const name = `drizzle-orm/${core}`;
  const failures: unknown[] = [];
  for (const find of [() => name, () => resolveFrom(baseFolder, name)]) {
    try {
      const loaded: unknown = await import(find());
      if (isReader(loaded)) return loaded;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new TenonError(
    "MISSING_DEPENDENCY",
    `Reading these tables needs the package drizzle-orm, which cannot be loaded: ${messageOf(failures.at(-1))}`,
    { hint: "Install it beside Tenon: npm install drizzle-orm", cause: failures.at(-1) },
  );
}

function resolveFrom(baseFolder: string | undefined, name: string): string {
  const require = createRequire(pathToFileURL(resolve(baseFolder ?? ".", "package.json")));
  return pathToFileURL(require.resolve(name)).href;
}

function isReader(loaded: unknown): loaded is DrizzleReader {
  return (
    typeof loaded === "object" && loaded !== null && "getTableConfig" in loaded && "getViewConfig" in loaded
  );
}
