import {
  clockInUtc,
  isRealClock,
  isRealDate,
  isRealZone,
  type MomentText,
  minutesOf,
  readMoment,
} from "./moment-text.js";
import type { TargetType } from "./target-type.js";
import { fits, fitsInOtherForm, misfit, type Verdict } from "./verdict.js";

/** Whether a text is a date, or a date with a time, that the type holds exactly. */
export function judgeMoment(
  text: string,
  type: TargetType & { readonly kind: "date" | "timestamp" },
): Verdict {
  if (text === "") return misfit("empty-text");
  const moment = readMoment(text);
  if (moment === undefined) return misfit("not-a-date");
  const { date, clock, zone } = moment;
  if (date === undefined) return misfit("time-alone");
  if (!isRealDate(date)) return misfit("no-such-date");
  if (type.kind === "date") return clock === undefined ? fits(text) : misfit("has-a-time");
  if (clock === undefined) return fitsInOtherForm(type.zone === "with" ? `${date} 00:00:00Z` : date);
  if (!isRealClock(clock) || (zone !== undefined && !isRealZone(zone))) return misfit("no-such-time");
  if (!holdsFraction(moment, type.digits)) return misfit("loses-digits");
  const inUtc = clockInUtc(date, clock, zone);
  if (!isRealDate(inUtc.slice(0, 10)) || !/^\d{4}-/.test(inUtc)) return misfit("no-such-date");
  return type.zone === "with" ? withZone(text, moment) : withoutZone(text, moment);
}

/** Comes back as `2024-02-29T08:30:15.000Z`. SQLite takes a time without a zone as UTC. */
function withZone(text: string, { clock, fraction, zone, separator }: MomentText): Verdict {
  const isUsual =
    zone === "Z" &&
    separator === "T" &&
    clock?.length === 8 &&
    USUAL_DIGITS.has(fraction.length) &&
    !text.includes(" ");
  if (isUsual) return fits(text);
  return fitsInOtherForm(zone === undefined ? `${text}Z` : text);
}

/** Comes back as `2024-02-29 08:30:15`. A zone of UTC changes no clock; any other is not to be dropped. */
function withoutZone(text: string, { clock, fraction, zone, separator }: MomentText): Verdict {
  if (zone !== undefined && minutesOf(zone) !== 0) return misfit("has-a-zone");
  const isUsual =
    zone === undefined && separator === " " && clock?.length === 8 && USUAL_DIGITS.has(fraction.length);
  return isUsual ? fits(text) : fitsInOtherForm(text);
}

/** Whether a text is a time of day that the type holds exactly. */
export function judgeTime(text: string, type: TargetType & { readonly kind: "time" }): Verdict {
  if (text === "") return misfit("empty-text");
  const moment = readMoment(text);
  if (moment?.clock === undefined || moment.date !== undefined)
    return misfit(moment === undefined ? "not-a-date" : "has-a-time");
  const { clock, zone, fraction } = moment;
  if (!isRealClock(clock) || (zone !== undefined && !isRealZone(zone))) return misfit("no-such-time");
  if (!holdsFraction(moment, type.digits)) return misfit("loses-digits");
  if (type.zone === "without" && zone !== undefined) return misfit("has-a-zone");
  if (type.zone === "with") return fitsInOtherForm(zone === undefined ? `${text}Z` : text);
  return clock.length === 8 && USUAL_DIGITS.has(fraction.length) ? fits(text) : fitsInOtherForm(text);
}

function holdsFraction({ fraction }: MomentText, digits: number): boolean {
  return fraction.replace(/0+$/, "").length <= digits;
}

/** Seconds, milliseconds, microseconds: one of them is used for a whole column on the way back. */
const USUAL_DIGITS = new Set([0, 3, 6]);
