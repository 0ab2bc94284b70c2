import { fileURLToPath } from "node:url";

import { TenonError } from "../errors.js";
import type { SchemaVersions } from "./definition.js";
import type { Version } from "./migration.js";
import { parseVersion } from "./version.js";

/** Where the migrations of a module come from. */
export type Source =
  | { readonly kind: "inline"; readonly versions: SchemaVersions }
  | {
      readonly kind: "folder";
      /** As it was given; a relative one is found from a base folder when the source is loaded. */
      readonly path: string;
    };

/** A source as people write it: the versions themselves, or a folder of migration files. */
export type SourceDefinition = SchemaVersions | { readonly migrations: string | URL };

/**
 * Reads a source as people write it. What can be wrong with the single versions is told when they are loaded.
 * @throws TenonError `MODULE_INVALID`, `VERSION_INVALID`, `MIGRATION_DUPLICATE`
 */
export function sourceOf(definition: SourceDefinition): Source {
  if (typeof definition !== "object" || definition === null || Array.isArray(definition)) {
    throw invalid("is neither an object of versions nor a folder");
  }
  if ("migrations" in definition) return folderSource(definition);
  const byVersion = new Map<Version, string>();
  for (const key of Object.keys(definition)) {
    const version = parseVersion(key, { dotted: true });
    const other = byVersion.get(version);
    if (other !== undefined) {
      throw new TenonError(
        "MIGRATION_DUPLICATE",
        `Version ${version} is given twice: as "${other}" and as "${key}".`,
        {
          where: { version },
          hint: "Give one of them another version.",
        },
      );
    }
    byVersion.set(version, key);
  }
  return { kind: "inline", versions: definition };
}

function folderSource(definition: Readonly<Record<string, unknown>>): Source {
  const { migrations, ...others } = definition;
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid(`has "${other}" beside "migrations"`);
  if (migrations instanceof URL && migrations.protocol === "file:") {
    return { kind: "folder", path: fileURLToPath(migrations) };
  }
  if (typeof migrations === "string" && migrations.trim() !== "") {
    return {
      kind: "folder",
      path: migrations.startsWith("file://") ? fileURLToPath(migrations) : migrations,
    };
  }
  throw invalid('has "migrations" that is not the path of a folder');
}

function invalid(why: string): TenonError {
  return new TenonError("MODULE_INVALID", `What was given as a module's migrations ${why}.`, {
    hint: 'Give the versions, `{ 1: { name, up, down }, … }`, or a folder of migration files, `{ migrations: "./migrations" }`.',
  });
}
