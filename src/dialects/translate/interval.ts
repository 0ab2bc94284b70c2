import type { Kind } from "./expression-kind.js";
import type { Node } from "./expression-nodes.js";
import { readPostgresType } from "./postgres-type.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

/** What is added to a time, in the words of SQLite: https://sqlite.org/lang_datefunc.html#modifiers */
export interface Interval {
  readonly months: number;
  readonly modifiers: readonly string[];
}

/** `'7 days'::interval`, `INTERVAL '7 days'`, or a number of days beside a date. */
export function readInterval(
  node: Node | undefined,
  next: Node | undefined,
  kind: Kind,
): { readonly text: string; readonly length: number } | undefined {
  if (node?.kind === "text" && node.text === "INTERVAL" && next?.kind === "string")
    return { text: next.value, length: 2 };
  if (node?.kind === "cast" && readPostgresType(node.type).base === "interval") {
    const value = bareNode(node.operand);
    if (value?.kind === "string") return { text: value.value, length: 1 };
  }
  if (node?.kind === "number" && kind === "date") return { text: `${node.text} days`, length: 1 };
  return undefined;
}

const UNITS: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  second: ["seconds", 1],
  sec: ["seconds", 1],
  s: ["seconds", 1],
  minute: ["minutes", 1],
  min: ["minutes", 1],
  m: ["minutes", 1],
  hour: ["hours", 1],
  hr: ["hours", 1],
  h: ["hours", 1],
  day: ["days", 1],
  d: ["days", 1],
  week: ["days", 7],
  w: ["days", 7],
  month: ["months", 1],
  mon: ["months", 1],
  year: ["months", 12],
  yr: ["months", 12],
  y: ["months", 12],
};

/**
 * The text of an interval without its rarer forms, turned round by a factor of -1.
 * https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-INTERVAL-INPUT
 */
export function parseInterval(text: string, factor: 1 | -1): Interval {
  const modifiers: string[] = [];
  let months = 0;
  const add = (amount: number, unit: string) => modifiers.push(`${amount < 0 ? "" : "+"}${amount} ${unit}`);
  const rest = text
    .trim()
    .replaceAll(/([+-]?\d+(?:\.\d+)?)\s*([a-z]+)/gi, (_, amount: string, word: string) => {
      const unit = UNITS[word.toLowerCase()] ?? UNITS[word.toLowerCase().replace(/s$/, "")];
      if (unit === undefined) throw new Untranslatable(`the interval ${text}`);
      const value = Number(amount) * unit[1] * factor;
      if (unit[0] === "months") months += value;
      else add(value, unit[0]);
      return "";
    });
  const clock = /^([+-]?)(\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?$/.exec(rest.trim());
  if (clock !== null) {
    const [, sign = "", hours = "0", minutes = "0", seconds = "0"] = clock;
    const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    add(total * factor * (sign === "-" ? -1 : 1), "seconds");
  } else if (rest.trim() !== "") throw new Untranslatable(`the interval ${text}`);
  if (!Number.isInteger(months) || (months !== 0 && modifiers.length > 0))
    throw new Untranslatable(`the interval ${text}`);
  return { months, modifiers };
}
