import { NOTHING_APPLIED, type Version } from "../migrations/index.js";
import { NOTHING_OWNED, type OwnedObjects } from "./owned-objects.js";

/** What is kept beside the journal after the sync of a module. */
export interface SyncState {
  /** Of what the tables asked for. */
  readonly hash: string;
  /** Of the catalogue when it was done: another one means that somebody changed something since. */
  readonly stamp: string;
  /** The highest applied version then. */
  readonly version: Version;
  readonly owned: OwnedObjects;
}

export function encodeSyncState(state: SyncState): string {
  return JSON.stringify(state);
}

/** A state that is missing or cannot be read is as good as none: everything is compared anew. */
export function decodeSyncState(text: string | undefined): SyncState {
  const nothing = { hash: "", stamp: "", version: NOTHING_APPLIED, owned: NOTHING_OWNED };
  if (text === undefined) return nothing;
  try {
    const stored: Partial<SyncState> = JSON.parse(text);
    return { ...nothing, ...stored, owned: { ...NOTHING_OWNED, ...stored.owned } };
  } catch {
    return nothing;
  }
}
