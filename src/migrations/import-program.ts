import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import { messageOf, TenonError } from "../errors.js";

/**
 * Runs a program file and gives what it exports. TypeScript goes through jiti, which is only loaded for this;
 * JavaScript is Node's own affair.
 *
 * @param checksum - of the file's text: another one makes it another program
 * @throws TenonError `MIGRATION_INVALID` when it cannot be loaded
 */
export async function importProgram(path: string, file: string, checksum: string): Promise<unknown> {
  try {
    const realPath = realpathSync(path);
    return await (/ts$/i.test(path) ? importTypeScript(realPath) : importJavaScript(realPath, checksum));
  } catch (cause) {
    throw new TenonError("MIGRATION_INVALID", `${file} cannot be loaded: ${messageOf(cause)}`, {
      where: { file },
      hint: "The error came from the file itself, or from what it imports.",
      cause,
    });
  }
}

// Both keep what they have loaded, and a file that was edited since, in a process that lives long, must not be
// answered with what it was. jiti's cache on disk stays off: where it lies in the shared temporary folder, others
// could write what we then run. https://github.com/unjs/jiti#%EF%B8%8F-options
async function importTypeScript(path: string): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false });
  delete jiti.cache[path];
  return await jiti.import(path);
}

async function importJavaScript(path: string, checksum: string): Promise<unknown> {
  // Node keeps ES modules by their whole URL, and CommonJS by the path alone:
  // https://github.com/nodejs/node/issues/29812
  delete createRequire(import.meta.url).cache[path];
  const url = pathToFileURL(path);
  url.searchParams.set("checksum", checksum);
  return await import(url.href);
}
