/** A place in a text, counted from 1. Columns count UTF-16 units, as editors do; a byte order mark has none. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset. Reads the text from its start: for many offsets in order use `LineCounter`. */
export function positionAt(text: string, offset: number): Position {
  return new LineCounter(text).advanceTo(offset);
}

/** Tells the places of offsets that only grow, reading the text once. Lines end with LF, CRLF or CR. */
export class LineCounter {
  readonly #text: string;
  #offset = 0;
  #line = 1;
  #lineStart: number;
  /** Where every line ends with LF the engine of the language looks for it; elsewhere each character is looked at. */
  readonly #hasOnlyLf: boolean;
  #nextLf: number;

  constructor(text: string) {
    this.#text = text;
    this.#hasOnlyLf = !text.includes("\r");
    this.#nextLf = this.#hasOnlyLf ? text.indexOf("\n") : -1;
    this.#lineStart = startsWithByteOrderMark(text) ? 1 : 0;
  }

  advanceTo(offset: number): Position {
    if (this.#hasOnlyLf) this.#countLf(offset);
    else this.#countAny(offset);
    if (offset > this.#offset) this.#offset = offset;
    return { line: this.#line, column: Math.max(1, offset - this.#lineStart + 1) };
  }

  #countLf(offset: number): void {
    while (this.#nextLf !== -1 && this.#nextLf < offset) {
      this.#line++;
      this.#lineStart = this.#nextLf + 1;
      this.#nextLf = this.#text.indexOf("\n", this.#lineStart);
    }
  }

  #countAny(offset: number): void {
    const text = this.#text;
    for (let at = this.#offset; at < offset; at++) {
      const code = text.charCodeAt(at);
      if (code > CR) continue;
      if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) {
        this.#line++;
        this.#lineStart = at + 1;
      }
    }
  }
}

/** True when the text starts with U+FEFF, which editors write and engines do not want to see. */
export function startsWithByteOrderMark(text: string): boolean {
  return text.charCodeAt(0) === 0xfeff;
}

const LF = 10;
const CR = 13;
