/**
 * A date or time as SQLite's own functions read it (https://sqlite.org/lang_datefunc.html#time_values), taken apart. Words such as
 * `now` and numbers are not among them: PostgreSQL would give them a meaning of its own.
 */
export interface MomentText {
  /** `2024-02-29`; undefined for a time alone. */
  readonly date: string | undefined;
  /** `08:30` or `08:30:15`; undefined for a date alone. */
  readonly clock: string | undefined;
  /** The digits after the second's point; empty where there are none. */
  readonly fraction: string;
  /** `Z`, `+02:00`; undefined where none is given. */
  readonly zone: string | undefined;
  /** What stands between date and time. */
  readonly separator: string;
}

/** Undefined for a text of another form; `2023-02-30` has the form, and is no date. */
export function readMoment(text: string): MomentText | undefined {
  const dated = DATED.exec(text);
  if (dated !== null) {
    const [, date, separator = "", clock, fraction = "", zone] = dated;
    return { date, clock, fraction, zone, separator };
  }
  const [whole, clock, fraction = "", zone] = TIMED.exec(text) ?? [];
  return whole === undefined ? undefined : { date: undefined, clock, fraction, zone, separator: "" };
}

const CLOCK = String.raw`(\d{2}:\d{2}(?::\d{2}(?=[^:\d]|$))?)(?:(?<=:\d{2}:\d{2})\.(\d+))?(?: ?([Zz]|[+-]\d{2}:\d{2}))?`;
const DATED = new RegExp(String.raw`^(\d{4}-\d{2}-\d{2})(?:([ T])${CLOCK})?$`);
const TIMED = new RegExp(`^${CLOCK}$`);

/** Whether the calendar has this day. SQLite takes any day up to 31, and PostgreSQL has no year 0. */
export function isRealDate(date: string): boolean {
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7));
  const day = Number(date.slice(8, 10));
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Both engines know 24:00 as the end of a day, and mean other days by it; so it is no time here. */
export function isRealClock(clock: string): boolean {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number);
  return hours < 24 && minutes < 60 && seconds < 60;
}

/** SQLite takes zones up to 14:59, which PostgreSQL takes too. */
export function isRealZone(zone: string): boolean {
  return /^z$/i.test(zone) || (Number(zone.slice(1, 3)) < 15 && Number(zone.slice(4, 6)) < 60);
}

/** The zone's distance from UTC in minutes. */
export function minutesOf(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith("-") ? -minutes : minutes;
}

/** The same moment on the clock of UTC, as `2024-02-29 08:30:15`; the fraction of the second stays what it was. */
export function clockInUtc(date: string, clock: string, zone: string | undefined): string {
  const full = clock.length === 5 ? `${clock}:00` : clock;
  const minutes = zone === undefined ? 0 : minutesOf(zone);
  if (minutes === 0) return `${date} ${full}`;
  const time = Date.parse(`${date}T${full}Z`) - minutes * 60_000;
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}
