import { plainDecimal } from "./number-text.js";
import type { TargetType } from "./target-type.js";
import {
  fits,
  fitsInOtherForm,
  misfit,
  type NotUtf8,
  StoredReal,
  type StoredValue,
  type Verdict,
} from "./verdict.js";

type NumberType = TargetType & { readonly kind: "integer" | "boolean" | "double" | "single" | "numeric" };

/** Whether a value is a number of the type, exactly. */
export function judgeNumber(value: Exclude<StoredValue, NotUtf8>, type: NumberType): Verdict {
  if (value instanceof Uint8Array) return misfit("blob");
  if (typeof value === "string") return judgeNumberText(value, type);
  const number = value instanceof StoredReal ? value.number : value;
  switch (type.kind) {
    case "boolean":
      if (Number(number) === 0 && !Object.is(number, -0)) return fits("f");
      return Number(number) === 1 ? fits("t") : misfit("not-0-or-1");
    case "integer":
      return judgeInteger(number, type);
    case "double":
      return judgeDouble(number);
    case "single":
      return judgeSingle(number);
    case "numeric":
      return judgeNumeric(number, type);
  }
}

/** SQLite has no NaN, so it comes as the text. Other texts are numbers only where they are what the number looks like. */
function judgeNumberText(text: string, type: NumberType): Verdict {
  if (text === "") return misfit("empty-text");
  if (text === "NaN" && type.kind !== "integer" && type.kind !== "boolean") return fits(text);
  switch (type.kind) {
    case "integer":
      return /^(?:0|-?[1-9]\d{0,18})$/.test(text) ? judgeInteger(BigInt(text), type) : misfit("text");
    case "numeric":
      return /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) ? judgeDecimal(text, type) : misfit("text");
    default:
      return misfit("text");
  }
}

function judgeInteger(number: number | bigint, type: TargetType & { readonly kind: "integer" }): Verdict {
  if (typeof number === "number" && (!Number.isInteger(number) || Object.is(number, -0)))
    return misfit(Number.isFinite(number) ? "fraction" : "infinite");
  const whole = BigInt(number);
  return whole < type.lowest || whole > type.highest ? misfit("out-of-range") : fits(String(whole));
}

function judgeDouble(number: number | bigint): Verdict {
  if (typeof number === "bigint")
    return BigInt(Number(number)) === number ? fits(String(number)) : misfit("loses-digits");
  return fits(Object.is(number, -0) ? "-0" : String(number));
}

/** A real is exact to 6 digits: https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT */
function judgeSingle(number: number | bigint): Verdict {
  const double = Number(number);
  if (!Number.isFinite(double)) return fits(String(double));
  const isExact = Math.fround(double) === double && (typeof number === "number" || BigInt(double) === number);
  const text = Object.is(double, -0) ? "-0" : String(number);
  if (isExact) return fits(text);
  const digits = text.replace(/e.*$/, "").replaceAll(/[^\d]/g, "").replace(/^0+/, "").replace(/0+$/, "");
  const isInRange = Math.abs(double) < 3.4e38 && Math.abs(double) > 1.2e-38;
  return digits.length <= 6 && isInRange ? fits(text) : misfit("loses-digits");
}

function judgeNumeric(number: number | bigint, type: TargetType & { readonly kind: "numeric" }): Verdict {
  if (typeof number === "number" && !Number.isFinite(number)) return misfit("infinite");
  // A numeric has no sign on its zero.
  if (Object.is(number, -0)) return misfit("loses-digits");
  const text = plainDecimal(String(number));
  return judgeDecimal(text, type);
}

function judgeDecimal(text: string, type: TargetType & { readonly kind: "numeric" }): Verdict {
  if (type.precision === undefined) return fits(text);
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  if (fraction.replace(/0+$/, "").length > type.scale) return misfit("loses-digits");
  if (whole.replace(/^0+/, "").length > type.precision - type.scale) return misfit("out-of-range");
  return fraction.length > type.scale ? fitsInOtherForm(text) : fits(text);
}
