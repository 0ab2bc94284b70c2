import type { Row } from "./connection.js";
import { answerOf, type DecodedField, decodeFields, decodeRow } from "./pg-rows.js";
import { isServerError } from "./pg-server-error.js";
import type { WireInput } from "./pg-values.js";
import type { Answer, Failure } from "./pg-wire.js";

/** The part of the driver's protocol object that a query speaks through; the same for pg-cursor and others. */
export interface PgProtocol {
  query(text: string): void;
  parse(message: { text: string; name?: string; types?: number[] }): void;
  bind(message: { values: readonly WireInput[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: object): void;
  sync(): void;
  sendCopyFail(reason: string): void;
  endCopyFrom(): void;
  once(event: "readyForQuery" | "end", listener: () => void): void;
  removeListener(event: "readyForQuery" | "end", listener: () => void): void;
  readonly stream: {
    readonly writableNeedDrain?: boolean;
    write(bytes: Uint8Array): unknown;
    cork?(): void;
    uncork?(): void;
    pause?(): void;
    resume?(): void;
    once?(event: "drain" | "close", listener: () => void): unknown;
    off?(event: "drain" | "close", listener: () => void): unknown;
  };
}

/**
 * One query for `client.query()`, which takes any object with these methods. The driver's own query class
 * will not do: it parses values as the global type parsers say, answers an error before the server has told
 * the state of the transaction, and keeps the rows of scripts.
 */
export class PgQuery {
  readonly #sql: string;
  readonly #parameters: readonly WireInput[] | undefined;
  readonly #rows: Row[] = [];
  #fields: readonly DecodedField[] = [];
  #tag = "";
  #finished = 0;
  #resolve: (outcome: Answer | Failure) => void = () => {};
  readonly outcome = new Promise<Answer | Failure>((resolve) => {
    this.#resolve = resolve;
  });
  /** The driver puts its own here when it times the query (query_timeout). */
  callback: () => void = () => {};

  /** Without parameters: a script in the simple protocol. */
  constructor(sql: string, parameters?: readonly WireInput[]) {
    this.#sql = sql;
    this.#parameters = parameters;
  }

  submit(protocol: PgProtocol): void {
    if (this.#parameters === undefined) {
      protocol.query(this.#sql);
      return;
    }
    protocol.stream.cork?.();
    protocol.parse({ text: this.#sql });
    protocol.bind({ values: this.#parameters });
    protocol.describe({ type: "P", name: "" });
    protocol.execute({});
    protocol.sync();
    protocol.stream.uncork?.();
  }

  handleRowDescription(message: { readonly fields: Parameters<typeof decodeFields>[0] }): void {
    // The rows of a script are dropped.
    if (this.#parameters !== undefined) this.#fields = decodeFields(message.fields);
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    if (this.#parameters === undefined) return;
    this.#rows.push(decodeRow(this.#fields, message.fields));
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#tag = message.text;
    this.#finished++;
  }

  handleReadyForQuery(): void {
    this.#settle(answerOf(this.#tag, this.#rows, this.#finished));
  }

  /** After an error of the server the end of the exchange is awaited: only then is the transaction's state known. */
  handleError(thrown: unknown, protocol: PgProtocol): void {
    const fail = () => {
      // Whichever came, the other would wait on for as long as the session lives.
      protocol.removeListener("readyForQuery", fail);
      protocol.removeListener("end", fail);
      this.#settle({ kind: "failure", thrown, finished: this.#finished });
    };
    if (isServerError(thrown)) {
      protocol.once("readyForQuery", fail);
      protocol.once("end", fail);
    } else fail();
  }

  handleCopyInResponse(protocol: PgProtocol): void {
    protocol.sendCopyFail("there is no data to copy");
    // The server drops a Sync that it meets while copying, and waits for one after the error:
    // https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
    if (this.#parameters !== undefined) protocol.sync();
  }

  #settle(outcome: Answer | Failure): void {
    this.callback();
    this.#resolve(outcome);
  }

  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyData(_message: { readonly chunk: Uint8Array }, _protocol: PgProtocol): void {}
}
