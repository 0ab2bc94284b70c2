import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { StoredRow } from "../../dialects/index.js";
import { messageOf, TenonError } from "../../errors.js";
import { DUMP_FORMAT, type DumpedTable, type DumpManifest, MANIFEST_FILE } from "./manifest.js";

/** Reads the manifest of a dump. @throws TenonError `FILE_FAILED`, `PLUGIN_DATA` */
export async function readManifest(folder: string): Promise<DumpManifest> {
  const path = join(folder, MANIFEST_FILE);
  const text = await readText(path);
  let manifest: Partial<DumpManifest>;
  try {
    manifest = Object(JSON.parse(text));
  } catch (cause) {
    throw damaged(path, "it is no JSON", cause);
  }
  if (manifest.format !== DUMP_FORMAT)
    throw damaged(path, `its format is ${String(manifest.format)}, and ${DUMP_FORMAT} is known`);
  const { plugin, engine, createdAt, versions, tables, counters } = manifest;
  if (
    plugin === undefined ||
    engine === undefined ||
    createdAt === undefined ||
    !Array.isArray(versions) ||
    !Array.isArray(tables) ||
    !Array.isArray(counters)
  ) {
    throw damaged(path, "something of it is missing");
  }
  return { format: DUMP_FORMAT, plugin, engine, createdAt, versions, tables, counters };
}

/** Looks whether every file of a dump is whole. @throws TenonError `FILE_FAILED`, `PLUGIN_DATA` */
export async function checkFiles(folder: string, manifest: DumpManifest): Promise<void> {
  for (const table of manifest.tables) {
    const path = join(folder, table.file);
    const hash = createHash("sha256");
    try {
      for await (const part of createReadStream(path)) hash.update(part);
    } catch (cause) {
      throw unreadable(path, cause);
    }
    const found = hash.digest("hex");
    if (found !== table.sha256)
      throw damaged(
        path,
        `its checksum is ${found.slice(0, 12)}…, and the manifest says ${table.sha256.slice(0, 12)}…`,
      );
  }
}

/** The rows of a table, some at a time. */
export async function* readRows(folder: string, table: DumpedTable): AsyncGenerator<readonly StoredRow[]> {
  const path = join(folder, table.file);
  const lines = createInterface({
    input: createReadStream(path, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let rows: StoredRow[] = [];
  for await (const line of lines) {
    rows.push(JSON.parse(line));
    if (rows.length < ROWS_AT_ONCE) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

const ROWS_AT_ONCE = 500;

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): TenonError {
  return new TenonError("FILE_FAILED", `The dump cannot be read: ${messageOf(cause)}.`, {
    where: { file: path },
    hint: "Give the folder that holds the manifest.json of a dump.",
    cause,
  });
}

function damaged(path: string, why: string, cause?: unknown): TenonError {
  return new TenonError(
    "PLUGIN_DATA",
    `The dump cannot be restored: of ${path}, ${why}. Nothing was changed.`,
    {
      where: { file: path },
      hint: "Restore the file as it was written, from a backup.",
      cause,
    },
  );
}
