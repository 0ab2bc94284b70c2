import { closeSync, fsyncSync, linkSync, lstatSync, openSync, unlinkSync, writeSync } from "node:fs";
import type { NativeDatabase } from "./libsql-driver.js";

/**
 * Makes an empty database in WAL mode where there is no file yet. The engine itself would make one in rollback mode and then
 * switch it, which waits for the disk eight times before the first table is there; a page that is written whole needs it once.
 *
 * The file appears with all its content or not at all, so that nobody who opens it meanwhile sees a part of it, and it is never
 * put in the place of another: https://man7.org/linux/man-pages/man2/link.2.html
 *
 * @returns false where nothing was made: somebody else has made the file, side files of a database that is gone lie there (the
 *   engine would take them for those of this one: https://sqlite.org/howtocorrupt.html#_deleting_a_hot_journal), or the file
 *   system knows no links. Then the engine does it its own way.
 */
export function makeEmptyDatabase(path: string): boolean {
  if (["-wal", "-shm", "-journal"].some((ending) => isThere(path + ending))) return false;
  const draft = `${path}.new-${process.pid}-${++drafts}`;
  try {
    const handle = openSync(draft, "wx", 0o644);
    try {
      page ??= firstPage();
      writeSync(handle, page);
      // Were it not on the disk when the first commit is, the engine would take the log for one of another database.
      fsyncSync(handle);
    } finally {
      // Before it has its name: closing a file that is open elsewhere in this process would take the locks on it away.
      closeSync(handle);
    }
    linkSync(draft, path);
    return true;
  } catch {
    // Whatever it is, the engine will meet it again, and it is told then.
    return false;
  } finally {
    remove(draft);
  }
}

/**
 * Puts a database back into rollback mode where the file system has no memory to share, so that one in WAL mode cannot be used;
 * alone with the file it can: https://sqlite.org/wal.html#use_of_wal_without_shared_memory. Where somebody else has it open, it stays.
 */
export function leaveWalMode(native: NativeDatabase): void {
  try {
    native.exec("PRAGMA locking_mode = EXCLUSIVE");
    native.exec("PRAGMA journal_mode = DELETE");
  } catch {
    // Then it was not for this that the database could not be opened, and the next attempt tells why.
  } finally {
    native.close();
  }
}

let drafts = 0;
let page: Uint8Array | undefined;

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not made, or is gone already.
  }
}

const PAGE_BYTES = 4096;

/** The one page of a database in WAL mode that holds nothing, as the engine makes it: https://sqlite.org/fileformat2.html#the_database_header */
export function firstPage(): Uint8Array {
  const bytes = Buffer.alloc(PAGE_BYTES);
  bytes.write("SQLite format 3\0", 0, "latin1");
  bytes.writeUInt16BE(PAGE_BYTES, 16);
  // Written and read by way of a WAL.
  bytes.set([2, 2], 18);
  // Fractions of a page that an index cell may take; they have no other values.
  bytes.set([64, 32, 32], 21);
  // The number of changes so far, the pages of the file, and the change at which the number of pages was right.
  for (const offset of [24, 28, 92]) bytes.writeUInt32BE(1, offset);
  bytes.writeUInt32BE(LIBRARY_VERSION, 96);
  // The schema table: a leaf without cells, whose content would begin at the end of the page.
  bytes[100] = 0x0d;
  bytes.writeUInt16BE(PAGE_BYTES, 105);
  return bytes;
}

/** Of the library that wrote the file last: the first one that every WAL of today can be read by. */
const LIBRARY_VERSION = 3_007_000;
