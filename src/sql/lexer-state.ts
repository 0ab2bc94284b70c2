import { startsWithByteOrderMark } from "./position.js";
import { unsupported, unterminated } from "./refusals.js";
import type { TokenKind } from "./token.js";

/**
 * Goes through a text token by token. `kind`, `start` and `end` tell the token that `next` found; nothing is
 * allocated for it, so that a script of megabytes is read in milliseconds.
 */
export abstract class Lexer {
  readonly text: string;
  readonly file: string | undefined;
  kind: TokenKind = "unknown";
  start = 0;
  end: number;

  constructor(text: string, file: string | undefined) {
    this.text = text;
    this.file = file;
    this.end = startsWithByteOrderMark(text) ? 1 : 0;
    refuseNul(this);
  }

  /** Moves to the next token; false at the end of the text. */
  next(): boolean {
    const text = this.text;
    let at = this.end;
    let code = text.charCodeAt(at);
    while (this.isSpace(code)) code = text.charCodeAt(++at);
    if (at >= text.length) return false;
    this.start = at;
    this.end = this.scan(code);
    return true;
  }

  /** True when the token is this word, in any case. `upper` is given in capitals. */
  isWord(upper: string): boolean {
    if (this.kind !== "word" || this.end - this.start !== upper.length) return false;
    for (let at = 0; at < upper.length; at++) {
      const code = this.text.charCodeAt(this.start + at);
      if ((isSmallLetter(code) ? code - 32 : code) !== upper.charCodeAt(at)) return false;
    }
    return true;
  }

  /** The character code of a token of punctuation; 0 for any other. */
  get symbol(): number {
    return this.kind === "punctuation" ? this.text.charCodeAt(this.start) : 0;
  }

  protected abstract isSpace(code: number): boolean;

  /** Sets the kind of the token that starts with this character, and gives the offset behind it. */
  protected abstract scan(code: number): number;

  protected take(kind: TokenKind, end: number): number {
    this.kind = kind;
    return end;
  }

  /** Takes text up to a closing quote that is not doubled. `from` is the offset behind the opening one. */
  protected takeQuoted(kind: TokenKind, quote: string, from: number, what: string): number {
    let close = this.find(quote, from, what);
    while (this.text.startsWith(quote, close + 1)) close = this.find(quote, close + 2, what);
    return this.take(kind, close + 1);
  }

  /** The offset of what closes the token; refuses when it is not there. */
  protected find(closing: string, from: number, what: string): number {
    const found = this.text.indexOf(closing, from);
    if (found === -1) throw unterminated(this, this.start, what, closing);
    return found;
  }
}

function isSmallLetter(code: number): boolean {
  return code >= 97 && code <= 122;
}

// The engines' interfaces take NUL for the end of the text: what follows would silently not run.
function refuseNul(lexer: Lexer): void {
  const found = lexer.text.indexOf("\0");
  if (found === -1) return;
  throw unsupported(
    lexer,
    found,
    "The script holds a NUL character, where a database would stop reading.",
    "Remove the character. A file full of them is usually UTF-16: save it as UTF-8.",
  );
}
