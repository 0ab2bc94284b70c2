import { type Kind, operandsOf } from "./expression-kind.js";
import type { Node } from "./expression-nodes.js";
import { parseInterval, readInterval } from "./interval.js";
import { quoteText } from "./literal-to-sqlite.js";
import { readPostgresType } from "./postgres-type.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

/** A time as SQLite's functions take it: a value, and what is added to it. https://sqlite.org/lang_datefunc.html */
export interface Moment {
  /** `'now'`, or a column as SQL. */
  readonly value: string;
  readonly modifiers: readonly string[];
  /** Months that are added: a day that the month has not is its last one in PostgreSQL, and one of the next in SQLite. */
  readonly months: number;
  readonly kind: Kind;
}

/** How a column of times is written; undefined for what is no such column. */
export type ColumnOfTimes = (
  path: readonly string[],
) => { readonly kind: Kind; readonly sql: string } | undefined;

/** Reads as much of a list, from a place on, as says one time, and gives how many pieces that are. */
export function readMoment(
  nodes: readonly Node[],
  at: number,
  column: ColumnOfTimes,
): { readonly moment: Moment; readonly length: number } | undefined {
  const first = nodes[at];
  let moment = first === undefined ? undefined : readOperand(first, column);
  if (moment === undefined) return undefined;
  let length = 1;
  for (;;) {
    const [operator, operand, third, fourth] = nodes.slice(at + length, at + length + 4);
    const sign = operator?.kind === "text" ? operator.text : "";
    if (sign === "AT" && isWord(operand, "time") && isWord(third, "zone")) {
      const zone = bareNode(fourth === undefined ? [] : [fourth]);
      if (zone?.kind !== "string" || !/^(?:utc|gmt|z|etc\/utc)$/i.test(zone.value))
        throw new Untranslatable("a time zone other than UTC");
      moment = { ...moment, kind: moment.kind === "zoned" ? "moment" : "zoned" };
      length += 4;
      continue;
    }
    if (sign !== "+" && sign !== "-") break;
    const interval = readInterval(operand, third, moment.kind);
    if (interval === undefined) break;
    moment = addTo(moment, interval.text, sign);
    length += 1 + interval.length;
  }
  return { moment, length };
}

function isWord(node: Node | undefined, word: string): boolean {
  return node?.kind === "name" && node.path.length === 1 && node.path[0]?.toLowerCase() === word;
}

function readOperand(node: Node, column: ColumnOfTimes): Moment | undefined {
  const now = (kind: Kind): Moment => ({ value: "'now'", modifiers: [], months: 0, kind });
  switch (node.kind) {
    case "text":
      return NOW_WORDS[node.text] === undefined ? undefined : now(NOW_WORDS[node.text] ?? "zoned");
    case "name": {
      const found = column(node.path);
      return found && { value: found.sql, modifiers: [], months: 0, kind: found.kind };
    }
    case "call":
      return NOW_CALLS.has(node.name) ? now("zoned") : readCall(node, column);
    case "group":
      return node.parts.length === 1 ? readWhole(node.parts[0] ?? [], column) : undefined;
    case "cast": {
      const kind = TIME_KINDS[readPostgresType(node.type).base];
      if (kind === undefined) return undefined;
      const value = bareNode(node.operand);
      if (value?.kind === "string" && value.value.toLowerCase() === "now") return now(kind);
      const inner = readWhole(node.operand, column);
      return inner && asKind(inner, kind);
    }
    default:
      return undefined;
  }
}

const NOW_WORDS: Readonly<Record<string, Kind>> = {
  CURRENT_TIMESTAMP: "zoned",
  LOCALTIMESTAMP: "moment",
  CURRENT_DATE: "date",
  CURRENT_TIME: "time",
  LOCALTIME: "time",
};

const NOW_CALLS = new Set(["now", "transaction_timestamp", "statement_timestamp", "clock_timestamp"]);

const TIME_KINDS: Readonly<Record<string, Kind>> = {
  "timestamp with time zone": "zoned",
  "timestamp without time zone": "moment",
  date: "date",
  "time without time zone": "time",
  "time with time zone": "time",
};

/** A list that says one time and nothing else. */
export function readWhole(nodes: readonly Node[], column: ColumnOfTimes): Moment | undefined {
  const found = readMoment(nodes, 0, column);
  return found?.length === nodes.length ? found.moment : undefined;
}

function readCall(node: Node & { readonly kind: "call" }, column: ColumnOfTimes): Moment | undefined {
  const [first = [], second = [], ...others] = node.parts;
  const word = bareNode(first);
  if (others.length > 0 || word?.kind !== "string") return undefined;
  const inner = readWhole(second, column);
  if (inner === undefined) return undefined;
  if (node.name === "timezone") {
    if (!/^(?:utc|gmt)$/i.test(word.value)) throw new Untranslatable("a time zone other than UTC");
    return { ...inner, kind: inner.kind === "zoned" ? "moment" : "zoned" };
  }
  if (node.name !== "date_trunc") return undefined;
  const start = STARTS[word.value.toLowerCase()];
  if (start === undefined) throw new Untranslatable(`date_trunc('${word.value}')`);
  return { ...settled(inner), modifiers: [...inner.modifiers, ...start] };
}

const STARTS: Readonly<Record<string, readonly string[]>> = {
  day: ["start of day"],
  // The Monday on or before it.
  week: ["start of day", "-6 days", "weekday 1"],
  month: ["start of month"],
  year: ["start of year"],
};

