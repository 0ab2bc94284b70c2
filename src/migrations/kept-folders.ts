import { resolve } from "node:path";

import { FolderView } from "./folder-view.js";
import { Sightings } from "./sightings.js";

/**
 * Opens a folder of migrations. One that this process comes to again is handed out with all that was read of it, while
 * everything that was looked at is certainly as it was: then a thousand files cost a thousand looks at their times, and no reading.
 * The first time nothing is noted, for most processes come once.
 */
export function openFolder(folder: string, baseFolder: string | undefined): FolderView {
  const key = [resolve(baseFolder ?? "", folder), folder, baseFolder ?? ""].join("\0");
  if (!kept.has(key)) {
    kept.set(key, undefined);
    forgetOldest();
    return FolderView.open(folder, baseFolder);
  }
  const known = kept.get(key);
  const next = known?.sightings.areCurrent() === true ? known : lookAnew(folder, baseFolder);
  // The one used last goes to the end, and the first is the one to forget.
  kept.delete(key);
  kept.set(key, next);
  forgetOldest();
  return next.view;
}

/** Lets go of what was used longest ago, until what is held is little beside the program itself. */
export function forgetOldest(): void {
  let held = 0;
  for (const each of kept.values()) held += each?.sightings.held ?? 0;
  for (const [key, each] of kept) {
    if (held <= MOST_HELD && kept.size <= MOST_FOLDERS) return;
    kept.delete(key);
    held -= each?.sightings.held ?? 0;
  }
}

function lookAnew(folder: string, baseFolder: string | undefined): KeptFolder {
  const sightings = new Sightings();
  return { view: FolderView.open(folder, baseFolder, sightings), sightings };
}

interface KeptFolder {
  readonly view: FolderView;
  readonly sightings: Sightings;
}

/** Undefined for a folder that was opened once. */
const kept = new Map<string, KeptFolder | undefined>();

/** Characters of all texts together. */
const MOST_HELD = 8 * 1024 * 1024;
const MOST_FOLDERS = 1000;
