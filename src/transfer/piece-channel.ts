/** Hands pieces from who pushes them to who asks for them, one at a time: pushing waits until the piece is taken. */
export class PieceChannel {
  #waiting: { readonly piece: Uint8Array; readonly taken: () => void } | undefined;
  #wake: () => void = () => {};
  #end: { readonly thrown?: unknown; readonly isFailure: boolean } | undefined;
  #isAbandoned = false;

  push(piece: Uint8Array): Promise<void> | undefined {
    if (this.#isAbandoned) return undefined;
    return new Promise((taken) => {
      this.#waiting = { piece, taken };
      this.#wake();
    });
  }

  end(): void {
    this.#end ??= { isFailure: false };
    this.#wake();
  }

  fail(thrown: unknown): void {
    this.#end ??= { thrown, isFailure: true };
    this.#wake();
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const { isFailure, thrown } = this.#end ?? {};
        if (isFailure === true) throw thrown;
        const next = this.#waiting;
        if (next !== undefined) {
          this.#waiting = undefined;
          try {
            yield next.piece;
          } finally {
            // Also when nobody asks for another one: who pushes must not wait for ever.
            next.taken();
          }
          continue;
        }
        if (this.#end !== undefined) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.#isAbandoned = true;
      this.#waiting?.taken();
    }
  }
}
