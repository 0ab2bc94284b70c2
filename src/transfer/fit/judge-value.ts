import { judgeMoment, judgeTime } from "./judge-moment.js";
import { judgeNumber } from "./judge-number.js";
import type { Misfit } from "./misfit.js";
import { numberText } from "./number-text.js";
import type { TargetType } from "./target-type.js";
import { fits, fitsInOtherForm, misfit, NotUtf8, type StoredValue, type Verdict } from "./verdict.js";

/** Whether a value is one of the type, exactly. */
export function judgeValue(value: StoredValue, type: TargetType): Verdict {
  if (value instanceof NotUtf8) return misfit("not-utf-8");
  switch (type.kind) {
    case "integer":
    case "boolean":
    case "double":
    case "single":
    case "numeric":
      return judgeNumber(value, type);
    case "text":
      return judgeText(value, type);
    case "bytes":
      return value instanceof Uint8Array ? fits(hexOf(value)) : misfit(classOf(value));
    case "json":
      return judgeJson(value, type.isBinary);
    case "uuid":
      return judgeUuid(value);
    case "date":
    case "timestamp":
      return typeof value === "string" ? judgeMoment(value, type) : misfit(classOf(value));
    case "time":
      return typeof value === "string" ? judgeTime(value, type) : misfit(classOf(value));
    case "other":
      return judgeOther(value);
  }
}

export function classOf(value: StoredValue): Misfit {
  if (value === "") return "empty-text";
  if (typeof value === "string") return "text";
  return value instanceof Uint8Array ? "blob" : "number";
}

function judgeText(
  value: Exclude<StoredValue, NotUtf8>,
  type: TargetType & { readonly kind: "text" },
): Verdict {
  if (value instanceof Uint8Array) return misfit("blob");
  const text = typeof value === "string" ? value : numberText(value);
  if (text.includes("\0")) return misfit("nul-character");
  if (type.longest !== undefined && isLonger(text, type.longest)) return misfit("too-long");
  if (type.isPadded && text.endsWith(" ")) return misfit("trailing-blanks");
  return fits(text);
}

/** PostgreSQL counts characters, JavaScript units of 16 bits. */
function isLonger(text: string, longest: number): boolean {
  return text.length > longest && Array.from(text).length > longest;
}

function judgeJson(value: Exclude<StoredValue, NotUtf8>, isBinary: boolean): Verdict {
  if (value instanceof Uint8Array) return misfit("blob");
  if (typeof value !== "string") {
    const text = numberText(value);
    return /Inf/.test(text) ? misfit("infinite") : fitsInOtherForm(text);
  }
  if (value === "") return misfit("empty-text");
  if (!isJson(value)) return misfit("not-json");
  if (!isBinary) return fits(value);
  // jsonb stores what the escapes mean, and has no NUL and no half of a surrogate pair:
  // https://www.postgresql.org/docs/current/datatype-json.html
  if (/\\u0000/.test(value.replaceAll("\\\\", ""))) return misfit("nul-character");
  if (
    /\p{Surrogate}/u.test(JSON.stringify(JSON.parse(value)).replaceAll(/\\ud[89a-f][0-9a-f]{2}/gi, "\ud800"))
  )
    return misfit("not-utf-8");
  return fitsInOtherForm(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function judgeUuid(value: Exclude<StoredValue, NotUtf8>): Verdict {
  if (value instanceof Uint8Array) {
    if (value.byteLength !== 16) return misfit("not-a-uuid");
    return fitsInOtherForm(uuidOf(value));
  }
  if (value === "") return misfit("empty-text");
  if (typeof value !== "string") return misfit("number");
  if (UUID.test(value)) return value === value.toLowerCase() ? fits(value) : fitsInOtherForm(value);
  return OTHER_UUID.test(value) ? fitsInOtherForm(value) : misfit("not-a-uuid");
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// https://www.postgresql.org/docs/current/datatype-uuid.html
const OTHER_UUID = /^(?:[0-9a-f]{32}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\})$/i;

export function uuidOf(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function judgeOther(value: Exclude<StoredValue, NotUtf8>): Verdict {
  if (value instanceof Uint8Array) return misfit("blob");
  const text = typeof value === "string" ? value : numberText(value);
  return text.includes("\0") ? misfit("nul-character") : fits(text);
}

function hexOf(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}
