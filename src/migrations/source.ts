import { fileURLToPath } from "node:url";

import { TenonError } from "../errors.js";
import type { SchemaVersions } from "./definition.js";
import { LAYOUT_NAMES, type LayoutChoice, type Version } from "./migration.js";
import { parseVersion } from "./version.js";

/** Where the migrations of a module come from. */
export type Source =
  | { readonly kind: "inline"; readonly versions: SchemaVersions }
  | {
      readonly kind: "folder";
      /** As it was given; a relative one is found from a base folder when the source is loaded. */
      readonly path: string;
      /** Whose layout the folder has; found out by looking unless given. */
      readonly layout?: LayoutChoice | undefined;
      /** The tables that the next migration is generated from. */
      readonly tables?: SourceTables | undefined;
    }
  /** No migrations are written: the database follows the tables, and the journal keeps what was done. */
  | { readonly kind: "tables"; readonly tables: SourceTables };

/** Tables as somebody gave them; what they are is judged where they are read. */
export interface SourceTables {
  readonly given: Readonly<Record<string, unknown>> | readonly unknown[];
  readonly casing?: "snake_case" | "camelCase" | undefined;
}

/** Tables that are written in TypeScript, with Drizzle. */
export interface TablesDefinition {
  /**
   * Tables, views, enums, sequences, schemas and policies of `drizzle-orm/sqlite-core` or `drizzle-orm/pg-core`: by name, in a list, or a whole
   * module (`import * as tables`); what is none of these is passed over.
   */
  readonly tables: Readonly<Record<string, unknown>> | readonly unknown[];
  /** How columns are named that have no name of their own, as `drizzle()` of version 0.45 is told. */
  readonly casing?: "snake_case" | "camelCase" | undefined;
}

/** A folder of migration files, and the tables that the next one is generated from. */
export interface FolderDefinition extends Partial<TablesDefinition> {
  readonly migrations: string | URL;
  /**
   * The tool in whose layout the files are, read in place as that tool reads them: `"goose"`, `"flyway"`, …; `"native"` for Tenon's own.
   * Found out by looking unless given.
   */
  readonly layout?: LayoutChoice | undefined;
}

/** A source as people write it: the versions themselves, a folder of migration files, or tables. */
export type SourceDefinition = SchemaVersions | FolderDefinition | TablesDefinition;

/**
 * Reads a source as people write it. What can be wrong with the single versions is told when they are loaded.
 * @throws TenonError `MODULE_INVALID`, `VERSION_INVALID`, `MIGRATION_DUPLICATE`
 */
export function sourceOf(definition: SourceDefinition): Source {
  if (typeof definition !== "object" || definition === null || Array.isArray(definition)) {
    throw invalid("is neither an object of versions, nor a folder, nor tables");
  }
  if ("migrations" in definition) return folderSource({ ...definition });
  if ("tables" in definition) return { kind: "tables", tables: sourceTables({ ...definition }) };
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
  const { migrations, layout: given, ...others } = definition;
  const layout = given === undefined ? {} : { layout: layoutNamed(given) };
  const tables = "tables" in others ? { tables: sourceTables(others) } : {};
  const [other] = Object.keys(others).filter((name) => !("tables" in others && TABLES_FIELDS.includes(name)));
  if (other !== undefined) throw invalid(`has "${other}" beside "migrations"`);
  if (migrations instanceof URL && migrations.protocol === "file:") {
    return { kind: "folder", path: fileURLToPath(migrations), ...layout, ...tables };
  }
  if (typeof migrations === "string" && migrations.trim() !== "") {
    return {
      kind: "folder",
      path: migrations.startsWith("file://") ? fileURLToPath(migrations) : migrations,
      ...layout,
      ...tables,
    };
  }
  throw invalid('has "migrations" that is not the path of a folder');
}

/** Reads the name of a layout. @throws TenonError `MODULE_INVALID` */
export function layoutNamed(given: unknown): LayoutChoice {
  const found = LAYOUT_CHOICES.find((name) => name === given);
  if (found !== undefined) return found;
  throw invalid(`has the layout ${JSON.stringify(given)}; it is one of ${LAYOUT_CHOICES.join(", ")}`);
}

export const LAYOUT_CHOICES: readonly LayoutChoice[] = ["auto", ...LAYOUT_NAMES];

const TABLES_FIELDS = ["tables", "casing"];

function sourceTables(definition: Readonly<Record<string, unknown>>): SourceTables {
  const { tables, casing, ...others } = definition;
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid(`has "${other}" beside "tables"`);
  if (!isTables(tables)) throw invalid('has "tables" that is neither an object nor a list');
  if (casing !== undefined && casing !== "snake_case" && casing !== "camelCase") {
    throw invalid(`has the casing ${JSON.stringify(casing)}; it is "snake_case" or "camelCase"`);
  }
  return { given: tables, casing };
}

function isTables(tables: unknown): tables is SourceTables["given"] {
  return typeof tables === "object" && tables !== null;
}

function invalid(why: string): TenonError {
  return new TenonError("MODULE_INVALID", `What was given as a module's migrations ${why}.`, {
    hint: 'Give the versions, `{ 1: { name, up, down }, … }`, a folder of migration files, `{ migrations: "./migrations" }`, or Drizzle tables, `{ tables: { users } }`.',
  });
}
