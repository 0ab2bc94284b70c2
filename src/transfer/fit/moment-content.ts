import type { ConversionName } from "./conversions.js";
import { readMoment } from "./moment-text.js";
import { numberText } from "./number-text.js";
import { StoredReal, type StoredValue } from "./verdict.js";

/** What the values of a column that is declared as a moment look like. */
export class MomentContent {
  zoned = 0;
  plain = 0;
  numbers = 0;
  #seconds = 0;
  #milliseconds = 0;
  #microseconds = 0;
  #julianDays = 0;
  #zeros = 0;

  add(value: StoredValue): void {
    if (typeof value === "string") {
      const moment = readMoment(value);
      if (moment?.date === undefined) return;
      if (moment.zone === undefined) this.plain++;
      else this.zoned++;
      return;
    }
    if (typeof value !== "number" && typeof value !== "bigint" && !(value instanceof StoredReal)) return;
    this.numbers++;
    const number = Math.abs(Number(numberText(value)));
    const isReal = value instanceof StoredReal;
    if (number === 0) this.#zeros++;
    else if (isReal && number > FIRST_JULIAN_DAY && number < LAST_JULIAN_DAY) this.#julianDays++;
    else if (number >= 1e8 && number < 1e11) this.#seconds++;
    else if (number >= 1e11 && number < 1e14) this.#milliseconds++;
    else if (number >= 1e14 && number < 1e17) this.#microseconds++;
  }

  /**
   * The unit of the numbers, where all of them agree: seconds from 1973 to 5138, milliseconds in the same years, and so on; a zero goes
   * with any unit.
   */
  get unit(): ConversionName | undefined {
    const all = this.numbers - this.#zeros;
    if (all === 0) return undefined;
    if (all === this.#seconds) return "epoch-seconds";
    if (all === this.#milliseconds) return "epoch-milliseconds";
    if (all === this.#microseconds) return "epoch-microseconds";
    return all === this.#julianDays && this.#zeros === 0 ? "julian-day" : undefined;
  }
}

/** The years 1 to 9999. */
const FIRST_JULIAN_DAY = 1_721_425.5;
const LAST_JULIAN_DAY = 5_373_484.5;
