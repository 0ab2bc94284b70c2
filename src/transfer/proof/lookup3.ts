/**
 * The hash that `hashtextextended(text, seed)` gives on PostgreSQL, so that both sides of a transfer can be summed up apart from one another:
 * Bob Jenkins' lookup3, as `hash_bytes_extended` in src/common/hashfn.c has it. 64 bits in two halves, for JavaScript has no fast
 * integers of 64. The last hash is left in `high` and `low`, both signed.
 */
export class Lookup3 {
  high = 0;
  low = 0;

  /** Hashes the bytes from `start` to before `end`. */
  hash(bytes: Uint8Array, start: number, end: number, seedHigh: number, seedLow: number): void {
    const length = end - start;
    let a = (0x9e3779b9 + length + 3923095) | 0;
    let b = a;
    let c = a;
    if ((seedHigh | seedLow) !== 0) {
      a = (a + seedHigh) | 0;
      b = (b + seedLow) | 0;
      a = (a - c) ^ ((c << 4) | (c >>> 28));
      c = (c + b) | 0;
      b = (b - a) ^ ((a << 6) | (a >>> 26));
      a = (a + c) | 0;
      c = (c - b) ^ ((b << 8) | (b >>> 24));
      b = (b + a) | 0;
      a = (a - c) ^ ((c << 16) | (c >>> 16));
      c = (c + b) | 0;
      b = (b - a) ^ ((a << 19) | (a >>> 13));
      a = (a + c) | 0;
      c = (c - b) ^ ((b << 4) | (b >>> 28));
      b = (b + a) | 0;
    }
    let at = start;
    for (; end - at >= 12; at += 12) {
      a = (a + word(bytes, at)) | 0;
      b = (b + word(bytes, at + 4)) | 0;
      c = (c + word(bytes, at + 8)) | 0;
      a = (a - c) ^ ((c << 4) | (c >>> 28));
      c = (c + b) | 0;
      b = (b - a) ^ ((a << 6) | (a >>> 26));
      a = (a + c) | 0;
      c = (c - b) ^ ((b << 8) | (b >>> 24));
      b = (b + a) | 0;
      a = (a - c) ^ ((c << 16) | (c >>> 16));
      c = (c + b) | 0;
      b = (b - a) ^ ((a << 19) | (a >>> 13));
      a = (a + c) | 0;
      c = (c - b) ^ ((b << 4) | (b >>> 28));
      b = (b + a) | 0;
    }
    // The lowest byte of c is kept for the length.
    for (let left = end - at - 1; left >= 0; left--) {
      const byte = bytes[at + left] ?? 0;
      if (left >= 8) c = (c + (byte << ((left - 7) * 8))) | 0;
      else if (left >= 4) b = (b + (byte << ((left - 4) * 8))) | 0;
      else a = (a + (byte << (left * 8))) | 0;
    }
    c = ((c ^ b) - ((b << 14) | (b >>> 18))) | 0;
    a = ((a ^ c) - ((c << 11) | (c >>> 21))) | 0;
    b = ((b ^ a) - ((a << 25) | (a >>> 7))) | 0;
    c = ((c ^ b) - ((b << 16) | (b >>> 16))) | 0;
    a = ((a ^ c) - ((c << 4) | (c >>> 28))) | 0;
    b = ((b ^ a) - ((a << 14) | (a >>> 18))) | 0;
    c = ((c ^ b) - ((b << 24) | (b >>> 8))) | 0;
    this.high = b;
    this.low = c;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}
