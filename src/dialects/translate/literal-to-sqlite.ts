import { arrayAsJson } from "./array-literal.js";
import type { PostgresType } from "./postgres-type.js";
import { Untranslatable } from "./translation.js";
import { isExactText } from "./types-to-sqlite.js";

/** A literal of a type of PostgreSQL as SQLite holds it. @throws Untranslatable */
export function literalToSqlite(value: string, type: PostgresType): string {
  if (type.dimensions > 0) return quoteText(arrayAsJson(value, (element) => elementAsJson(element, type)));
  if (NUMBERS.has(type.base)) return numberLiteral(value.trim(), type);
  switch (type.base) {
    case "boolean":
      return truthOf(value);
    case "bytea":
      return bytesLiteral(value);
    case "uuid":
      return quoteText(uuidText(value));
    case "timestamp with time zone":
      return quoteText(zonedText(value));
    case "timestamp without time zone":
      return quoteText(momentText(value));
    default:
      return quoteText(value);
  }
}

export function quoteText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export const NUMBERS: ReadonlySet<string> = new Set([
  "smallint",
  "integer",
  "bigint",
  "oid",
  "real",
  "double precision",
  "numeric",
]);

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function numberLiteral(value: string, type: PostgresType): string {
  // More digits than a REAL holds are kept as text, so the literal is one too.
  if (NUMBER.test(value)) {
    const kept =
      type.base === "numeric" && type.modifiers.length > 0
        ? rounded(value, Number(type.modifiers[1] ?? 0))
        : value;
    return isExactText(type) ? quoteText(kept) : kept;
  }
  // https://sqlite.org/floatingpoint.html: too large a literal is read as infinity; for NaN there is none.
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(value);
  if (infinity !== null && /^(?:real|double precision)$/.test(type.base))
    return infinity[1] === "-" ? "-9e999" : "9e999";
  throw new Untranslatable(`the number ${value}`);
}

/** A decimal number with at most so many digits behind its point, a half rounded away from zero as PostgreSQL does. */
function rounded(value: string, scale: number): string {
  const [, sign = "", whole = "", fraction = ""] = /^([+-]?)(\d*)\.?(\d*)$/.exec(value) ?? [];
  if (scale < 0 || fraction.length <= scale) return value;
  const digits = BigInt(whole + fraction.slice(0, scale)) + (fraction.charAt(scale) >= "5" ? 1n : 0n);
  const text = String(digits).padStart(scale + 1, "0");
  const cut = text.length - scale;
  return `${sign}${text.slice(0, cut)}${scale > 0 ? `.${text.slice(cut)}` : ""}`;
}

function truthOf(value: string): string {
  const truth = TRUTHS[value.trim().toLowerCase()];
  if (truth === undefined) throw new Untranslatable(`the boolean ${value}`);
  return truth;
}

const TRUTHS: Readonly<Record<string, "0" | "1">> = {
  t: "1",
  true: "1",
  on: "1",
  yes: "1",
  y: "1",
  "1": "1",
  f: "0",
  false: "0",
  off: "0",
  no: "0",
  n: "0",
  "0": "0",
};

/** https://www.postgresql.org/docs/current/datatype-binary.html: hexadecimal, or bytes with escapes. */
function bytesLiteral(value: string): string {
  if (/^\\x(?:[0-9a-f]{2})*$/i.test(value)) return `X'${value.slice(2).toLowerCase()}'`;
  if (value.includes("\\")) throw new Untranslatable(`the bytes ${value}`);
  return `X'${Buffer.from(value, "utf8").toString("hex")}'`;
}

/** As the engine gives it back, whatever it was written like. */
function uuidText(value: string): string {
  const digits = value.replaceAll(/[-{}\s]/g, "").toLowerCase();
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(digits);
  if (parts === null) throw new Untranslatable(`the uuid ${value}`);
  return parts.slice(1).join("-");
}

/** In UTC and in one form, so that the order of the texts is the order of the times. */
function zonedText(value: string): string {
  const parts = TIME.exec(value.trim());
  if (parts === null) return value;
  const [, day = "", minute = "00:00", second = "00", fraction = ".000", zone = "Z"] = parts;
  const offset = /^z$/i.test(zone) ? "Z" : `${zone.slice(0, 3)}:${zone.replace(":", "").slice(3) || "00"}`;
  const time = new Date(`${day}T${minute}:${second}${offset}`);
  if (Number.isNaN(time.getTime())) return value;
  return time.toISOString().replace(/\.000Z$/, `${fraction.padEnd(4, "0")}Z`);
}

function momentText(value: string): string {
  const parts = TIME.exec(value.trim());
  if (parts === null) return value;
  const [, day = "", minute = "00:00", second = "00", fraction = ".000"] = parts;
  return `${day} ${minute}:${second}${fraction.padEnd(4, "0")}`;
}

const TIME = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::(\d\d)(\.\d+)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

function elementAsJson(element: string, type: PostgresType): string {
  if (type.base === "boolean") return truthOf(element) === "1" ? "true" : "false";
  if (NUMBERS.has(type.base)) {
    const number = numberLiteral(element, { base: "double precision", modifiers: [], dimensions: 0 });
    if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(number)) return number;
    throw new Untranslatable(`the number ${element} in an array`);
  }
  return JSON.stringify(element);
}
