import { MOST_SAMPLES } from "./bad-utf8.js";
import type { MisfitFinding, MisfitSample } from "./finding.js";
import type { Misfit } from "./misfit.js";
import { numberText } from "./number-text.js";
import { type ToPostgres, treatValue } from "./treatment.js";
import { NotUtf8, type StoredValue } from "./verdict.js";

/** Counts what becomes of the values of a column. */
export class ColumnTally {
  readonly #misfits = new Map<Misfit, { count: number; samples: MisfitSample[] }>();
  /** A few of the values that do not fit. */
  readonly samples: StoredValue[] = [];
  otherForm = 0;
  converted = 0;
  /** Whether every value so far goes to the target as the text that it is. */
  isVerbatim = true;

  add(value: StoredValue, row: string, treatment: ToPostgres): void {
    const treated = treatValue(value, treatment);
    const misfit = treated.kind === "misfit" ? treated.misfit : treated.wasNulled;
    if (misfit !== undefined) {
      this.isVerbatim = false;
      this.#addMisfit(misfit, row, value);
      return;
    }
    if (treated.kind === "value") {
      if (treated.isConverted === true) this.converted++;
      else if (treated.isOtherForm === true) this.otherForm++;
      if (treated.text !== value) this.isVerbatim = false;
    }
  }

  /** NULLs in a column that takes none: nobody looked at them one by one. */
  addNulls(count: number, rows: readonly string[]): void {
    this.isVerbatim = false;
    this.#misfits.set("null", { count, samples: rows.map((row) => ({ row, value: "NULL" })) });
  }

  #addMisfit(misfit: Misfit, row: string, value: StoredValue): void {
    const entry = this.#misfits.get(misfit) ?? { count: 0, samples: [] };
    this.#misfits.set(misfit, entry);
    if (++entry.count > MOST_SAMPLES) return;
    entry.samples.push({ row, value: shown(value) });
    this.samples.push(value);
  }

  get misfits(): readonly MisfitFinding[] {
    return [...this.#misfits].map(([misfit, found]) => ({ misfit, ...found }));
  }
}

/** A value as SQL, cut where it is long. */
function shown(value: StoredValue): string {
  if (value instanceof NotUtf8) return `CAST(${bytesShown(value.bytes)} AS TEXT)`;
  if (value instanceof Uint8Array) return bytesShown(value);
  if (typeof value !== "string") return numberText(value);
  const cut = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return `'${cut.replaceAll("'", "''").replaceAll(/\p{Cc}/gu, (found) => JSON.stringify(found).slice(1, -1))}'`;
}

function bytesShown(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, LONGEST / 2)).toString("hex");
  return `x'${hex}${bytes.byteLength > LONGEST / 2 ? "…" : ""}'`;
}

const LONGEST = 40;
