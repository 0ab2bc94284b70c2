import type { Row } from "./connection.js";
import type { TakePiece } from "./pg-copy-out.js";
import type { CopyRequest, SecondSession } from "./pg-session.js";
import type { WireInput } from "./pg-values.js";

/** What a statement, or the last one of a script, answered. */
export interface Answer {
  readonly kind: "answer";
  readonly rows: Row[];
  /** The command tag's word: SELECT, INSERT, COMMIT, … */
  readonly command: string;
  readonly count: number;
  /** How many statements were carried out. */
  readonly finished: number;
}

/** What went wrong, as it was thrown; never an answer in disguise. */
export interface Failure {
  readonly kind: "failure";
  readonly thrown: unknown;
  /** The statements of a script that were finished before. */
  readonly finished: number;
}

/** As the server tells with every answer: https://www.postgresql.org/docs/current/protocol-message-formats.html */
export type TransactionStatus = "idle" | "open" | "failed";

export function transactionStatus(letter: string): TransactionStatus {
  return letter === "I" ? "idle" : letter === "E" ? "failed" : "open";
}

/** One session spoken to in PostgreSQL's protocol: a socket to a server, or PGlite in the process. */
export interface PgWire {
  readonly description: string;
  readonly status: TransactionStatus;
  /** What ended the session, when it is over. */
  readonly lost: unknown;
  /** The number of the session as it was told when connecting. */
  readonly announcedPid?: number | undefined;
  /** Opens another session with the same address. */
  readonly openSecond?: ((options: SecondSession) => Promise<PgWire>) | undefined;
  /** One statement in the extended protocol, which itself refuses to take several. */
  ask(sql: string, parameters: readonly WireInput[]): Promise<Answer | Failure>;
  /** A script in the simple protocol, in one round trip; its rows are dropped. */
  run(sql: string): Promise<Answer | Failure>;
  /** COPY into a table; the count of the answer is that of its rows. */
  copyIn(request: CopyRequest, pieces: AsyncIterable<Uint8Array>): Promise<Answer | Failure>;
  /** COPY of a query. What `take` throws comes out of here, when the server has said all it had to. */
  copyOut(request: CopyRequest, take: TakePiece): Promise<Answer | Failure>;
  close(): Promise<void>;
}
