import type { SchemaVersions } from "../../src/index.js";

export function versionsOf(count: number): SchemaVersions;
