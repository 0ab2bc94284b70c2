import type { Kind } from "./expression-kind.js";
import type { Lists, Node } from "./expression-nodes.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

/** A call of one of SQLite's date and time functions: https://sqlite.org/lang_datefunc.html */
export interface TimeCall {
  /** The time in UTC, as an expression of PostgreSQL that gives a timestamp without time zone. */
  readonly time: string;
  readonly isNow: boolean;
  /** What is asked of it: a pattern of strftime, or a number. */
  readonly form: { readonly format: string } | "seconds" | "subseconds" | "days";
}

/** A column as SQL, with the kind of its values. */
export type ColumnSql = (
  nodes: readonly Node[],
) => { readonly sql: string; readonly kind: Kind | undefined } | undefined;

const NOW = "(now() AT TIME ZONE 'UTC')";

/** @throws Untranslatable for a time or a modifier that PostgreSQL has no equal for */
export function readTimeCall(name: string, parts: Lists, column: ColumnSql): TimeCall | undefined {
  if (!NAMES.has(name)) return undefined;
  const values = name === "strftime" ? parts.slice(1) : parts;
  const modifiers = values.slice(1).map((part) => {
    const modifier = bareNode(part);
    if (modifier?.kind !== "string") throw new Untranslatable(`${name}() with a modifier that is no literal`);
    return modifier.value.trim().toLowerCase();
  });
  const start = readStart(name, values[0], modifiers, column);
  let { time } = start;
  for (const modifier of start.rest) if (!SUBSECONDS.test(modifier)) time = changed(time, modifier);
  const only = values[0] === undefined ? undefined : bareNode(values[0]);
  const isExact = [...modifiers, only?.kind === "string" ? only.value : ""].some((each) =>
    SUBSECONDS.test(each),
  );
  return { time, isNow: start.isNow, form: formOf(name, parts[0], isExact) };
}

const SUBSECONDS = /^subsec(?:ond)?$/i;

const NAMES = new Set(["date", "time", "datetime", "strftime", "unixepoch", "julianday"]);

function readStart(
  name: string,
  list: readonly Node[] | undefined,
  modifiers: readonly string[],
  column: ColumnSql,
): { readonly time: string; readonly isNow: boolean; readonly rest: readonly string[] } {
  const value = list === undefined ? undefined : bareNode(list);
  const [first, ...others] = modifiers;
  if (list === undefined || (value?.kind === "string" && /^(?:now|subsec(?:ond)?)$/i.test(value.value))) {
    if (first === "localtime") return { time: "LOCALTIMESTAMP", isNow: true, rest: others };
    return { time: NOW, isNow: true, rest: first === "utc" ? others : modifiers };
  }
  const found = column(list);
  const isNumber = found?.kind === "integer" || found?.kind === "float";
  if (found !== undefined && isNumber && first === "unixepoch")
    return { time: `(to_timestamp(${found.sql}) AT TIME ZONE 'UTC')`, isNow: false, rest: others };
  const time = found === undefined ? undefined : asTimestamp(found.sql, found.kind);
  if (time === undefined) throw new Untranslatable(`${name}() of what is not declared as a time`);
  return { time, isNow: false, rest: modifiers };
}

/** A time of some kind as one in UTC without a zone. */
function asTimestamp(sql: string, kind: Kind | undefined): string | undefined {
  if (kind === "zoned") return `(${sql} AT TIME ZONE 'UTC')`;
  if (kind === "moment") return sql;
  return kind === "date" ? `(${sql})::timestamp` : undefined;
}

