import type { StoredReal } from "./verdict.js";

/** A number as SQLite shows it as text, but with every digit that it needs to be the same number again. */
export function numberText(value: number | bigint | StoredReal): string {
  if (typeof value === "bigint") return String(value);
  const number = typeof value === "number" ? value : value.number;
  if (number === Number.POSITIVE_INFINITY) return "Inf";
  if (number === Number.NEGATIVE_INFINITY) return "-Inf";
  const text = Object.is(number, -0) ? "-0" : String(number);
  const isWhole = Number.isInteger(number) && !text.includes(".");
  if (typeof value === "number" || !isWhole) return text;
  return text.includes("e") ? text.replace("e", ".0e") : `${text}.0`;
}

/** `1.5e-7` as `0.00000015`. */
export function plainDecimal(text: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/i.exec(text);
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${"0".repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
