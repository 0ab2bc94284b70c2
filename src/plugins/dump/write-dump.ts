import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { StoredTable } from "../../dialects/index.js";
import type { RunContext } from "../../engine/index.js";
import { messageOf, TenonError } from "../../errors.js";
import { DUMP_FORMAT, type DumpedTable, type DumpManifest, MANIFEST_FILE } from "./manifest.js";

export interface DumpRequest extends Pick<DumpManifest, "plugin" | "versions" | "counters"> {
  readonly context: Pick<RunContext, "connection" | "dialect" | "clock">;
  readonly tables: readonly StoredTable[];
  /** The folder in which the dump gets one of its own. */
  readonly folder: string;
}

/** A dump that is on the disk under a name that tells that it is not finished. */
export interface UnfinishedDump {
  readonly manifest: DumpManifest;
  /** Gives it its name, for good: it is on the disk when this returns. Gives the folder. */
  finish(): Promise<string>;
  discard(): Promise<void>;
}

/**
 * Writes the rows of tables into a folder: a file for each table and a manifest with counts and checksums, every one of
 * them flushed to the disk. Runs in the transaction that is going to remove them.
 * @throws TenonError `FILE_FAILED`, `FILE_EXISTS`
 */
export async function writeDump(request: DumpRequest): Promise<UnfinishedDump> {
  const { context, plugin, folder } = request;
  const createdAt = context.clock.now().toISOString();
  const name = `${plugin}-${createdAt.replace(/[-:]/g, "").replace(/\.\d+/, "")}`;
  const unfinished = join(folder, `.${name}.${process.pid}.unfinished`);
  const discard = () => rm(unfinished, { recursive: true, force: true });
  try {
    await mkdir(folder, { recursive: true });
    await mkdir(unfinished);
  } catch (error) {
    throw failed(unfinished, error);
  }
  try {
    const manifest = await writeFiles(request, unfinished, createdAt);
    await syncFolder(unfinished);
    return { manifest, finish: () => moveInto(folder, name, unfinished), discard };
  } catch (error) {
    await discard();
    throw failed(unfinished, error);
  }
}

async function writeFiles(request: DumpRequest, folder: string, createdAt: string): Promise<DumpManifest> {
  const { context, plugin, versions, counters } = request;
  const tables: DumpedTable[] = [];
  const rowsOf = await context.dialect.loadRows();
  await rowsOf.withExactTexts(context.connection, async () => {
    for (const [index, table] of request.tables.entries()) {
      const file = `${String(index + 1).padStart(3, "0")}-${table.name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 60)}.jsonl`;
      const written = await writeTable(join(folder, file), rowsOf.read(context.connection, table));
      const { schema, name, columns } = table;
      tables.push({ schema, name, file, columns, ...written });
    }
  });
  const { engine } = context.dialect;
  const manifest = { format: DUMP_FORMAT, plugin, engine, createdAt, versions, tables, counters } as const;
  await withFile(join(folder, MANIFEST_FILE), (file) =>
    file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`),
  );
  return manifest;
}

async function writeTable(
  path: string,
  rows: AsyncIterable<unknown>,
): Promise<Pick<DumpedTable, "rows" | "sha256">> {
  const hash = createHash("sha256");
  let count = 0;
  await withFile(path, async (file) => {
    let waiting: string[] = [];
    let size = 0;
    const flush = async () => {
      const text = waiting.join("");
      hash.update(text, "utf8");
      await file.appendFile(text);
      [waiting, size] = [[], 0];
    };
    for await (const row of rows) {
      const line = `${JSON.stringify(row)}\n`;
      waiting.push(line);
      size += line.length;
      count++;
      if (size >= WRITE_AT_ONCE) await flush();
    }
    await flush();
  });
  return { rows: count, sha256: hash.digest("hex") };
}

const WRITE_AT_ONCE = 1 << 18;

async function withFile(path: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await work(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A second dump in the same second gets a number behind its name. */
async function moveInto(folder: string, name: string, unfinished: string): Promise<string> {
  for (let attempt = 1; attempt <= MOST_OF_A_NAME; attempt++) {
    const wanted = join(folder, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      await rename(unfinished, wanted);
      await syncFolder(folder);
      return wanted;
    } catch (error) {
      if (!isTaken(error)) throw failed(wanted, error);
    }
  }
  throw new TenonError(
    "FILE_EXISTS",
    `${join(folder, name)} and ${MOST_OF_A_NAME - 1} others of that name exist.`,
    {
      hint: "Give another folder for the dump.",
    },
  );
}

const MOST_OF_A_NAME = 1000;

/** What a rename onto a folder that holds something says; Windows calls it EPERM. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && TAKEN.has(String(error.code));
}

const TAKEN = new Set(["EEXIST", "ENOTEMPTY", "EPERM"]);

/** A new name in a folder is on the disk only when the folder is: https://man7.org/linux/man-pages/man2/fsync.2.html */
async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and needs none of this.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function failed(path: string, error: unknown): TenonError {
  if (error instanceof TenonError) return error;
  return new TenonError(
    "FILE_FAILED",
    `The dump cannot be written to ${dirname(path)}: ${messageOf(error)}. Nothing was removed.`,
    {
      where: { file: path },
      hint: "Give a folder that can be written and has room, or remove without a dump (`--no-dump`, `withoutDump: true`).",
      cause: error,
    },
  );
}
