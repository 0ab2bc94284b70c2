import { type CanonicalForm, canonicalText, numberIn } from "./canonical-form.js";
import { Checksums } from "./checksum.js";
import { Lookup3 } from "./lookup3.js";

/**
 * Sums up the rows of a table so that their order does not count: a sum for each column, and one for whole rows.
 *
 * The hash of a cell starts from its row's key, so that two cells which changed places between rows are seen. Where a table has no key,
 * a row starts from nothing, and its whole content is hashed besides.
 */
export class RowHasher {
  readonly #forms: readonly CanonicalForm[];
  readonly #keys: readonly number[];
  readonly #isKey: readonly boolean[];
  readonly #sums: Checksums;
  readonly #hash = new Lookup3();
  rows = 0;

  /** @param keys The places of the key's columns; none for a table without a key. */
  constructor(forms: readonly CanonicalForm[], keys: readonly number[]) {
    this.#forms = forms;
    this.#keys = keys;
    this.#isKey = forms.map((_, index) => keys.includes(index));
    this.#sums = new Checksums(forms.length + 1);
  }

  /** The sum of each column, and behind them the sum of the rows. */
  get sums(): readonly string[] {
    return this.#sums.totals.map(String);
  }

  /**
   * Adds a row of cells that lie in `bytes`: a cell begins at its `starts` and ends before its `ends`, both from the place `from` on; -1
   * starts a NULL. What is hexadecimal becomes lower case in it.
   */
  addRow(bytes: Buffer, starts: Int32Array, ends: Int32Array, from = 0): void {
    const hash = this.#hash;
    const count = this.#forms.length;
    const chained = this.#keys.length === 0 ? undefined : this.#keys;
    hash.high = 0;
    hash.low = 0;
    for (let at = 0; at < (chained?.length ?? count); at++) {
      const index = chained === undefined ? at : (chained[at] ?? 0);
      const start = starts[from + index] ?? -1;
      if (start < 0) hash.hash(NULL_CELL, 0, NULL_CELL.length, hash.high, hash.low);
      else this.#cell(bytes, start, ends[from + index] ?? 0, index, hash.high, hash.low);
    }
    this.#sums.add(count, hash.high, hash.low);
    const seedHigh = chained === undefined ? 0 : hash.high;
    const seedLow = chained === undefined ? 0 : hash.low;
    for (let index = 0; index < count; index++) {
      const start = starts[from + index] ?? -1;
      const high = this.#isKey[index] === true ? 0 : seedHigh;
      const low = this.#isKey[index] === true ? 0 : seedLow;
      if (start < 0) {
        this.#sums.add(index, high ^ NULL_HIGH, low ^ NULL_LOW);
        continue;
      }
      this.#cell(bytes, start, ends[from + index] ?? 0, index, high, low);
      this.#sums.add(index, hash.high, hash.low);
    }
    this.#sums.endRow();
    this.rows++;
  }

  #cell(bytes: Buffer, start: number, end: number, index: number, high: number, low: number): void {
    const form = this.#forms[index] ?? "verbatim";
    if (form === "bytes") {
      const digits = bytes[start] === BACKSLASH ? start + 2 : start;
      lowerHex(bytes, digits, end);
      this.#hash.hash(bytes, digits, end, high, low);
      return;
    }
    if (isCanonical(form, bytes, start, end)) {
      this.#hash.hash(bytes, start, end, high, low);
      return;
    }
    if (form === "double") {
      NUMBER.setFloat64(0, numberIn(bytes.toString("latin1", start, end)));
      for (let at = 0; at < 8; at++) {
        const byte = NUMBER.getUint8(at);
        HEX[2 * at] = DIGITS[byte >> 4] ?? 0;
        HEX[2 * at + 1] = DIGITS[byte & 15] ?? 0;
      }
      this.#hash.hash(HEX, 0, 16, high, low);
      return;
    }
    const canonical = Buffer.from(canonicalText(bytes.toString("utf8", start, end), form), "utf8");
    this.#hash.hash(canonical, 0, canonical.length, high, low);
  }
}

/** What stands for NULL where a row is chained; as long as no cell of a key has it, nothing is taken for another. */
export const NULL_TEXT = "\u0001null";
const NULL_CELL = Buffer.from(NULL_TEXT, "utf8");

/** A NULL counts as its row's start, changed by this number: so it is told from every text, and from a NULL of another row. */
export const NULL_NUMBER = 0x5bd1e995_7f4a7c15n;
const NULL_HIGH = 0x5bd1e995;
const NULL_LOW = 0x7f4a7c15;

const NUMBER = new DataView(new ArrayBuffer(8));
const HEX = new Uint8Array(16);
const DIGITS = Buffer.from("0123456789abcdef", "latin1");

const BLANK = 0x20;
const BACKSLASH = 0x5c;
const POINT = 0x2e;
const LETTER_E = 0x65;

/** PostgreSQL writes small letters and reads both. */
function lowerHex(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= LETTER_A && byte <= LETTER_F) bytes[at] = byte | 0x20;
  }
}

const LETTER_A = 0x41;
const LETTER_F = 0x46;

/** Whether the cell is its canonical text already, as most are. */
function isCanonical(form: CanonicalForm, bytes: Uint8Array, start: number, end: number): boolean {
  switch (form) {
    case "verbatim":
    case "server":
      return true;
    case "boolean":
      return bytes[start] === 0x30 || bytes[start] === 0x31;
    case "moment":
      return end - start === 19 && bytes[start + 10] === BLANK;
    case "time":
      return end - start === 8;
    case "decimal":
    case "number": {
      for (let at = start; at < end; at++) if (bytes[at] === POINT || bytes[at] === LETTER_E) return false;
      return end - start !== 2;
    }
    case "uuid": {
      if (end - start !== 36) return false;
      for (let at = start; at < end; at++) {
        const byte = bytes[at] ?? 0;
        if (byte >= LETTER_A && byte <= LETTER_F) return false;
      }
      return true;
    }
    default:
      return false;
  }
}
