import { createRequire } from "node:module";

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
    loaded = createRequire(import.meta.url)(name);
  } catch {
    // Its own error is the one to tell.
    loaded = await load();
  }
  return loaded;
}
