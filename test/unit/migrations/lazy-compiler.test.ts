import { createRequire } from "node:module";

import { expect, it } from "vitest";

import { loadMigrations, loadPrograms, versionsOf } from "../../../src/migrations/index.js";
import { temporaryFolder } from "./temporary-folder.js";

/** Whether the compiler of TypeScript migrations is loaded in this process: a file of tests has one of its own. */
function isCompilerLoaded(): boolean {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).some((path) => /[\\/]jiti[\\/]/.test(path));
}

it("the compiler is loaded only when a migration in TypeScript has to run", async () => {
  const folder = temporaryFolder({
    "1_x.ts": "export const up = (): number => 1;",
    "2_y.mjs": "export const up = () => 2;",
  });
  const source = { kind: "folder", path: folder } as const;
  const context = { module: "app", engine: "sqlite" } as const;

  versionsOf(source, context);
  const migrations = await loadMigrations(source, context);
  await loadPrograms(migrations, ({ version }) => version === "2");
  expect(isCompilerLoaded()).toBe(false);

  await loadPrograms(migrations);
  expect(isCompilerLoaded()).toBe(true);
});
