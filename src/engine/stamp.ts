import { TenonError } from "../errors.js";
import { type Migration, type Version, VersionOrder } from "../migrations/index.js";
import { digestsOf } from "./digest.js";
import { type History, prepareJournal } from "./history.js";
import type { JournalRow } from "./journal-row.js";
import { changedMigrations, type PlannedStep } from "./plan-input.js";
import { finishedRow } from "./recorded-row.js";
import { planInput, type RunContext, type RunOptions, readState } from "./run.js";
import { keepSnapshot, takeSnapshot } from "./snapshot.js";

/**
 * Marks versions of a module as applied without running them: all that are not yet applied up to and with
 * `version`. Gives those that were marked.
 *
 * @throws TenonError `VERSION_UNKNOWN`, `LOCK_TIMEOUT`
 */
export async function stamp(
  context: RunContext,
  target: StampTarget,
  options: RunOptions = {},
): Promise<readonly Migration[]> {
  refuseUnknownVersion(context, target);
  return changeJournal(context, options, "declared", (history) => writeStamps(context, history, target));
}

export interface StampTarget {
  readonly module: string;
  readonly version: Version;
}

/** Writes the rows of a module's versions that are not applied yet, up to one; part of the caller's transaction. */
export async function writeStamps(
  context: RunContext,
  history: History,
  target: StampTarget,
): Promise<readonly Migration[]> {
  const applied = new Set(history.rows.filter(isApplied).map(keyOf));
  const own = migrationsOf(context, target.module);
  const order = new VersionOrder(own);
  const missing = own.filter(
    (migration) =>
      order.compare(target.module, migration.version, target.version) <= 0 && !applied.has(keyOf(migration)),
  );
  let sequence = Math.max(0, ...history.rows.map((row) => row.sequence));
  const rows = missing.map((migration) => {
    const { module, version, name, up } = migration;
    const planned: PlannedStep = {
      direction: "up",
      module,
      version,
      name,
      migration,
      row: undefined,
      step: up,
    };
    return finishedRow(planned, stampOf(context), { durationMs: null, sequence: ++sequence });
  });
  await context.journal.writeAll(rows);
  return missing;
}

function refuseUnknownVersion(context: RunContext, target: StampTarget): void {
  if (migrationsOf(context, target.module).some((migration) => migration.version === target.version)) return;
  throw new TenonError("VERSION_UNKNOWN", `Module ${target.module} has no version ${target.version}.`, {
    where: { module: target.module, version: target.version },
    hint: "`tenon status` lists the versions of each module.",
  });
}

function migrationsOf({ catalogue }: RunContext, module: string): readonly Migration[] {
  return catalogue.migrations.filter((migration) => migration.module === module);
}

/** One applied migration whose content was changed since. */
export interface ChangedMigration {
  readonly module: string;
  readonly version: Version;
  readonly file: string | undefined;
  readonly appliedChecksum: string;
  readonly definedChecksum: string;
  /** What ran, when the journal kept it, and what is defined now. */
  readonly applied: string | undefined;
  readonly defined: string | undefined;
}

/** The applied migrations that were changed since, with both texts for a look at the difference. */
export async function findChanged(context: RunContext): Promise<readonly ChangedMigration[]> {
  const history = await readState(context);
  return changedMigrations(await planInput(context, history)).map(({ migration, row }) => ({
    module: row.module,
    version: row.version,
    file: migration.file,
    appliedChecksum: row.checksum ?? "",
    definedChecksum: migration.checksum,
    applied: row.upSql?.join("\n"),
    defined:
      migration.up.kind === "sql" ? migration.up.scripts.map((script) => script.text).join("\n") : undefined,
  }));
}

/**
 * Accepts the migrations as they are defined now: their checksums and texts replace those in the journal. Only
 * those named by `changes` are accepted, so that what is accepted is what was looked at.
 */
export async function acceptChanged(
  context: RunContext,
  changes: readonly ChangedMigration[],
  options: RunOptions = {},
): Promise<readonly ChangedMigration[]> {
  const wanted = new Map(changes.map((change) => [keyOf(change), change.definedChecksum]));
  return changeJournal(context, options, "untouched", async (history) => {
    const accepted: ChangedMigration[] = [];
    for (const { migration, row } of changedMigrations(await planInput(context, history))) {
      if (wanted.get(keyOf(row)) !== migration.checksum) continue;
      const { module, version, name, up } = migration;
      const planned: PlannedStep = { direction: "up", module, version, name, migration, row, step: up };
      const stamp = { appliedAt: row.appliedAt, appliedBy: row.appliedBy };
      const { durationMs, sequence } = row;
      await context.journal.write(finishedRow(planned, stamp, { durationMs, sequence }));
      const change = changes.find((each) => keyOf(each) === keyOf(row));
      if (change !== undefined) accepted.push(change);
    }
    return accepted;
  });
}

/** Forgets how far a failed step without a transaction came, so that its next run starts at its beginning. */
export async function forgetProgress(
  context: RunContext,
  options: RunOptions = {},
): Promise<readonly JournalRow[]> {
  return changeJournal(context, options, "untouched", async (history) => {
    const failed = history.rows.filter(
      (row) => row.status === "failed" && row.progress !== null && context.modules.includes(row.module),
    );
    for (const row of failed) await context.journal.write({ ...row, progress: null });
    return failed;
  });
}

/**
 * Changes rows of the journal in one transaction, under the same lock as a run. A schema that is `declared` to be
 * what the journal says is so from now on; an `untouched` one is still compared with what it was.
 */
export async function changeJournal<T>(
  context: RunContext,
  options: RunOptions,
  schema: "declared" | "untouched",
  work: (history: History) => Promise<T>,
): Promise<T> {
  const { connection, dialect, journal } = context;
  await journal.settle();
  const request = {
    journal: journal.address,
    timeoutMs: options.lockTimeoutMs,
    onWait: (holder: { description: string; waitedMs: number }) =>
      context.onEvent({ kind: "waiting", holder }),
  };
  const lock = dialect.capabilities.transactionIsLock ? undefined : await dialect.lock(connection, request);
  try {
    await dialect.begin(connection, request);
    try {
      const history = await readState(context);
      await prepareJournal(journal, history);
      const result = await work(history);
      await stampJournal(context, schema);
      await connection.execute("COMMIT");
      return result;
    } catch (error) {
      if (connection.inTransaction) await connection.execute("ROLLBACK");
      throw error;
    }
  } finally {
    await lock?.release();
  }
}

/**
 * Brings the digests beside the journal up to date with its rows, and the snapshot with the schema; part of the caller's
 * transaction.
 */
export async function stampJournal(
  { connection, dialect, journal, clock }: RunContext,
  schema: "declared" | "untouched" = "declared",
): Promise<void> {
  const rows = await journal.readAll();
  const digests = digestsOf(rows.filter(isApplied));
  await journal.writeDigests(rows.length, digests);
  if (schema === "untouched") await keepSnapshot(journal, digests);
  else await takeSnapshot({ connection, dialect, journal, digests, takenAt: clock.now().toISOString() });
}

function stampOf(context: RunContext) {
  return { appliedAt: context.clock.now().toISOString(), appliedBy: context.appliedBy };
}

function isApplied(row: JournalRow): boolean {
  return row.status === "applied";
}

function keyOf(item: { readonly module: string; readonly version: Version }): string {
  return `${item.module}@${item.version}`;
}
