import { type PgProtocol, PgQuery } from "./pg-query.js";

/** Takes a piece of what COPY gives; while the promise it may give is not settled, nothing more is read from the server. */
export type TakePiece = (piece: Uint8Array) => Promise<void> | undefined;

/** One COPY … TO STDOUT. */
export class PgCopyOut extends PgQuery {
  readonly #take: TakePiece;
  #gathered: Uint8Array[] = [];
  #size = 0;
  #pending: Promise<void> = Promise.resolve();
  #failure: { readonly thrown: unknown } | undefined;

  constructor(sql: string, take: TakePiece) {
    super(sql);
    this.#take = take;
  }

  /** What `take` threw; everything after it was read and dropped. Settles when the last piece is taken. */
  async takenAll(): Promise<void> {
    this.#flush(undefined);
    await this.#pending;
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  /** Each message holds one row; they are handed on many at once. */
  override handleCopyData(message: { readonly chunk: Uint8Array }, protocol: PgProtocol): void {
    // A copy: the driver reads the next message into the same memory.
    this.#gathered.push(Uint8Array.from(message.chunk));
    this.#size += message.chunk.byteLength;
    if (this.#size >= PIECE_BYTES) this.#flush(protocol);
  }

  #flush(protocol: PgProtocol | undefined): void {
    if (this.#size === 0) return;
    const piece = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#size = 0;
    if (this.#failure !== undefined) return;
    protocol?.stream.pause?.();
    this.#pending = this.#pending
      .then(() => (this.#failure === undefined ? this.#take(piece) : undefined))
      .catch((thrown: unknown) => {
        this.#failure ??= { thrown };
      })
      .then(() => {
        protocol?.stream.resume?.();
      });
  }
}

const PIECE_BYTES = 128 * 1024;
