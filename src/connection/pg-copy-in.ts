import { type PgProtocol, PgQuery } from "./pg-query.js";

/**
 * One COPY … FROM STDIN: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY. The next piece is asked for only
 * when the socket has taken the last one, so that no more than a few of them are ever held.
 */
export class PgCopyIn extends PgQuery {
  readonly #pieces: AsyncIterable<Uint8Array>;
  #hasFailed = false;

  constructor(sql: string, pieces: AsyncIterable<Uint8Array>) {
    super(sql);
    this.#pieces = pieces;
  }

  override handleCopyInResponse(protocol: PgProtocol): void {
    void this.#send(protocol);
  }

  override handleError(thrown: unknown, protocol: PgProtocol): void {
    this.#hasFailed = true;
    super.handleError(thrown, protocol);
  }

  async #send(protocol: PgProtocol): Promise<void> {
    try {
      for await (const piece of this.#pieces) {
        // The server drops what comes after its error; to read on would only take time.
        if (this.#hasFailed) return;
        sendPiece(protocol, piece);
        await this.#drained(protocol);
      }
      if (!this.#hasFailed) protocol.endCopyFrom();
    } catch {
      // Whoever gives the pieces knows what went wrong; the server only has to forget what it has.
      if (!this.#hasFailed) protocol.sendCopyFail("the source of the rows failed");
    }
  }

  /** Settles when the socket takes more, or when nothing will ever be taken. */
  #drained({ stream }: PgProtocol): Promise<unknown> | undefined {
    if (stream.writableNeedDrain !== true || stream.once === undefined) return undefined;
    let drain: () => void = () => {};
    const drained = new Promise<void>((resolve) => {
      drain = resolve;
      stream.once?.("drain", drain);
      stream.once?.("close", drain);
    });
    return Promise.race([drained, this.outcome]).finally(() => {
      stream.off?.("drain", drain);
      stream.off?.("close", drain);
    });
  }
}

/** CopyData. The driver's own way to send one copies the piece into another buffer first, which takes as long as all the rest. */
function sendPiece({ stream }: PgProtocol, piece: Uint8Array): void {
  const head = Buffer.allocUnsafe(5);
  head[0] = COPY_DATA;
  head.writeInt32BE(piece.byteLength + 4, 1);
  stream.cork?.();
  stream.write(head);
  stream.write(piece);
  stream.uncork?.();
}

const COPY_DATA = 0x64;
