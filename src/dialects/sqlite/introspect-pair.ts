import type { DatabaseModel, Table } from "../../schema/index.js";
import type { Reading } from "../schema-dialect.js";
import {
  type CapturedCatalogue,
  type CapturedColumns,
  type CatalogueObjects,
  captureColumns,
  captureObjects,
  readColumns,
  readObjects,
} from "./catalogue.js";
import { type KnownTables, type ListedObjects, listObjects, modelOf, textsOf } from "./introspect.js";
import { canBeReadLater, readTableLater, type TableTexts } from "./read-table.js";

/**
 * Reads two databases. A table that both have to the letter is one object in both models: all that SQLite knows of it, it has
 * read from these texts itself. Such a table is read when something asks what is in it, and mostly nothing does; the
 * pragmas are asked about the others.
 */
export async function introspectPair(
  from: Reading,
  to: Reading,
): Promise<readonly [DatabaseModel, DatabaseModel]> {
  const before = await startReading(from);
  const after = await startReading(to);
  const known = tablesOfBoth(before, after);
  return [await finishReading(before, known), await finishReading(after, known)];
}

interface StartedReading {
  readonly source: Reading;
  readonly objects: CatalogueObjects;
  readonly listed: ListedObjects;
}

async function startReading(source: Reading): Promise<StartedReading> {
  const objects = readObjects(
    "captured" in source ? parseCaptured(source.captured) : await captureObjects(source.connection),
  );
  return { source, objects, listed: listObjects(objects, { exclude: source.exclude }) };
}

async function finishReading(started: StartedReading, known: KnownTables): Promise<DatabaseModel> {
  const { source, objects, listed } = started;
  const open = listed.rows
    .filter((row) => row.type === "table" && !known.has(row.name))
    .map((row) => row.name)
    .filter((name) => objects.tables.get(name)?.type !== "virtual");
  const columns = open.length === 0 ? NO_COLUMNS : await columnsOf(source, open);
  return modelOf({ ...objects, ...readColumns(columns) }, listed, known);
}

function columnsOf(source: Reading, tables: readonly string[]): Promise<CapturedColumns> | CapturedColumns {
  return "captured" in source ? parseCaptured(source.captured) : captureColumns(source.connection, tables);
}

const NO_COLUMNS: CapturedColumns = { columns: "[]", foreignKeys: "[]" };

export function parseCaptured(captured: string): CapturedCatalogue {
  return JSON.parse(captured);
}

function tablesOfBoth(before: StartedReading, after: StartedReading): KnownTables {
  const texts = new Map(shareable(before).map((each) => [each.name, each]));
  const both = new Map<string, Table>();
  for (const each of shareable(after)) {
    const other = texts.get(each.name);
    if (other !== undefined && isSame(each, other)) both.set(each.name, readTableLater(each));
  }
  return both;
}

function shareable({ objects, listed }: StartedReading): readonly TableTexts[] {
  return listed.rows
    .filter((row) => row.type === "table" && objects.tables.get(row.name)?.type === "table")
    .map((row) => textsOf(row, objects, listed))
    .filter((texts) => canBeReadLater(texts) && !mayMeanAnotherKey(texts.sql));
}

function isSame(one: TableTexts, other: TableTexts): boolean {
  return (
    one.sql === other.sql &&
    one.facts.strict === other.facts.strict &&
    one.facts.withoutRowid === other.facts.withoutRowid &&
    one.parts.length === other.parts.length &&
    one.parts.every((part, index) => {
      const counterpart = other.parts[index];
      return part.name === counterpart?.name && part.sql === counterpart.sql;
    })
  );
}

/**
 * Whether there may be a foreign key that names no columns of its parent: what it means stands in the definition of the
 * parent. Where the text leaves that open (quotes within names, comments) it may.
 */
function mayMeanAnotherKey(sql: string): boolean {
  const keys = sql.match(/\breferences\b/gi)?.length ?? 0;
  return keys > 0 && keys !== sql.match(COMPLETE_KEY)?.length;
}

const COMPLETE_KEY = /\breferences\s*(?:\s\w+|"[^"]*"|`[^`]*`|\[[^\]]*\]|'[^']*')\s*\(/gi;
