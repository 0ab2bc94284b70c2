import { Lexer } from "./lexer-state.js";

/**
 * Reads text as SQLite does: https://sqlite.org/src/file/src/tokenize.c. Two things are stricter here: a comment
 * must be closed, and an unknown character is a token of its own instead of an error.
 */
export class SqliteLexer extends Lexer {
  protected isSpace(code: number): boolean {
    return code === 32 || (code >= 9 && code <= 13) || code === 0xfeff;
  }

  protected scan(code: number): number {
    if (isNameCharacter(code) && !isDigit(code) && code !== DOLLAR) return this.#scanWord(code);
    if (isDigit(code)) return this.#takeMatch("number", NUMBER);
    const text = this.text;
    const start = this.start;
    const following = text.charCodeAt(start + 1);
    switch (code) {
      case 0x27: // '
        return this.takeQuoted("string", "'", start + 1, "A string");
      case 0x22: // "
        return this.takeQuoted("quoted-name", '"', start + 1, "A quoted name");
      case 0x60: // `
        return this.takeQuoted("quoted-name", "`", start + 1, "A quoted name");
      case 0x5b: // [
        return this.take("quoted-name", this.find("]", start + 1, "A quoted name") + 1);
      case 0x2d: // -
        if (following === 0x2d) return this.#takeLineComment();
        return this.#takeMatch("operator", OPERATOR);
      case 0x2f: // /
        if (following === 0x2a) return this.take("comment", this.find("*/", start + 2, "A comment") + 2);
        return this.take("operator", start + 1);
      case 0x28: // (
      case 0x29: // )
      case 0x2c: // ,
      case 0x3b: // ;
        return this.take("punctuation", start + 1);
      case 0x2e: // .
        if (isDigit(following)) return this.#takeMatch("number", NUMBER);
        return this.take("punctuation", start + 1);
      case 0x3f: // ?
        return this.#takeMatch("parameter", NUMBERED_PARAMETER);
      case DOLLAR:
      case 0x40: // @
      case COLON:
      case 0x23: // #
        return this.#scanParameter();
      default:
        return this.#takeMatch("operator", OPERATOR);
    }
  }

  #scanWord(code: number): number {
    const text = this.text;
    const isBlob = (code === 0x78 || code === 0x58) && text.charCodeAt(this.start + 1) === 0x27;
    if (isBlob) return this.take("blob", this.find("'", this.start + 2, "A blob") + 1);
    let at = this.start + 1;
    while (isNameCharacter(text.charCodeAt(at))) at++;
    return this.take("word", at);
  }

  // With the endings of Tcl variables: `$name::part(index)`.
  #scanParameter(): number {
    const text = this.text;
    let at = this.start + 1;
    let hasName = false;
    for (;;) {
      if (isNameCharacter(text.charCodeAt(at))) hasName = true;
      else if (text.charCodeAt(at) === COLON && text.charCodeAt(at + 1) === COLON) at++;
      else break;
      at++;
    }
    if (!hasName) return this.take("unknown", at);
    TCL_INDEX.lastIndex = at;
    return this.take("parameter", TCL_INDEX.test(text) ? TCL_INDEX.lastIndex : at);
  }

  // Only LF ends a comment in SQLite; a lone CR does not.
  #takeLineComment(): number {
    const end = this.text.indexOf("\n", this.start);
    return this.take("comment", end === -1 ? this.text.length : end);
  }

  #takeMatch(kind: "number" | "operator" | "parameter", pattern: RegExp): number {
    pattern.lastIndex = this.start;
    if (pattern.test(this.text)) return this.take(kind, pattern.lastIndex);
    return this.take("unknown", this.start + 1);
  }
}

const DOLLAR = 0x24;
const COLON = 0x3a;
// Letters behind a number belong to it here: SQLite refuses the whole of it as one unrecognised token.
const NUMBER = /(?:0[xX][0-9a-fA-F_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]+)?)[\w$\x80-\uffff]*/y;
const OPERATOR = /->>?|-|\|\||<=|<>|<<|<|>=|>>|>|==?|!=|[+*%|&~]/y;
const NUMBERED_PARAMETER = /\?[0-9]*/y;
const TCL_INDEX = /\([^ \t-\r)]*\)?/y;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isNameCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 0x5f ||
    code === DOLLAR ||
    code >= 0x80
  );
}
