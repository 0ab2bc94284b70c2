import { accessSync, constants, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { messageOf, TenonError } from "../errors.js";
import { readFileHeader } from "./file-header.js";

/** What lies where a database should be, seen before the engine looks: nothing is created or changed on the way. */
export interface DatabaseFile {
  /** The file's real path, behind symbolic links: the engine puts its side files there. */
  readonly path: string;
  /** The file as messages name it. */
  readonly description: string;
  /** `opaque` is what does not begin as a SQLite file does: encrypted, or something else altogether. */
  readonly kind: "missing" | "empty" | "plain" | "opaque";
  /** The first 100 bytes, or as many as there are. */
  readonly header: Uint8Array;
}

/** @throws TenonError `CONNECTION_FAILED` when there is something that cannot be a database file. */
export function inspectDatabaseFile(file: string, description: string): DatabaseFile {
  const path = realPath(file, description);
  const stats = statOf(path, description);
  if (stats === undefined) return { path, description, kind: "missing", header: new Uint8Array() };
  if (stats.isDirectory())
    throw failed(`${description} is a folder, not a database file.`, "Name a file in it.");
  if (!stats.isFile()) throw failed(`${description} is not a regular file.`, "Check the path.");
  const header = headerOf(path, stats, description);
  if (header.length === 0) return { path, description, kind: "empty", header };
  return { path, description, kind: isSqliteHeader(header) ? "plain" : "opaque", header };
}

/** Refuses a file that is not there yet, or has nothing in it, where none may be made. */
export function refuseAbsent(file: DatabaseFile): void {
  const { kind, description } = file;
  if (kind === "missing") {
    throw failed(
      `${description} does not exist.`,
      "Check the path; relative paths start at the working directory.",
    );
  }
  if (kind === "empty") {
    throw new TenonError("NOT_A_DATABASE", `${description} is empty: it has no bytes at all.`, {
      hint: "Check whether a copy was cut short. What may write makes a new database of it.",
    });
  }
}

/** Refuses a folder in which no file can be made. */
export function refuseFolder(file: DatabaseFile): void {
  const { description } = file;
  const folder = dirname(file.path);
  const stats = statOf(folder, description);
  if (stats === undefined) {
    throw failed(
      `${description} cannot be created: the folder ${folder} does not exist.`,
      "Create the folder first.",
    );
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw failed(
      `${description} cannot be created: this user may not write in ${folder}.`,
      "Change the rights of the folder, or choose another one.",
    );
  }
}

/**
 * Refuses a file that ends in the middle of a page: the engine would notice only when it comes to that page. While a
 * journal or WAL is beside it, the end of the file may still be on its way.
 */
export function refuseCutShort({ path, description, header }: DatabaseFile): void {
  if (hasContent(`${path}-wal`) || hasContent(`${path}-journal`)) return;
  // Asked only now: what was written to a WAL that is gone is in the file by now.
  const { size } = statSync(path);
  const pageSize = pageSizeOf(header);
  if (pageSize === undefined || size % pageSize === 0) return;
  throw new TenonError(
    "DATABASE_CORRUPT",
    `${description} was cut short: its ${size} bytes end in the middle of a page of ${pageSize}.`,
    { hint: "Restore it from a backup, or copy it again. Nothing was changed." },
  );
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/**
 * True when the file has the form of an encrypted database: the cipher leaves these eight bytes of the header as they
 * are, and five of them are always the same: https://sqlite.org/fileformat.html#the_database_header
 */
export function looksEncrypted({ kind, header }: DatabaseFile): boolean {
  if (kind !== "opaque" || header.length < 24) return false;
  return pageSizeOf(header) !== undefined && header[21] === 64 && header[22] === 32 && header[23] === 32;
}

/** Whether a file is in WAL mode; it may be encrypted: https://sqlite.org/fileformat.html#file_format_version_numbers */
export function saysWal({ kind, header }: DatabaseFile): boolean {
  return (kind === "plain" || kind === "opaque") && header[18] === 2 && header[19] === 2;
}

/** The page size in the header, which encryption leaves readable; undefined when it is none. */
function pageSizeOf(header: Uint8Array): number | undefined {
  if (header.length < 18) return undefined;
  const stored = ((header[16] ?? 0) << 8) | (header[17] ?? 0);
  // 65536 does not fit into the two bytes, and is written as 1.
  const size = stored === 1 ? 65536 : stored;
  return size >= 512 && Number.isInteger(Math.log2(size)) ? size : undefined;
}

/** https://sqlite.org/fileformat.html#magic_header_string */
function isSqliteHeader(header: Uint8Array): boolean {
  return Buffer.from(header.subarray(0, 16)).equals(Buffer.from("SQLite format 3\0"));
}

/** The path behind symbolic links, also where a link leads to a file that is still to be made. */
function realPath(file: string, description: string, linksLeft = 40): string {
  try {
    // Asked first, for a file that is still to be made is no error, and an error takes longer than the answer.
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return realpathSync(file);
    const folder = dirname(file);
    if (folder !== file) return join(realpathSync(folder), basename(file));
  } catch (error) {
    if (codeOf(error) === "ENOTDIR") {
      throw failed(`${description} cannot be opened: a part of its path is a file.`, "Check the path.");
    }
    if (codeOf(error) === "ELOOP" || linksLeft === 0) {
      throw failed(
        `${description} is a symbolic link that leads back to itself.`,
        "Check where the link leads.",
      );
    }
    if (codeOf(error) !== "ENOENT") {
      throw failed(
        `${description} cannot be reached: ${messageOf(error)}.`,
        "Check the rights of its folders.",
      );
    }
  }
  const target = linkTarget(file);
  if (target !== undefined) return realPath(resolve(dirname(file), target), description, linksLeft - 1);
  const folder = dirname(file);
  return folder === file ? file : join(realPath(folder, description, linksLeft), basename(file));
}

function linkTarget(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    // Not a link, or not there: then there is no target, which is all that is asked.
    return undefined;
  }
}

function statOf(file: string, description: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw failed(
      `${description} cannot be reached: ${messageOf(error)}.`,
      "Check the rights of its folders.",
    );
  }
}

/**
 * The header of a plain database is not read again while the file looks as it did: to open and close it, and to make sure first that nobody else
 * in the process has it open, takes longer than all that SQLite does to open it. Should it have changed nevertheless, the engine notices.
 */
function headerOf(path: string, stats: Stats, description: string): Uint8Array {
  const known = plainHeaders.get(path);
  if (known !== undefined && isSameFile(known.stats, stats)) return known.header;
  const header = readHeader(path, description);
  plainHeaders.delete(path);
  if (isSqliteHeader(header)) plainHeaders.set(path, { stats, header });
  const [oldest] = plainHeaders.keys();
  if (plainHeaders.size > MOST_HEADERS && oldest !== undefined) plainHeaders.delete(oldest);
  return header;
}

const plainHeaders = new Map<string, { readonly stats: Stats; readonly header: Uint8Array }>();
const MOST_HEADERS = 1000;

function isSameFile(a: Stats, b: Stats): boolean {
  return (
    a.ctimeMs === b.ctimeMs &&
    a.mtimeMs === b.mtimeMs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.dev === b.dev
  );
}

function readHeader(file: string, description: string): Uint8Array {
  try {
    return readFileHeader(file);
  } catch (error) {
    const reason = codeOf(error) === "EACCES" ? "this user may not read it" : messageOf(error);
    throw failed(`${description} cannot be opened: ${reason}.`, "Change the rights of the file.");
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function failed(message: string, hint: string): TenonError {
  return new TenonError("CONNECTION_FAILED", message, { hint });
}
