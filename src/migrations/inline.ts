import { TenonError } from "../errors.js";
import { checksumOf } from "./checksum.js";
import type { SchemaVersion, SchemaVersions } from "./definition.js";
import { LazyMigration, mayNameDependency } from "./lazy-migration.js";
import type { LoadContext } from "./load-context.js";
import type { Migration, Version } from "./migration.js";
import { placeErrors } from "./place-errors.js";
import { readDefinition, readHead } from "./read-definition.js";
import { parseVersion } from "./version.js";

/**
 * The migrations of a module that are written in the program. A version whose `up` is for other engines only does
 * not exist on this one.
 *
 * @throws TenonError `MIGRATION_INVALID`, `MIGRATION_EMPTY`, `VERSION_INVALID`, `DIRECTIVE_UNKNOWN`, `DIRECTIVE_INVALID`
 */
export function readInline(versions: SchemaVersions, context: LoadContext): Migration[] {
  const migrations: Migration[] = [];
  for (const [key, schemaVersion] of Object.entries(versions)) {
    const migration = readOne(parseVersion(key, { dotted: true }), schemaVersion, context);
    if (migration !== undefined) migrations.push(migration);
  }
  return migrations;
}

function readOne(version: Version, written: SchemaVersion, context: LoadContext): Migration | undefined {
  const { module, engine } = context;
  try {
    refuseUnknownFields(written);
    const { name, up } = readHead(written, { version, engine });
    if (name === undefined) throw invalid("it has no `name`");
    if (up === undefined) return undefined;
    const checksum = checksumOf(up.kind === "sql" ? up.texts : up.source);
    const read = () =>
      placeErrors(
        () => {
          const definition = readDefinition(written, { version, engine });
          if (definition.up === undefined) throw invalid("its `up` went away while it was read");
          return { ...definition, up: definition.up };
        },
        { module, version },
      );
    const mayDepend = () =>
      written.dependsOn !== undefined || (up.kind === "sql" && up.texts.some(mayNameDependency));
    return new LazyMigration({ module, version, name, checksum }, read, mayDepend);
  } catch (error) {
    throw error instanceof TenonError ? error.at({ module, version }) : error;
  }
}

const FIELDS: Readonly<Record<keyof SchemaVersion, true>> = {
  version: true,
  name: true,
  description: true,
  up: true,
  down: true,
  verify: true,
  noTransaction: true,
  allowLoss: true,
  dependsOn: true,
};

function refuseUnknownFields(written: unknown): void {
  if (typeof written !== "object" || written === null || Array.isArray(written))
    throw invalid("it is no object");
  for (const field of Object.keys(written)) {
    if (!Object.hasOwn(FIELDS, field)) throw invalid(`it has a field \`${field}\``);
  }
}

function invalid(why: string): TenonError {
  return new TenonError("MIGRATION_INVALID", `The migration is not well formed: ${why}.`, {
    hint: `The fields of a version are ${Object.keys(FIELDS).join(", ")}.`,
  });
}