function asKind(moment: Moment, kind: Kind): Moment {
  const isCut = kind === "date" && moment.kind !== "date";
  return { ...moment, kind, modifiers: isCut ? [...moment.modifiers, "start of day"] : moment.modifiers };
}

/** Nothing can be done to a time to which months were added: two expressions say it. */
function settled(moment: Moment): Moment {
  if (moment.months !== 0) throw new Untranslatable("more than one change of a time that has months in it");
  return moment;
}

function addTo(moment: Moment, text: string, sign: "+" | "-"): Moment {
  const { months, modifiers } = parseInterval(text, sign === "-" ? -1 : 1);
  if (months !== 0 && moment.modifiers.length > 0) throw new Untranslatable(`the interval ${text} here`);
  const before = months === 0 && modifiers.length === 0 ? moment : settled(moment);
  return {
    ...before,
    modifiers: [...moment.modifiers, ...modifiers],
    months,
    // A date to which an interval is added is a time; to which days are, a date.
    kind: moment.kind === "date" && !/^\d+ days$/.test(text) ? "moment" : moment.kind,
  };
}

const FORMATS: Readonly<Partial<Record<Kind, readonly [day: string, clock: string]>>> = {
  zoned: ["%Y-%m-%d", "T%H:%M:%fZ"],
  moment: ["%Y-%m-%d", " %H:%M:%f"],
};

/** A time in the form that a column of its kind has on SQLite. */
export function writeMoment(moment: Moment, kind: Kind = moment.kind): string {
  if (kind === "time") return isPlainNow(moment) ? "CURRENT_TIME" : call("time", moment);
  if (kind === "date" && isPlainNow(moment)) return "CURRENT_DATE";
  const [day, clock] = FORMATS[kind] ?? ["%Y-%m-%d", ""];
  if (moment.months === 0) return kind === "date" ? call("date", moment) : formatted(day + clock, moment);
  const { value, months } = moment;
  const sum = `strftime(${quoteText(day + clock)}, ${value}, '${months > 0 ? "+" : ""}${months} months')`;
  const lastDay = `strftime('${day}', ${value}, 'start of month', '${months + 1 > 0 ? "+" : ""}${months + 1} months', '-1 day')`;
  const end = clock === "" ? lastDay : `${lastDay} || strftime('${clock}', ${value})`;
  return `min(${sum}, ${end})`;
}

/** A time in a form of strftime: https://sqlite.org/lang_datefunc.html */
export function formatted(format: string, moment: Moment): string {
  settled(moment);
  return `strftime(${[quoteText(format), moment.value, ...moment.modifiers.map(quoteText)].join(", ")})`;
}

function call(name: string, moment: Moment): string {
  settled(moment);
  return `${name}(${[moment.value, ...moment.modifiers.map(quoteText)].join(", ")})`;
}

/** Seconds since 1970, with their fraction. */
export function epochOf(moment: Moment): string {
  settled(moment);
  return `unixepoch(${[moment.value, ...moment.modifiers.map(quoteText), "'subsec'"].join(", ")})`;
}

export function isNow(moment: Moment): boolean {
  return moment.value === "'now'";
}

function isPlainNow(moment: Moment): boolean {
  return isNow(moment) && moment.months === 0 && moment.modifiers.every((each) => each === "start of day");
}

/** A pattern of to_char as one of strftime. https://www.postgresql.org/docs/current/functions-formatting.html */
export function strftimeFormat(pattern: string): string {
  const format = pattern.replaceAll(
    /SS\.(?:MS|FF3)|YYYY|MM|DDD|DD|HH24|MI|SS|"([^"]*)"|[A-Za-z]+|%/g,
    (word, quoted?: string) => {
      const known = quoted === undefined ? PATTERNS[word] : quoted.replaceAll("%", "%%");
      if (known === undefined) throw new Untranslatable(`to_char with the pattern ${pattern}`);
      return known;
    },
  );
  return format;
}

const PATTERNS: Readonly<Record<string, string>> = {
  "SS.MS": "%f",
  "SS.FF3": "%f",
  YYYY: "%Y",
  MM: "%m",
  DDD: "%j",
  DD: "%d",
  HH24: "%H",
  MI: "%M",
  SS: "%S",
  T: "T",
  Z: "Z",
  "%": "%%",
};

/** One part of a time as a number: https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-EXTRACT */
export function partOf(field: string, moment: Moment): string {
  if (field === "epoch") return epochOf(moment);
  if (field === "second") return `CAST(${formatted("%f", moment)} AS REAL)`;
  const format = FIELDS[field];
  if (format === undefined) throw new Untranslatable(`extract(${field})`);
  return `CAST(${formatted(format, moment)} AS INTEGER)`;
}

const FIELDS: Readonly<Record<string, string>> = {
  year: "%Y",
  month: "%m",
  day: "%d",
  hour: "%H",
  minute: "%M",
  dow: "%w",
  doy: "%j",
};

/** The pieces of `extract(field FROM time)` apart. */
export function splitAt(
  word: RegExp,
  nodes: readonly Node[],
): readonly [readonly Node[], readonly Node[]] | undefined {
  const parts = operandsOf(nodes);
  const at = parts.findIndex(([node]) => node?.kind === "text" && word.test(node.text));
  return at < 0 ? undefined : [parts.slice(0, at).flat(), parts.slice(at + 1).flat()];
}
