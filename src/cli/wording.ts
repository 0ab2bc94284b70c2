/** `1 migration`, `3 migrations`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A version in a table; nothing applied is a dash. */
export function shownVersion(version: number | string | undefined): string {
  return version === undefined || version === 0 || version === "0" ? "-" : String(version);
}

/** `8 ms`, `1.4 s`, `2 min 5 s`. */
export function shownDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The first of a list, and how many more there are. */
export function shownList(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).join(", ");
  return items.length <= most ? shown : `${shown} and ${items.length - most} more`;
}

/** A version as JSON gives it: a number while that is exact, its text otherwise. */
export function versionForJson(version: string): number | string {
  const number = Number(version);
  return Number.isSafeInteger(number) && String(number) === version ? number : version;
}
