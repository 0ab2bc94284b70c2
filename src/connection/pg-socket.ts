import { TenonError } from "../errors.js";
import { describePgClient, type PgClient, type PgReadiness, readinessOf } from "./pg-client.js";
import { PgCopyIn } from "./pg-copy-in.js";
import { PgCopyOut, type TakePiece } from "./pg-copy-out.js";
import { PgQuery } from "./pg-query.js";
import { endsSession } from "./pg-server-error.js";
import type { CopyRequest } from "./pg-session.js";
import type { WireInput } from "./pg-values.js";
import {
  type Answer,
  type Failure,
  type PgWire,
  type TransactionStatus,
  transactionStatus,
} from "./pg-wire.js";

/** The session of one connected `pg` client. What becomes of the client at the end is `giveBack`'s business. */
export class PgSocket implements PgWire {
  readonly description: string;
  status: TransactionStatus = "idle";
  lost: unknown;
  readonly announcedPid: number | undefined;
  readonly openSecond: PgWire["openSecond"];
  readonly #client: PgClient;
  readonly #readiness: PgReadiness;
  readonly #giveBack: (socket: PgSocket) => Promise<void>;
  #quiet = false;

  constructor(
    client: PgClient,
    giveBack: (socket: PgSocket) => Promise<void>,
    openSecond?: PgWire["openSecond"],
  ) {
    const readiness = readinessOf(client);
    if (readiness === undefined) {
      throw new TenonError("UNSUPPORTED", "A client of pg-native, or one in pipeline mode, cannot be used.", {
        hint: "Give a plain client of pg, or a URL.",
      });
    }
    this.#readiness = readiness;
    this.#client = client;
    this.announcedPid = client.processID ?? undefined;
    this.openSecond = openSecond;
    this.description = describePgClient(client);
    this.#giveBack = giveBack;
    readiness.on("readyForQuery", this.#noteStatus);
    // Without a listener an error between two queries (the server shuts down) would end the process.
    client.on("error", this.#noteLoss);
    client.on("end", this.#noteLoss);
  }

  ask(sql: string, parameters: readonly WireInput[]): Promise<Answer | Failure> {
    return this.#say(new PgQuery(sql, parameters));
  }

  run(sql: string): Promise<Answer | Failure> {
    return this.#say(new PgQuery(sql));
  }

  copyIn({ of, options }: CopyRequest, pieces: AsyncIterable<Uint8Array>): Promise<Answer | Failure> {
    return this.#say(new PgCopyIn(`COPY ${of} FROM STDIN WITH (${options})`, pieces));
  }

  async copyOut({ of, options }: CopyRequest, take: TakePiece): Promise<Answer | Failure> {
    const query = new PgCopyOut(`COPY ${of} TO STDOUT WITH (${options})`, take);
    const outcome = await this.#say(query);
    await query.takenAll();
    return outcome;
  }

  async close(): Promise<void> {
    this.#quiet = true;
    try {
      await this.#giveBack(this);
    } finally {
      this.#readiness.off("readyForQuery", this.#noteStatus);
      // An ended client may still report the end of its socket; a client that goes back needs its owner's ears only.
      if (this.lost === undefined) {
        this.#client.off("error", this.#noteLoss);
        this.#client.off("end", this.#noteLoss);
      }
    }
  }

  async #say(query: PgQuery): Promise<Answer | Failure> {
    if (this.lost !== undefined) return { kind: "failure", thrown: this.lost, finished: 0 };
    this.#client.query(query);
    const outcome = await query.outcome;
    // What the server did not say itself came from a socket that broke, or a driver that gave up waiting.
    if (outcome.kind === "failure" && endsSession(outcome.thrown)) this.lost ??= outcome.thrown;
    return outcome;
  }

  readonly #noteStatus = (message: { readonly status: string }): void => {
    this.status = transactionStatus(message.status);
  };

  readonly #noteLoss = (error?: Error): void => {
    if (!this.#quiet) this.lost ??= error ?? new Error("the socket was closed");
  };
}