function changed(time: string, modifier: string): string {
  const start = /^start of (day|month|year)$/.exec(modifier)?.[1];
  if (start !== undefined) return `date_trunc('${start}', ${time})`;
  const [, amount, unit = ""] =
    /^([+-]?\d+(?:\.\d+)?) ?(second|minute|hour|day|month|year)s?$/.exec(modifier) ?? [];
  if (amount === undefined) throw new Untranslatable(`the modifier '${modifier}'`);
  const interval = `interval '${amount.replace(/^\+/, "")} ${unit}${Math.abs(Number(amount)) === 1 ? "" : "s"}'`;
  if (unit !== "month" && unit !== "year") return `(${time} + ${interval})`;
  // A day that the month has not is one of the next month in SQLite, and the last of the month here.
  return `(date_trunc('month', ${time}) + ${interval} + (${time} - date_trunc('month', ${time})))`;
}

function formOf(name: string, first: readonly Node[] | undefined, isExact: boolean): TimeCall["form"] {
  switch (name) {
    case "unixepoch":
      return isExact ? "subseconds" : "seconds";
    case "julianday":
      return "days";
    case "date":
      return { format: "%Y-%m-%d" };
    case "time":
      return { format: isExact ? "%H:%M:%f" : "%H:%M:%S" };
    case "datetime":
      return { format: isExact ? "%Y-%m-%d %H:%M:%f" : "%Y-%m-%d %H:%M:%S" };
    default: {
      const format = first === undefined ? undefined : bareNode(first);
      if (format?.kind !== "string") throw new Untranslatable("strftime() with a pattern that is no literal");
      return { format: format.value };
    }
  }
}

/** What the call gives, as SQLite gives it: a text or a number. */
export function writeTimeCall({ time, form }: TimeCall): string {
  if (form === "seconds") return `(floor(extract(epoch from ${time})))::bigint`;
  if (form === "subseconds") return `(extract(epoch from ${time}))::double precision`;
  if (form === "days") return `(extract(epoch from ${time}) / 86400.0 + 2440587.5)::double precision`;
  if (form.format === "%s") return `((floor(extract(epoch from ${time})))::bigint)::text`;
  return `to_char(${time}, '${charPattern(form.format)}')`;
}

/** The kind of what it gives. */
export function kindOfTimeCall({ form }: TimeCall): Kind {
  if (form === "seconds") return "integer";
  return form === "subseconds" || form === "days" ? "float" : "text";
}

/** The same time as a value of the type of a column of times; undefined where the call asks for less than that. */
export function asColumnTime({ time, isNow, form }: TimeCall, kind: Kind | undefined): string | undefined {
  if (typeof form === "string") return undefined;
  const hasDay = /%Y-%m-%d|%F/.test(form.format);
  const hasTime = /%H|%T|%f/.test(form.format);
  if (kind === "date" && hasDay)
    return time === NOW ? "((now() AT TIME ZONE 'UTC'))::date" : `(${time})::date`;
  if (kind === "time" && hasTime) return isNow ? "CURRENT_TIME" : `(${time})::time`;
  if (!hasDay || (kind !== "zoned" && kind !== "moment")) return undefined;
  const cut = hasTime ? time : `date_trunc('day', ${time})`;
  if (kind === "moment") return cut;
  return cut === NOW ? "now()" : `(${cut} AT TIME ZONE 'UTC')`;
}

/** A pattern of strftime as one of to_char: https://www.postgresql.org/docs/current/functions-formatting.html */
function charPattern(format: string): string {
  return format.replaceAll(
    /%(.)|([A-Za-z]+)|(["'\\])/g,
    (_, letter?: string, word?: string, mark?: string) => {
      if (word !== undefined) return `"${word}"`;
      const known = letter === undefined ? undefined : PATTERNS[letter];
      if (known === undefined)
        throw new Untranslatable(`strftime() with ${letter === undefined ? mark : `%${letter}`}`);
      return known;
    },
  );
}

const PATTERNS: Readonly<Record<string, string>> = {
  Y: "YYYY",
  m: "MM",
  d: "DD",
  H: "HH24",
  M: "MI",
  S: "SS",
  f: "SS.MS",
  j: "DDD",
  F: "YYYY-MM-DD",
  T: "HH24:MI:SS",
  R: "HH24:MI",
};
