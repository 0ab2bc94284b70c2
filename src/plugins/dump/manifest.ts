import type { Counter, StoredColumn } from "../../dialects/index.js";

/** The form of a dump; raised when its meaning changes. */
export const DUMP_FORMAT = 1;

export const MANIFEST_FILE = "manifest.json";

/** What `manifest.json` of a dump tells. */
export interface DumpManifest {
  readonly format: typeof DUMP_FORMAT;
  readonly plugin: string;
  readonly engine: string;
  /** UTC, ISO 8601. */
  readonly createdAt: string;
  /** What of the plugin was applied, in the order in which it was. */
  readonly versions: readonly DumpedVersion[];
  readonly tables: readonly DumpedTable[];
  readonly counters: readonly Counter[];
}

export interface DumpedVersion {
  readonly version: string;
  readonly name: string;
  readonly checksum: string | null;
}

export interface DumpedTable {
  readonly schema: string;
  readonly name: string;
  /** In the folder of the manifest: one JSON array of values a line, in the order of the columns. */
  readonly file: string;
  readonly columns: readonly StoredColumn[];
  readonly rows: number;
  /** SHA-256 of the file, in hex. */
  readonly sha256: string;
}
