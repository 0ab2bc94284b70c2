import type { Constraint } from "../../schema/index.js";
import { cutName } from "../../sql/index.js";

/** Names for constraints that have none, as PostgreSQL itself would give them. */
export class ConstraintNames {
  readonly #table: string;
  readonly #used = new Set<string>();

  constructor(table: string) {
    this.#table = table;
  }

  next(constraint: Constraint): string {
    const made = cutName(this.#made(constraint));
    let name = made;
    for (let number = 1; this.#used.has(name); number++)
      name = cutName(`${cutName(made).slice(0, 58)}${number}`);
    this.#used.add(name);
    return name;
  }

  #made(constraint: Constraint): string {
    switch (constraint.kind) {
      case "primary-key":
        return `${this.#table}_pkey`;
      case "unique":
        return [this.#table, ...constraint.columns.map((column) => column.name), "key"].join("_");
      case "foreign-key":
        return [this.#table, ...constraint.columns, "fkey"].join("_");
      case "check":
      case "exclusion":
        return `${this.#table}_check`;
    }
  }
}
