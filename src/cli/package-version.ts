import { readFileSync } from "node:fs";

import { TenonError } from "../errors.js";

/** The version of this package, from its own package.json. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  if (isManifest && typeof manifest.version === "string") return manifest.version;
  throw new TenonError("INTERNAL", "The package has no version in its package.json.");
}
