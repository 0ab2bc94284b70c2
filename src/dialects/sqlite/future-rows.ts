import type { Column, Table } from "../../schema/index.js";
import { freeRowidName } from "./copy-rows.js";
import { quote } from "./names.js";
import { nameKey } from "./rules.js";

/**
 * The rows of a table as they will be, to be asked before anything is done: under their new names, new
 * columns with their default, and generated columns computed.
 */
export class FutureRows {
  readonly after: Table;
  readonly #source: string;
  readonly #key: string;
  readonly #known: ReadonlySet<string>;

  /** `before` is `original` with the renames made in it. */
  constructor(original: Table, before: Table, after: Table) {
    this.after = after;
    this.#known = new Set(before.columns.map((column) => nameKey(column.name)));
    const kept = before.columns.map((column, index): Selected => {
      const name = original.columns[index]?.name ?? column.name;
      return { name: column.name, expression: quote(name), isItself: name === column.name };
    });
    const generatedBefore = new Map(
      before.columns.map((column) => [nameKey(column.name), column.generated?.expression]),
    );
    const added = after.columns.filter((column) => this.isAdded(column) && column.generated === undefined);
    const computed = after.columns.filter(
      ({ name, generated }) =>
        generated !== undefined && generatedBefore.get(nameKey(name)) !== generated.expression,
    );
    const filled = added.map(
      ({ name, default: value }): Selected => ({ name, expression: value ?? "NULL", isItself: false }),
    );
    this.#source = layer(layer(quote(original.name), [...kept, ...filled]), [
      ...after.columns
        .filter((column) => !computed.includes(column))
        .map(({ name }) => ({ name, expression: quote(name), isItself: true })),
      ...computed.map(({ name, generated }) => ({
        name,
        expression: generated?.expression ?? "NULL",
        isItself: false,
      })),
    ]);
    const rowid = original.withoutRowid === true ? undefined : freeRowidName(original);
    this.#key = this.#source.startsWith("(") || rowid === undefined ? "*" : rowid;
  }

  isAdded(column: Column): boolean {
    return !this.#known.has(nameKey(column.name));
  }

  any(): string {
    return `SELECT ${this.#key}\nFROM ${this.#source}`;
  }

  where(condition: string): string {
    return `${this.any()}\nWHERE ${condition}`;
  }

  /** Values that several rows share. */
  groups(parts: readonly string[], condition: string): string {
    const list = parts.join(", ");
    return `SELECT ${list}, count(*) AS "rows"\nFROM ${this.#source}\nWHERE ${condition}\nGROUP BY ${list}\nHAVING count(*) > 1`;
  }
}

interface Selected {
  readonly name: string;
  readonly expression: string;
  readonly isItself: boolean;
}

/** A query around a source, or the source alone where it would change nothing. */
function layer(source: string, selected: readonly Selected[]): string {
  if (selected.every((column) => column.isItself)) return source;
  const list = selected.map(({ name, expression, isItself }) =>
    isItself ? expression : `${expression} AS ${quote(name)}`,
  );
  return `(SELECT ${list.join(", ")} FROM ${source})`;
}
