import type { SqlOutput } from "../../connection/index.js";
import type { Misfit } from "./misfit.js";

/** What becomes of a value: the text that PostgreSQL reads for it, or why there is none. */
export type Verdict =
  | {
      readonly kind: "fits";
      readonly text: string;
      /** The same value, which comes back from the target in another form: an uppercase UUID, a T between date and time. */
      readonly isOtherForm?: true;
    }
  | { readonly kind: "misfit"; readonly misfit: Misfit };

export const misfit = (why: Misfit): Verdict => ({ kind: "misfit", misfit: why });
export const fits = (text: string): Verdict => ({ kind: "fits", text });
export const fitsInOtherForm = (text: string): Verdict => ({ kind: "fits", text, isOtherForm: true });

/** A value as SQLite has it. Text that is not UTF-8 is no string of JavaScript. */
export type StoredValue = Exclude<SqlOutput, null | boolean> | NotUtf8 | StoredReal;

/** Text that is not UTF-8, as its bytes. */
export class NotUtf8 {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A REAL that could be taken for an INTEGER: SQLite shows 5.0 for it, and not 5. */
export class StoredReal {
  readonly number: number;
  constructor(number: number) {
    this.number = number;
  }
}
