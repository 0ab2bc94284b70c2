import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflateRaw, deflateRawSync, inflateRaw } from "node:zlib";

import type { Connection } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import { messageOf, TenonError } from "../errors.js";
import type { DatabaseModel } from "../schema/index.js";
import type { Digests } from "./digest.js";
import { withoutForeignSchemas } from "./foreign-schemas.js";
import type { Journal } from "./journal.js";

/** What the database looked like after the last run. */
export interface Snapshot {
  /** SHA-256 of what was read of the catalogue. */
  readonly fingerprint: string;
  /** UTC, ISO 8601. */
  readonly takenAt: string;
  /** What was applied then. */
  readonly digests: Digests;
  /** What the dialect captured, packed. */
  readonly packed: string;
}

interface StoredSnapshot {
  readonly fingerprint: string;
  readonly takenAt: string;
  readonly applied: Readonly<Record<string, string>>;
  /** The dialect's form of what it captured. */
  readonly form: number;
  readonly captured: string;
}

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Reads the database into a model, without the journal's own tables and those of the tools whose histories were adopted. */
export async function readModel(
  connection: Connection,
  dialect: Dialect,
  journal: Journal,
): Promise<DatabaseModel> {
  const schema = await dialect.loadSchema();
  const exclude = await journal.patternsOfNobody();
  return withoutForeignSchemas(
    await schema.introspect(connection, { exclude }),
    exclude,
    journal.address.schema,
  );
}

export interface SnapshotPlace {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly journal: Journal;
}

export interface SnapshotFacts {
  /** What is applied: a snapshot counts only as long as this is so. */
  readonly digests: Digests;
  readonly takenAt: string;
}

/** Stores what the database looks like now beside the journal; part of the caller's transaction. */
export async function takeSnapshot(request: SnapshotPlace & SnapshotFacts): Promise<void> {
  const store = await beginSnapshot(request);
  await store(request);
}

/**
 * Reads what the database looks like now, and gives what stores it. A large text is packed in another thread meanwhile, so that
 * other work had better be done in between. All of it is part of the caller's transaction.
 */
export async function beginSnapshot({
  connection,
  dialect,
  journal,
}: SnapshotPlace): Promise<(facts: SnapshotFacts) => Promise<void>> {
  if (!dialect.capabilities.readsModels) return async () => undefined;
  const { capture, captureForm } = await dialect.loadSchema();
  const captured = await capture(connection);
  const packing = captured === lastPacked?.text ? Promise.resolve(lastPacked) : packText(captured);
  // Whoever stores it hears of a failure; whoever has failed before that has another one to tell.
  packing.catch(() => undefined);
  return async ({ digests, takenAt }) => {
    lastPacked = await packing;
    const value: StoredSnapshot = {
      fingerprint: lastPacked.fingerprint,
      takenAt,
      applied: Object.fromEntries(digests),
      form: captureForm,
      captured: lastPacked.packed,
    };
    await journal.writeState("snapshot", JSON.stringify(value));
  };
}

/** Whoever has a database for each customer migrates many that are alike, one after the other. */
let lastPacked: PackedText | undefined;

interface PackedText {
  readonly text: string;
  readonly fingerprint: string;
  readonly packed: string;
}

async function packText(text: string): Promise<PackedText> {
  const packing = pack(Buffer.from(text));
  const fingerprint = createHash("sha256").update(text).digest("hex");
  return { text, fingerprint, packed: (await packing).toString("base64") };
}

/** At level 1: the text is repetitive, and a run should not wait for the last percent. */
async function pack(bytes: Buffer): Promise<Buffer> {
  // To hand a small text to another thread and back takes longer than to pack it.
  return bytes.length < 100_000 ? deflateRawSync(bytes, { level: 1 }) : deflate(bytes, { level: 1 });
}

/** Lets the snapshot stand for a journal that was corrected while the database stayed as it was. */
export async function keepSnapshot(journal: Journal, digests: Digests): Promise<void> {
  const stored = await journal.readState("snapshot");
  if (stored === undefined) return;
  const snapshot: StoredSnapshot = JSON.parse(stored);
  await journal.writeState("snapshot", JSON.stringify({ ...snapshot, applied: Object.fromEntries(digests) }));
}

/** The snapshot of the last run; undefined when none was taken. @throws TenonError `JOURNAL_INVALID`, `JOURNAL_NEWER` */
export async function readSnapshot(dialect: Dialect, journal: Journal): Promise<Snapshot | undefined> {
  const stored = await journal.readState("snapshot");
  if (stored === undefined) return undefined;
  const { captureForm } = await dialect.loadSchema();
  return readable(async () => {
    const { fingerprint, takenAt, applied, form, captured }: StoredSnapshot = JSON.parse(stored);
    if (form !== captureForm) throw otherForm(form, captureForm);
    return { fingerprint, takenAt, digests: new Map(Object.entries(applied)), packed: captured };
  });
}

/**
 * Reads the database beside a snapshot of it. Most of it is as it was to the letter, and is not looked into.
 *
 * @throws TenonError `JOURNAL_INVALID`
 */
export async function readBesideSnapshot(
  { packed }: Snapshot,
  { connection, dialect, journal }: Pick<SnapshotPlace, "connection" | "dialect" | "journal">,
): Promise<{ readonly expected: DatabaseModel; readonly found: DatabaseModel }> {
  const schema = await dialect.loadSchema();
  const exclude = await journal.patternsOfNobody();
  const [expected, found] = await readable(async () => {
    const captured = (await inflate(Buffer.from(packed, "base64"))).toString("utf8");
    return schema.introspectPair({ captured, exclude }, { connection, exclude });
  });
  const own = (model: DatabaseModel) => withoutForeignSchemas(model, exclude, journal.address.schema);
  return { expected: own(expected), found: own(found) };
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    throw new TenonError(
      "JOURNAL_INVALID",
      `The snapshot in the journal cannot be read: ${messageOf(cause)}.`,
      {
        hint: "`tenon verify --replay` compares with the migrations themselves; the next run takes a new snapshot.",
        cause,
      },
    );
  }
}

function otherForm(form: number, known: number): TenonError {
  return new TenonError(
    "JOURNAL_NEWER",
    `The snapshot in the journal has the form ${form}; this Tenon knows the form ${known}.`,
    { hint: "A newer Tenon has worked on this database. Use that version, or a later one." },
  );
}
