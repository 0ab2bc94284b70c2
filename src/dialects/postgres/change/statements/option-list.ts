import { literal } from "../../names.js";

export type Options = Readonly<Record<string, string>>;

/** Storage parameters as WITH and SET take them. */
export function optionList(options: Options): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} = ${optionValue(value)}`)
    .join(", ");
}

function optionValue(value: string): string {
  return /^(?:-?\d+(?:\.\d+)?|true|false|on|off|auto)$/.test(value) ? value : literal(value);
}

/** What SET and RESET must say so that the first options become the second. */
export function optionChanges(
  from: Options = {},
  to: Options = {},
): { readonly set: Options; readonly reset: readonly string[] } {
  const set = Object.fromEntries(Object.entries(to).filter(([name, value]) => from[name] !== value));
  return { set, reset: Object.keys(from).filter((name) => to[name] === undefined) };
}
