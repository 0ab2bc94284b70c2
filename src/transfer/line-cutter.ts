import { QUOTE } from "./csv.js";

/** Takes a row of cells that lie in `bytes`: a cell begins at its `starts` and ends before its `ends`, from the place `from` on; -1 starts a NULL. */
export interface RowTaker {
  addRow(bytes: Buffer, starts: Int32Array, ends: Int32Array, from: number): void;
}

/** Cuts the lines that `csvLine` makes into cells. */
export class LineCutter {
  readonly #columns: number;
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  #bytes: Buffer = Buffer.alloc(0);
  #rows = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /**
   * Whether these are so many rows with so many texts in quotes. Where a text has the quote itself and it was not doubled, there are more
   * quotes than texts have around them, so that the number of texts cannot be right.
   */
  cut(bytes: Buffer, rows: number, quoted: number): boolean {
    this.#begin(bytes, rows);
    const starts = this.#starts;
    const ends = this.#ends;
    const cells = rows * this.#columns;
    let at = 0;
    let column = 0;
    let texts = 0;
    for (let cell = 0; cell < cells; cell++) {
      const isLast = ++column === this.#columns;
      if (isLast) column = 0;
      if (bytes[at] === QUOTE_BYTE) {
        starts[cell] = ++at;
        const near = Math.min(bytes.length, at + FAR);
        while (at < near && bytes[at] !== QUOTE_BYTE) at++;
        if (at === near) at = bytes.indexOf(QUOTE_BYTE, at);
        if (at < 0) return false;
        ends[cell] = at++;
        texts++;
      } else at = this.#cutPlain(bytes, at, cell);
      if (bytes[at++] !== (isLast ? LINE_FEED : COMMA)) return false;
    }
    return at === bytes.length && texts === quoted;
  }

  /** The same for lines in which quotes within a text are doubled. */
  cutDoubled(bytes: Buffer, rows: number): boolean {
    const single = Buffer.allocUnsafe(bytes.length);
    this.#begin(single, rows);
    const cells = rows * this.#columns;
    let at = 0;
    let to = 0;
    for (let cell = 0; cell < cells; cell++) {
      if (bytes[at] === QUOTE_BYTE) {
        this.#starts[cell] = to;
        for (;;) {
          const end = bytes.indexOf(QUOTE_BYTE, at + 1);
          if (end < 0) return false;
          to += bytes.copy(single, to, at + 1, end);
          at = end + 1;
          if (bytes[at] !== QUOTE_BYTE) break;
          single[to++] = QUOTE_BYTE;
        }
        this.#ends[cell] = to;
      } else {
        const start = at;
        at = this.#cutPlain(bytes, start, cell);
        if (at > start) this.#starts[cell] = to;
        to += bytes.copy(single, to, start, at);
        this.#ends[cell] = to;
      }
      const isLast = (cell + 1) % this.#columns === 0;
      if (bytes[at++] !== (isLast ? LINE_FEED : COMMA)) return false;
    }
    return at === bytes.length;
  }

  /** The rows of what was cut last. */
  give(taker: RowTaker): void {
    for (let row = 0; row < this.#rows; row++)
      taker.addRow(this.#bytes, this.#starts, this.#ends, row * this.#columns);
  }

  #begin(bytes: Buffer, rows: number): void {
    this.#bytes = bytes;
    this.#rows = rows;
    if (this.#starts.length >= rows * this.#columns) return;
    this.#starts = new Int32Array(rows * this.#columns);
    this.#ends = new Int32Array(rows * this.#columns);
  }

  #cutPlain(bytes: Buffer, start: number, cell: number): number {
    let at = start;
    while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== LINE_FEED) at++;
    this.#starts[cell] = at === start ? -1 : start;
    this.#ends[cell] = at;
    return at;
  }
}

const QUOTE_BYTE = QUOTE.charCodeAt(0);
const COMMA = 0x2c;
const LINE_FEED = 0x0a;

/** Beyond this many bytes a search by the engine is faster than a loop. */
const FAR = 256;
