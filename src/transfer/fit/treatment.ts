import type { SqlOutput } from "../../connection/index.js";
import { type ConversionName, convertValue } from "./conversions.js";
import { judgeValue } from "./judge-value.js";
import type { Misfit } from "./misfit.js";
import { readTagged } from "./tagged-value.js";
import type { TargetType } from "./target-type.js";
import type { StoredValue } from "./verdict.js";

/** What is done with a value that does not fit: the transfer stops, the value becomes NULL, the row goes to the reject table. */
export type Otherwise = "stop" | "null" | "reject";

/** How the values of a column are made into those of the target; plain data, so that it can be written down. */
export type ColumnTreatment =
  /** Both sides are the same engine. */
  | { readonly kind: "identity" }
  | {
      readonly kind: "to-postgres";
      readonly type: TargetType;
      readonly convert: readonly ConversionName[];
      readonly otherwise: Otherwise;
      readonly takesNull: boolean;
      /** How the value is read: as it is, or with its storage class before it. */
      readonly reading: "plain" | "tagged";
    }
  | { readonly kind: "to-sqlite"; readonly form: SqliteForm };

/** What a text of PostgreSQL becomes on SQLite. */
export type SqliteForm = "text" | "integer" | "real" | "boolean" | "bytes" | "number";

export type Treated =
  | {
      readonly kind: "value";
      readonly text: string | null;
      readonly isOtherForm?: boolean;
      /** A conversion made another value of it. */
      readonly isConverted?: boolean;
      readonly wasNulled?: Misfit;
    }
  | { readonly kind: "misfit"; readonly misfit: Misfit };

export type ToPostgres = ColumnTreatment & { readonly kind: "to-postgres" };

/** Converts and judges one value, and does with what does not fit what was chosen. */
export function treatValue(value: StoredValue | null, treatment: ToPostgres): Treated {
  const { type, convert, otherwise, takesNull } = treatment;
  const converted = value === null ? null : convertValue(value, convert);
  const isConverted = converted !== value;
  if (converted === null)
    return takesNull ? { kind: "value", text: null, isConverted } : { kind: "misfit", misfit: "null" };
  const verdict = judgeValue(converted, type);
  if (verdict.kind === "fits")
    return { kind: "value", text: verdict.text, isOtherForm: verdict.isOtherForm === true, isConverted };
  if (otherwise !== "null" || !takesNull) return verdict;
  return { kind: "value", text: null, wasNulled: verdict.misfit };
}

/** A value as it comes from a connection, or from the callback of a table. */
export function storedValue(value: SqlOutput, reading: ToPostgres["reading"]): StoredValue | null {
  if (reading === "tagged" && (value instanceof Uint8Array || typeof value === "string"))
    return readTagged(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  return value;
}
