import { closeSync, fstatSync, openSync, readdirSync, readSync, type Stats, statSync } from "node:fs";

const HEADER_BYTES = 100;

/**
 * Reads the first 100 bytes of a database file, or as many as there are.
 *
 * A process that closes a file loses every lock that it has on it, also those that another part of it has taken
 * through another handle (https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_):
 * a database that is open here would go on unprotected, and other processes would delete its WAL under it. So where the
 * file is open in this process, the handle that reads is kept, until nobody else has it open.
 */
export function readFileHeader(path: string): Uint8Array {
  const { dev, ino } = statSync(path);
  const kept = parked.find((each) => each.stats.dev === dev && each.stats.ino === ino);
  if (kept !== undefined) return readFrom(kept.handle);
  const handle = openSync(path, "r");
  const stats = fstatSync(handle);
  try {
    return readFrom(handle);
  } finally {
    if (!closeUnlessShared(handle, stats)) parked.push({ handle, stats });
  }
}

/** Closes the handles that had to be kept, as far as it can be done by now. */
export function closeParkedHandles(): void {
  const left = parked.splice(0).filter(({ handle, stats }) => !closeUnlessShared(handle, stats));
  parked.push(...left);
}

interface ParkedHandle {
  readonly handle: number;
  readonly stats: Stats;
}

const parked: ParkedHandle[] = [];

function readFrom(handle: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  return header.subarray(0, readSync(handle, header, 0, HEADER_BYTES, 0));
}

function closeUnlessShared(handle: number, stats: Stats): boolean {
  // Windows locks by handle.
  if (process.platform !== "win32" && isOpenElsewhere(handle, stats)) return false;
  closeSync(handle);
  return true;
}

function isOpenElsewhere(own: number, { dev, ino }: Stats): boolean {
  const ours = new Set([own, ...parked.map(({ handle }) => handle)]);
  const handles = openHandles();
  if (handles === undefined) return true;
  return handles.some((handle) => {
    if (ours.has(handle)) return false;
    const found = statsOf(handle);
    return found !== undefined && found.dev === dev && found.ino === ino;
  });
}

/** All handles of the process, of whatever part of it; undefined where that cannot be known. */
function openHandles(): number[] | undefined {
  try {
    return readdirSync("/dev/fd").map(Number).filter(Number.isInteger);
  } catch {
    return undefined;
  }
}

function statsOf(handle: number): Stats | undefined {
  try {
    return fstatSync(handle);
  } catch {
    // Closed since it was listed, as the one that listed them is.
    return undefined;
  }
}
