import type { Extension } from "@electric-sql/pglite";
import { TenonError } from "../errors.js";

/** Finds extensions by the name that CREATE EXTENSION takes; PGlite must know them when it starts. */
export async function loadExtensions(names: readonly string[]): Promise<Record<string, Extension>> {
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await loadExtension(name)] as const)),
  );
}

async function loadExtension(name: string): Promise<Extension> {
  for (const place of placesOf(name)) {
    const module = await importIfThere(place);
    const extension = module?.[name.replaceAll("-", "_")];
    if (isExtension(extension)) return extension;
  }
  const separate = `@electric-sql/pglite-${SEPARATE[name] ?? name}`;
  throw new TenonError("MISSING_DEPENDENCY", `The installed PGlite has no extension "${name}".`, {
    hint: `Check its name. Some come in a package of their own: npm install ${separate}`,
  });
}

// Most extensions are shipped with PGlite; some left it for packages of their own.
// https://pglite.dev/extensions
const SEPARATE: Readonly<Record<string, string>> = { vector: "pgvector", postgis: "postgis", age: "age" };

function placesOf(name: string): string[] {
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) return [];
  return [
    `@electric-sql/pglite/contrib/${name.replaceAll("-", "_")}`,
    `@electric-sql/pglite/${name}`,
    `@electric-sql/pglite-${SEPARATE[name] ?? name}`,
  ];
}

async function importIfThere(place: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return await import(place);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Bundlers give this error without Node's code, but all in the same words. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? error.code : undefined;
  return (
    code === "ERR_MODULE_NOT_FOUND" ||
    code === "ERR_PACKAGE_PATH_NOT_EXPORTED" ||
    /is not exported|Cannot find|Could not resolve/.test(error.message)
  );
}

function isExtension(value: unknown): value is Extension {
  return typeof value === "object" && value !== null && "name" in value && "setup" in value;
}
