import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test("the lock file holds every dependency of what it holds, also for other platforms, as `npm ci` demands", () => {
  const file = fileURLToPath(new URL("../../../package-lock.json", import.meta.url));
  const { packages }: { packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !places(path, name).some((place) => packages[place]?.version !== undefined))
      .map((name) => `${name}, for ${path}`),
  );
  expect(missing).toEqual([]);
});

/** Where a package finds another: in its own node_modules, then in those of the folders above it. */
function places(path: string, name: string): string[] {
  const parents = path === "" ? [""] : [path, ...above(path)];
  return parents.map((parent) => `${parent}${parent === "" ? "" : "/"}node_modules/${name}`);
}

function above(path: string): string[] {
  const end = path.lastIndexOf("/node_modules/");
  return end === -1 ? [""] : [path.slice(0, end), ...above(path.slice(0, end))];
}
