import { TenonError } from "../errors.js";

/** What was read from the command line. */
export class Arguments {
  readonly #values: ReadonlyMap<string, FlagContent>;
  readonly positionals: readonly string[];

  /** `values` holds every flag that the command knows; undefined for one that was not given. */
  constructor(values: ReadonlyMap<string, FlagContent>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  isSet(name: string): boolean {
    return this.#value(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#value(name);
    return typeof value === "string" ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#value(name);
    return Array.isArray(value) ? value : [];
  }

  milliseconds(name: string): number | undefined {
    const value = this.#value(name);
    return typeof value === "number" ? value : undefined;
  }

  #value(name: string): FlagContent {
    if (this.#values.has(name)) return this.#values.get(name);
    throw new TenonError(
      "INTERNAL",
      `The flag --${name} was asked for and is not among those of the command.`,
    );
  }
}

export type FlagContent = undefined | boolean | string | number | readonly string[];

/** A whole number of at least 1. @throws TenonError `USAGE` */
export function parseCount(given: string, what: string): number {
  const count = Number(given);
  if (/^\d+$/.test(given) && Number.isSafeInteger(count) && count >= 1) return count;
  throw new TenonError("USAGE", `${what} is "${given}", and has to be a whole number of at least 1.`);
}

/** Milliseconds, or a number with a unit: `500`, `500ms`, `10s`, `2m`, `1h`. @throws TenonError `USAGE` */
export function parseDuration(given: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/i.exec(given.trim());
  const unit = UNITS.get(match?.[2]?.toLowerCase() ?? "ms");
  const milliseconds = Math.round(Number(match?.[1]) * (unit ?? Number.NaN));
  // Timers hold no more than 31 bits: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
  if (Number.isFinite(milliseconds) && milliseconds <= 2 ** 31 - 1) return milliseconds;
  throw new TenonError("USAGE", `${what} is "${given}", which is no duration.`, {
    hint: "Write milliseconds, or a number with a unit: 500, 500ms, 10s, 2m, 1h; at most 24 days.",
  });
}

const UNITS = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);
