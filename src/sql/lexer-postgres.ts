import { Lexer } from "./lexer-state.js";
import { unterminated } from "./refusals.js";

/**
 * Reads text as PostgreSQL does with `standard_conforming_strings` on:
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html. An operator is taken as far as its characters
 * go; `=-1` is one operator here and two there.
 */
export class PostgresLexer extends Lexer {
  protected isSpace(code: number): boolean {
    return code === 32 || (code >= 9 && code <= 13);
  }

  protected scan(code: number): number {
    if (isNameStart(code)) return this.#scanWord(code);
    if (isDigit(code)) return this.#takeMatch("number", NUMBER);
    const start = this.start;
    const following = this.text.charCodeAt(start + 1);
    switch (code) {
      case QUOTE:
        return this.takeQuoted("string", "'", start + 1, "A string");
      case DOUBLE_QUOTE:
        return this.takeQuoted("quoted-name", '"', start + 1, "A quoted name");
      case DOLLAR:
        return this.#scanDollar(following);
      case 0x2d: // -
        if (following === 0x2d) return this.#takeMatch("comment", LINE_COMMENT);
        return this.#scanOperator();
      case SLASH:
        if (following === STAR) return this.#takeBlockComment();
        return this.#scanOperator();
      case 0x28: // (
      case 0x29: // )
      case 0x2c: // ,
      case 0x3b: // ;
      case 0x5b: // [
      case 0x5d: // ]
        return this.take("punctuation", start + 1);
      case 0x2e: // .
        if (isDigit(following)) return this.#takeMatch("number", NUMBER);
        return this.take("punctuation", start + 1);
      case 0x3a: // :
        if (following === 0x3a || following === 0x3d) return this.take("operator", start + 2);
        return this.take("punctuation", start + 1);
      default:
        return this.#scanOperator();
    }
  }

  #scanWord(code: number): number {
    const text = this.text;
    const following = text.charCodeAt(this.start + 1);
    if (following === QUOTE) {
      const letter = code | 0x20;
      if (letter === 0x65) return this.#takeEscapeString(); // e'…'
      if (letter === 0x6e) return this.takeQuoted("string", "'", this.start + 2, "A string"); // n'…'
      if (letter === 0x62 || letter === 0x78) {
        return this.take("blob", this.find("'", this.start + 2, "A bit string") + 1); // b'…', x'…'
      }
    }
    if (following === AMPERSAND && (code | 0x20) === 0x75) {
      const opening = text.charCodeAt(this.start + 2); // u&'…', u&"…"
      if (opening === QUOTE) return this.takeQuoted("string", "'", this.start + 3, "A string");
      if (opening === DOUBLE_QUOTE) {
        return this.takeQuoted("quoted-name", '"', this.start + 3, "A quoted name");
      }
    }
    let at = this.start + 1;
    while (isNamePart(text.charCodeAt(at))) at++;
    return this.take("word", at);
  }

  // A backslash hides the quote behind it. An escape string goes on in the next line's quotes by the same rules:
  // https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS
  #takeEscapeString(): number {
    const text = this.text;
    let at = this.start + 2;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at += 2;
      else if (code !== QUOTE) at += 1;
      else if (text.charCodeAt(at + 1) === QUOTE) at += 2;
      else {
        STRING_GOES_ON.lastIndex = at + 1;
        if (!STRING_GOES_ON.test(text)) return this.take("string", at + 1);
        at = STRING_GOES_ON.lastIndex;
      }
    }
    throw unterminated(this, this.start, "A string", "'");
  }

  #scanDollar(following: number): number {
    if (isDigit(following)) return this.#takeMatch("parameter", PARAMETER);
    DOLLAR_TAG.lastIndex = this.start;
    if (!DOLLAR_TAG.test(this.text)) return this.take("unknown", this.start + 1);
    const tag = this.text.slice(this.start, DOLLAR_TAG.lastIndex);
    const close = this.find(tag, DOLLAR_TAG.lastIndex, "A dollar-quoted string");
    return this.take("string", close + tag.length);
  }

  #takeBlockComment(): number {
    let depth = 1;
    COMMENT_EDGE.lastIndex = this.start + 2;
    while (depth > 0) {
      const edge = COMMENT_EDGE.exec(this.text);
      if (edge === null) throw unterminated(this, this.start, "A comment", "*/");
      depth += edge[0] === "/*" ? 1 : -1;
    }
    return this.take("comment", COMMENT_EDGE.lastIndex);
  }

  #scanOperator(): number {
    const text = this.text;
    let at = this.start;
    for (; isOperatorCharacter(text.charCodeAt(at)); at++) {
      const following = text.charCodeAt(at + 1);
      if (at === this.start) continue;
      if (text.charCodeAt(at) === SLASH && following === STAR) break;
      if (text.charCodeAt(at) === 0x2d && following === 0x2d) break;
    }
    if (at === this.start) return this.take("unknown", at + 1);
    return this.take("operator", at);
  }

  #takeMatch(kind: "number" | "parameter" | "comment", pattern: RegExp): number {
    pattern.lastIndex = this.start;
    pattern.test(this.text);
    return this.take(kind, pattern.lastIndex);
  }
}

const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const DOLLAR = 0x24;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const STAR = 0x2a;
const BACKSLASH = 0x5c;

const LINE_COMMENT = /--[^\n\r]*/y;
const PARAMETER = /\$[0-9]+/y;
// `1..10` is a range of two numbers, so a point counts only before something other than a second point.
const NUMBER =
  /(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[0-9_]*(?:\.(?!\.)[0-9_]*)?(?:[eE][+-]?[0-9_]+)?)/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$/y;
const STRING_GOES_ON = /[ \t\f\v]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y;
const COMMENT_EDGE = /\/\*|\*\//g;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 0x5f || code >= 0x80;
}

function isNamePart(code: number): boolean {
  return isNameStart(code) || isDigit(code) || code === DOLLAR;
}

function isOperatorCharacter(code: number): boolean {
  switch (code) {
    case 0x21: // !
    case 0x23: // #
    case 0x25: // %
    case 0x26: // &
    case 0x2a: // *
    case 0x2b: // +
    case 0x2d: // -
    case 0x2f: // /
    case 0x3c: // <
    case 0x3d: // =
    case 0x3e: // >
    case 0x3f: // ?
    case 0x40: // @
    case 0x5e: // ^
    case 0x60: // `
    case 0x7c: // |
    case 0x7e: // ~
      return true;
    default:
      return false;
  }
}
