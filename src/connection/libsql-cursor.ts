import type { Row } from "./connection.js";
import { namesOf, type PreparedStatement } from "./libsql-statements.js";
import { readRow } from "./libsql-values.js";

/**
 * The rows of a statement of its own, one after the other.
 *
 * The driver has no way to let go of a statement that was not read to its end, which then keeps tables locked and
 * the WAL from being checkpointed. But its `get` takes one step and resets. Where the engine has come to the end
 * unnoticed, because the driver reads ahead, that is a first step anew: so only what merely reads is read this way.
 */
export class LibsqlCursor {
  /** Gone when it was read to its end or let go: a handle does not close while somebody can reach a statement. */
  #prepared: PreparedStatement | undefined;
  #rows: Iterator<unknown> | undefined;
  #ahead: IteratorResult<unknown> | undefined;
  #names: readonly string[] = [];
  readonly #values: readonly unknown[];

  constructor(prepared: PreparedStatement, values: readonly unknown[]) {
    this.#prepared = prepared;
    this.#values = values;
  }

  /** Runs the statement as far as its first row, so that errors and locks show now. */
  start(): void {
    if (this.#prepared === undefined) return;
    this.#rows = this.#prepared.native.iterate(this.#values);
    this.#ahead = this.#rows.next();
    this.#names = namesOf(this.#prepared);
  }

  /** The next rows; none at the end. */
  next<R extends Row>(): R[] {
    const rows: R[] = [];
    while (rows.length < ROWS_AT_ONCE) {
      const result = this.#ahead ?? this.#rows?.next();
      this.#ahead = undefined;
      if (result === undefined || result.done) {
        this.#prepared = undefined;
        this.#rows = undefined;
        return rows;
      }
      rows.push(readRow<R>(this.#names, result.value));
    }
    return rows;
  }

  close(): void {
    const statement = this.#prepared?.native;
    this.#prepared = undefined;
    this.#rows = undefined;
    this.#ahead = undefined;
    try {
      statement?.get(this.#values);
    } catch {
      // A statement that fails is reset as well, which is all that was wanted; its result is of no use to anybody.
    }
  }
}

/** As many as the driver fetches at once. */
const ROWS_AT_ONCE = 100;
