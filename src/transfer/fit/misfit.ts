/** Why a value does not fit a type, in one word; the sentence for people stands beside it. */
export const MISFITS = {
  null: "NULL, which the column does not take",
  "empty-text": "an empty text",
  text: "text",
  number: "a number",
  blob: "bytes",
  fraction: "a number with a fraction",
  "out-of-range": "a number beyond the type's range",
  "loses-digits": "a number with more digits than the type keeps",
  infinite: "an infinite number",
  "not-0-or-1": "a number other than 0 and 1",
  "too-long": "a text longer than the type takes",
  "nul-character": "a text with a NUL character, which PostgreSQL does not store",
  "not-utf-8": "a text that is not UTF-8",
  "trailing-blanks": "a text that ends in blanks, which the type does not keep",
  "not-json": "a text that is not JSON",
  "not-a-uuid": "a text or a number of bytes that is no UUID",
  "not-a-date": "a text that is not a date as SQLite reads one",
  "no-such-date": "a date that the calendar does not have",
  "no-such-time": "a time that the clock does not have",
  "has-a-time": "a date with a time",
  "has-a-zone": "a time with a zone, which the type does not keep",
  "time-alone": "a time without a date",
  "no-column": "a value for which the target's table has no column",
} as const;

export type Misfit = keyof typeof MISFITS;
