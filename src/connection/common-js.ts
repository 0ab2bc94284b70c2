import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Loads a package that is CommonJS. `import` reads the text of such a package for the names that it exports, and of what it requires,
 * before it runs any of it; `require` does not, and that is milliseconds of each start. What an application has bundled is
 * found by `import` alone.
 *
 * @param load The `import` of it, in a form that bundlers see.
 */
export async function loadCommonJs<T>(name: string, load: () => Promise<T>): Promise<T> {
  let loaded: T;
  try {
    loaded = requireFromHere(name);
  } catch {
    // Its own error is the one to tell.
    loaded = await load();
  }
  return loaded;
}

/**
 * By its folder, where it lies in one: a bare name is looked for in the package's `exports` with patterns that take longer to
 * compile than all the rest. What has no folder (Plug'n'Play) is asked for by name.
 */
function requireFromHere(name: string) {
  const require = createRequire(import.meta.url);
  const folders = require.resolve.paths(name) ?? [];
  const folder = folders.map((each) => join(each, name)).find((each) => existsSync(each));
  return require(folder ?? name);
}
