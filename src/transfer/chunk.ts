/** A part of a table that is loaded and recorded as one. */
export interface Chunk {
  /** From 0, in the order of the table. */
  readonly number: number;
  /** About how many rows it has; all chunks of a table together have exactly its rows. */
  readonly rows: number;
  readonly range: ChunkRange;
}

export type ChunkRange =
  /** Rows whose number lies between these two, both included: the rowid of SQLite. */
  | { readonly kind: "rowid"; readonly first: string; readonly last: string }
  /** Blocks of a table of PostgreSQL, the last not included. */
  | { readonly kind: "blocks"; readonly first: number; readonly end: number }
  /** So many rows behind so many others, in the order of the primary key. */
  | { readonly kind: "offset"; readonly skip: number; readonly take: number }
  /** Everything. */
  | { readonly kind: "all" };

/** A table as it was found: how many rows, and in which parts they are read. */
export interface CutTable {
  readonly rows: number;
  /** Another when the table was changed; the same when it is read again unchanged. */
  readonly fingerprint: string;
  readonly chunks: readonly Chunk[];
}

/** How many rows a chunk has, unless told otherwise. */
export const ROWS_OF_CHUNK = 100_000;

/** Cuts a span of row numbers into ranges that would have equally many rows if no number were missing. */
export function cutSpan(first: bigint, last: bigint, rows: number, rowsOfChunk: number): readonly Chunk[] {
  if (rows === 0) return [];
  const count = BigInt(Math.ceil(rows / rowsOfChunk));
  const span = last - first + 1n;
  const chunks: Chunk[] = [];
  for (let index = 0n; index < count; index++) {
    const start = first + (span * index) / count;
    const end = first + (span * (index + 1n)) / count - 1n;
    if (end < start) continue;
    chunks.push({
      number: chunks.length,
      rows: Math.round(rows / Number(count)),
      range: { kind: "rowid", first: String(start), last: String(end) },
    });
  }
  return chunks;
}

/** Ranges that begin at these numbers, the last of which ends with `last`. */
export function cutAt(starts: readonly bigint[], last: bigint, rows: number): readonly Chunk[] {
  return starts.map((start, number) => ({
    number,
    rows: Math.round(rows / starts.length),
    range: { kind: "rowid", first: String(start), last: String((starts[number + 1] ?? last + 1n) - 1n) },
  }));
}

export function cutByOffset(rows: number, rowsOfChunk: number): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let skip = 0; skip < rows; skip += rowsOfChunk) {
    const take = Math.min(rowsOfChunk, rows - skip);
    chunks.push({ number: chunks.length, rows: take, range: { kind: "offset", skip, take } });
  }
  return chunks;
}

export function cutBlocks(blocks: number, rows: number, rowsOfChunk: number): readonly Chunk[] {
  if (rows === 0) return [];
  const count = Math.max(1, Math.min(blocks, Math.ceil(rows / rowsOfChunk)));
  return Array.from({ length: count }, (_, number) => ({
    number,
    rows: Math.round(rows / count),
    range: {
      kind: "blocks" as const,
      first: Math.floor((blocks * number) / count),
      // Without an end the last one has what was written behind the size that was told.
      end: number === count - 1 ? 4_294_967_295 : Math.floor((blocks * (number + 1)) / count),
    },
  }));
}
