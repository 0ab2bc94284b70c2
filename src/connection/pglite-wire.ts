import type { PGlite, protocol } from "@electric-sql/pglite";
import { messageOf } from "../errors.js";
import type { Row } from "./connection.js";
import type { TakePiece } from "./pg-copy-out.js";
import { answerOf, type DecodedField, decodeFields, decodeRow } from "./pg-rows.js";
import type { CopyRequest } from "./pg-session.js";
import type { WireInput } from "./pg-values.js";
import {
  type Answer,
  type Failure,
  type PgWire,
  type TransactionStatus,
  transactionStatus,
} from "./pg-wire.js";
import { readDataRows } from "./pglite-rows.js";

type Serializer = typeof protocol.serialize;

/** The messages of PostgreSQL's protocol, handed to the engine in this process. */
export class PgliteWire implements PgWire {
  readonly description: string;
  status: TransactionStatus = "idle";
  lost: unknown;
  readonly #engine: PGlite;
  readonly #serialize: Serializer;
  readonly #afterClose: () => void;

  constructor(engine: PGlite, serialize: Serializer, description: string, afterClose: () => void) {
    this.#engine = engine;
    this.#serialize = serialize;
    this.description = description;
    this.#afterClose = afterClose;
  }

  ask(sql: string, parameters: readonly WireInput[]): Promise<Answer | Failure> {
    const { parse, bind, describe, execute, sync } = this.#serialize;
    // The engine ends itself when it is to read data that nobody sends, and a database in memory with it.
    if (/^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i.test(sql)) {
      const thrown = { severity: "ERROR", code: "0A000", message: "there is no data to copy from stdin" };
      return Promise.resolve({ kind: "failure", thrown, finished: 0 });
    }
    return this.#say(
      [parse({ text: sql }), bind({ values: [...parameters] }), describe({ type: "P" }), execute({}), sync()],
      true,
    );
  }

  run(sql: string): Promise<Answer | Failure> {
    return this.#say([this.#serialize.query(sql)], false);
  }

  /** The engine has no STDIN: it reads a piece from the file /dev/blob, and the pieces one after the other. */
  async copyIn({ of, options }: CopyRequest, pieces: AsyncIterable<Uint8Array>): Promise<Answer | Failure> {
    let count = 0;
    try {
      for await (const piece of pieces) {
        const blob = new Blob([new Uint8Array(piece)]);
        const { affectedRows } = await this.#engine.query(
          `COPY ${of} FROM '/dev/blob' WITH (${options})`,
          [],
          { blob },
        );
        count += affectedRows ?? 0;
      }
      return { kind: "answer", rows: [], command: "COPY", count, finished: 1 };
    } catch (thrown) {
      return this.#copyFailed(thrown);
    }
  }

  async copyOut({ of, options }: CopyRequest, take: TakePiece): Promise<Answer | Failure> {
    let blob: Blob | undefined;
    let count = 0;
    try {
      const answer = await this.#engine.query(`COPY ${of} TO '/dev/blob' WITH (${options})`);
      blob = answer.blob;
      count = answer.affectedRows ?? 0;
    } catch (thrown) {
      return this.#copyFailed(thrown);
    }
    if (blob !== undefined && blob.size > 0) await take(new Uint8Array(await blob.arrayBuffer()));
    return { kind: "answer", rows: [], command: "COPY", count, finished: 1 };
  }

  async close(): Promise<void> {
    try {
      // An engine that has ended itself has nothing left to close.
      if (this.lost === undefined) await this.#engine.close();
    } finally {
      this.#afterClose();
    }
  }

  #copyFailed(thrown: unknown): Failure {
    if (this.status === "open") this.status = "failed";
    return { kind: "failure", thrown, finished: 0 };
  }

  async #say(messages: readonly Uint8Array[], keepRows: boolean): Promise<Answer | Failure> {
    const rows: Row[] = [];
    let fields: readonly DecodedField[] = [];
    let tag = "";
    let finished = 0;
    let failure: unknown;
    try {
      const answers = await this.#engine.execProtocol(Buffer.concat(messages), { throwOnError: false });
      const dataRows = readDataRows(answers.data);
      for (const message of answers.messages) {
        if (isError(message)) failure ??= message;
        else if (isRowDescription(message)) fields = decodeFields(message.fields);
        else if (isDataRow(message) && keepRows) rows.push(decodeRow(fields, dataRows.next().value ?? []));
        else if (isCommandComplete(message)) {
          tag = message.text;
          finished++;
        } else if (isReady(message)) this.status = transactionStatus(message.status);
      }
    } catch (error) {
      this.lost = new Error(`the engine ended itself: ${messageOf(error)}`, { cause: error });
      failure = this.lost;
    }
    return failure === undefined
      ? answerOf(tag, rows, finished)
      : { kind: "failure", thrown: failure, finished };
  }
}

interface Message {
  readonly name: string;
}

const isError = (message: Message): boolean => message.name === "error";

function isRowDescription(message: Message): message is Message & {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
} {
  return message.name === "rowDescription";
}

const isDataRow = (message: Message): boolean => message.name === "dataRow";

function isCommandComplete(message: Message): message is Message & { readonly text: string } {
  return message.name === "commandComplete";
}

function isReady(message: Message): message is Message & { readonly status: string } {
  return message.name === "readyForQuery";
}
