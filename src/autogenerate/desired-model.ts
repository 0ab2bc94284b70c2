import { createHash } from "node:crypto";
import type { EngineName } from "../connection/index.js";
import { loadTranslation, type Untranslated } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { SourceTables } from "../migrations/index.js";
import {
  type Change,
  type DatabaseModel,
  formatAddress,
  type IndexPart,
  type Table,
} from "../schema/index.js";
import { findObjects } from "./drizzle/find-objects.js";
import { impliedNameKey } from "./drizzle/implied-names.js";
import { readTables } from "./drizzle/read-tables.js";
import type { ReadingNote } from "./drizzle/table-parts.js";

/** What the tables of a module ask of a database, in its engine's words, but as written: not yet as the engine tells it. */
export interface DesiredModel {
  readonly model: DatabaseModel;
  /** Tables of other modules, as far as the foreign keys of this one need them. */
  readonly parents: readonly Table[];
  readonly impliedNames: ReadonlySet<string>;
  /** What the translation for this engine leaves out without changing a meaning, as sentences. */
  readonly notes: readonly string[];
  /** What is built in another way than it was written. */
  readonly indexNotes: readonly ReadingNote[];
  /** Another whenever the tables ask for something else, or Tenon reads them in another way. */
  readonly hash: string;
}

export interface DesiredModelOptions {
  readonly engine: EngineName;
  /** PostgreSQL: where tables are that name no schema. */
  readonly defaultSchema?: string | undefined;
  readonly baseFolder?: string | undefined;
}

/** Raised when the same tables are read as another model than before, so that each database is looked at anew. */
const READING = 1;

/**
 * Reads the tables of a module for an engine, translated where they were written for another one.
 * @throws TenonError `MODULE_INVALID`, `CHANGE_UNSUPPORTED`, `MISSING_DEPENDENCY`, `UNSUPPORTED`
 */
export async function readDesiredModel(
  tables: SourceTables,
  options: DesiredModelOptions,
): Promise<DesiredModel> {
  const { engine, defaultSchema, baseFolder } = options;
  if (engine === "sqlserver") {
    throw new TenonError("UNSUPPORTED", "Tables cannot be brought to SQL Server yet.", {
      hint: "Use SQLite or PostgreSQL.",
    });
  }
  const read = await readTables(tables.given, { casing: tables.casing, baseFolder, defaultSchema });
  const { translateModel } = await loadTranslation();
  const translated = translateModel(read.model, engine);
  const parents = translateModel({ ...read.model, tables: read.parents, views: [], sequences: [] }, engine);
  refuseUntranslated(translated.refused, read.model.engine, engine);
  const isTranslated = read.model.engine !== engine;
  const model = engine === "sqlite" ? withUniqueIndexes(translated.model) : translated.model;
  return {
    model,
    parents: parents.model.tables,
    impliedNames: isTranslated ? everyName(model, read.impliedNames) : read.impliedNames,
    notes: translated.notes.map((note) => note.reason),
    indexNotes: isTranslated ? [] : read.notes,
    hash: createHash("sha256")
      .update(JSON.stringify([READING, engine, model]))
      .digest("base64url"),
  };
}

/** What people are told about these changes. */
export function notesOn({ notes, indexNotes }: DesiredModel, changes: readonly Change[]): readonly string[] {
  const isBuilt = ({ table, name }: ReadingNote["index"]) =>
    changes.some(
      ({ kind, object }) =>
        (kind === "create-table" && object.name === table) ||
        ((kind === "create-index" || kind === "change-index") &&
          object.table === table &&
          object.name === name),
    );
  return [...notes, ...indexNotes.filter(({ index }) => isBuilt(index)).map(({ text }) => text)];
}

/** The engine that tables were written for. @throws TenonError `MODULE_INVALID` */
export function engineOfTables(tables: SourceTables): DatabaseModel["engine"] {
  return findObjects(tables.given).engine;
}

function refuseUntranslated(refused: readonly Untranslated[], from: string, to: string): void {
  const [first] = refused;
  if (first === undefined) return;
  throw new TenonError("CHANGE_UNSUPPORTED", refused.map((each) => each.reason).join(" "), {
    where: { object: formatAddress(first.object) },
    hint: `These tables were written for ${from} and are to be brought to ${to}. Say it in a way that both have (docs/types.md), or give tables for ${to}.`,
    details: { objects: refused.map((each) => formatAddress(each.object)) },
  });
}

/** On SQLite what must be unique is an index: it can come and go without the table being written anew. */
function withUniqueIndexes(model: DatabaseModel): DatabaseModel {
  return {
    ...model,
    tables: model.tables.map((table) => {
      const uniques = table.constraints.filter(
        (constraint) => constraint.kind === "unique" && constraint.name !== undefined,
      );
      const indexes = uniques.flatMap((constraint) =>
        constraint.kind === "unique" && constraint.name !== undefined
          ? [
              {
                name: constraint.name,
                unique: true,
                parts: constraint.columns.map((column): IndexPart => ({ column: column.name })),
              },
            ]
          : [],
      );
      return {
        ...table,
        constraints: table.constraints.filter((constraint) => !uniques.includes(constraint)),
        indexes: [...table.indexes, ...indexes],
      };
    }),
  };
}

/** Names that a translation had to make up were chosen by nobody either. */
function everyName(model: DatabaseModel, implied: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set(implied);
  for (const table of model.tables)
    for (const constraint of table.constraints)
      if (constraint.name !== undefined && constraint.kind !== "check")
        names.add(impliedNameKey(table, constraint.name));
  // A name that nobody chose stays so in the schema of the other engine.
  for (const key of implied) {
    const [, table, name]: readonly string[] = JSON.parse(key);
    for (const found of model.tables)
      if (found.name === table && name !== undefined) names.add(impliedNameKey(found, name));
  }
  return names;
}
