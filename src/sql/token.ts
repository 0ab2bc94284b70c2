/**
 * What a token is. `unknown` is a character that the syntax has no use for (a backslash, a lone `!`): it is
 * handed on, so that the database says what it thinks of it.
 */
export type TokenKind =
  | "word"
  | "quoted-name"
  | "string"
  | "number"
  | "blob"
  | "parameter"
  | "operator"
  | "punctuation"
  | "comment"
  | "unknown";

/** One token of a text. What lies between two tokens is whitespace. */
export interface Token {
  readonly kind: TokenKind;
  /** Exactly as written, quotes included. */
  readonly text: string;
  readonly start: number;
  /** Offset behind the last character. */
  readonly end: number;
}
