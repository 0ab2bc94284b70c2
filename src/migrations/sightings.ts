import { type Stats, statfsSync, statSync } from "node:fs";

/**
 * What of files and folders was looked at, so that a second look can tell whether all is as it was without reading anything.
 *
 * Whatever changes a file gives it a new time of change (`ctime`), which no program can set back. Two changes within one tick of the file
 * system's clock have the same time, though. So what was changed just before it was looked at is not trusted, as in git:
 * https://git-scm.com/docs/racy-git. Nor is a file system that tells of changes late, as those of a network do, or one that nobody has
 * looked into: there all is read each time.
 */
export class Sightings {
  /** Undefined where nothing was. */
  readonly #seen = new Map<string, Stats | undefined>();
  readonly #devices = new Map<number, boolean>();
  #held = 0;
  #isDoubtful = false;

  /** Notes what stands at a path; to be called before it is read. */
  see(path: string): void {
    // The first look counts: what has changed between two does not look the same any more.
    if (this.#seen.has(path)) return;
    const at = Date.now();
    const stats = lookAt(path);
    this.#seen.set(path, stats);
    if (stats !== undefined && !(isSettled(stats, at) && this.#tellsChanges(stats.dev, path))) this.doubt();
  }

  /** Something was seen that may change unnoticed. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  /** Counts the characters of a text that is kept. */
  hold(characters: number): void {
    this.#held += characters;
  }

  get held(): number {
    return this.#held;
  }

  /** Whether everything that was seen is certainly as it was. */
  areCurrent(): boolean {
    if (this.#isDoubtful) return false;
    for (const [path, stats] of this.#seen) if (!isSame(stats, lookAt(path))) return false;
    return true;
  }

  #tellsChanges(device: number, path: string): boolean {
    let known = this.#devices.get(device);
    if (known === undefined) {
      known = isLocal(path);
      this.#devices.set(device, known);
    }
    return known;
  }
}

/** The coarsest clock of a file system that is still in use counts in steps of two seconds. */
const SETTLED_AFTER_MS = 2000;

function isSettled({ ctimeMs }: Stats, at: number): boolean {
  return at - ctimeMs > SETTLED_AFTER_MS;
}

function isSame(before: Stats | undefined, now: Stats | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return (
    before.ctimeMs === now.ctimeMs &&
    before.mtimeMs === now.mtimeMs &&
    before.size === now.size &&
    before.ino === now.ino &&
    before.dev === now.dev
  );
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, NOT_THROWING);
  } catch {
    // A circle of links, a folder that may not be entered: whoever reads it is told.
    return undefined;
  }
}

const NOT_THROWING = { throwIfNoEntry: false } as const;

function isLocal(path: string): boolean {
  // Windows writes the times of an open file late, and lets programs set all of them.
  if (process.platform !== "linux") return false;
  try {
    return LOCAL.has(statfsSync(path).type);
  } catch {
    return false;
  }
}

/** https://man7.org/linux/man-pages/man2/statfs.2.html: ext2 to ext4, XFS, Btrfs, tmpfs, overlay, F2FS, ZFS, SquashFS, EROFS. */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1, 0x73717368, 0xe0f5e1e2,
]);
