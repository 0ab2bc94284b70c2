/** Sums of 64-bit hashes, exact whatever their number: what `sum(bigint)` gives on PostgreSQL. */
export class Checksums {
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #totals: bigint[];
  #unfolded = 0;

  constructor(count: number) {
    this.#high = new Float64Array(count);
    this.#low = new Float64Array(count);
    this.#totals = Array.from({ length: count }, () => 0n);
  }

  add(index: number, high: number, low: number): void {
    this.#high[index] = (this.#high[index] ?? 0) + high;
    this.#low[index] = (this.#low[index] ?? 0) + (low >>> 0);
  }

  /** Told after each row, so that the halves never grow beyond what a double holds exactly. */
  endRow(): void {
    if (++this.#unfolded >= ROWS_UNTIL_FOLDED) this.#fold();
  }

  get totals(): readonly bigint[] {
    this.#fold();
    return [...this.#totals];
  }

  #fold(): void {
    for (let index = 0; index < this.#totals.length; index++) {
      this.#totals[index] =
        (this.#totals[index] ?? 0n) + (BigInt(this.#high[index] ?? 0) << 32n) + BigInt(this.#low[index] ?? 0);
      this.#high[index] = 0;
      this.#low[index] = 0;
    }
    this.#unfolded = 0;
  }
}

/** 2^20 halves of 32 bits stay below 2^53. */
const ROWS_UNTIL_FOLDED = 2 ** 20;
