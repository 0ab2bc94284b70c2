import type { Row } from "../../../connection/index.js";

/**
 * The rows that belong to one object, gathered by the server: a row that crosses costs more than the server needs to find it, and
 * most are never looked at. What they say by names and values stands apart from the oids, which are this database's alone: so
 * equal `facts` of two databases say the same.
 */
export interface PackedRow extends Row {
  readonly owner: string;
  /** JSON: for each row the list of what it says. */
  readonly facts: string;
  /** JSON: for each row the list of its oids, as texts. */
  readonly oids: string;
  /** Whether a row has something that the model has no place for. */
  readonly special: boolean;
}

/** Rows by what they belong to, unpacked when they are asked for. */
export class PackedRows<T, Facts, Oids> {
  readonly #packed: ReadonlyMap<string, PackedRow>;
  readonly #unpack: (facts: Facts, oids: Oids, owner: string) => T;
  readonly #unpacked = new Map<string, readonly T[]>();

  constructor(packed: readonly PackedRow[], unpack: (facts: Facts, oids: Oids, owner: string) => T) {
    this.#packed = new Map(packed.map((row) => [row.owner, row]));
    this.#unpack = unpack;
  }

  of(owner: string): readonly T[] {
    const known = this.#unpacked.get(owner);
    const row = this.#packed.get(owner);
    if (known !== undefined || row === undefined) return known ?? [];
    const oids: readonly Oids[] = JSON.parse(row.oids);
    const facts: readonly Facts[] = JSON.parse(row.facts);
    const rows = facts.flatMap((each, index) => {
      const own = oids[index];
      return own === undefined ? [] : [this.#unpack(each, own, owner)];
    });
    this.#unpacked.set(owner, rows);
    return rows;
  }

  /** What the rows say as one text, which means the same in every database. */
  factsOf(owner: string): string {
    return this.#packed.get(owner)?.facts ?? "";
  }

  oidsOf(owner: string): readonly Oids[] {
    return JSON.parse(this.#packed.get(owner)?.oids ?? "[]");
  }

  isSpecial(owner: string): boolean {
    return this.#packed.get(owner)?.special === true;
  }

  /** The rows of objects that have something special among theirs. */
  special(): readonly T[] {
    return [...this.#packed.values()].filter((row) => row.special).flatMap((row) => this.of(row.owner));
  }
}
