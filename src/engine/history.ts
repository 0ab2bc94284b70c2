import type { Connection, Row } from "../connection/index.js";
import type { Dialect, TableAddress } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import { type Migration, parseVersion } from "../migrations/index.js";
import type { Catalogue } from "./catalogue.js";
import type { Journal } from "./journal.js";
import type { JournalRow, JournalStatus } from "./journal-row.js";
import { utcTime } from "./utc-time.js";

/** What the database remembers: rows of the journal, or of the table that will be carried over into it. */
export interface History {
  readonly rows: readonly JournalRow[];
  readonly journal: "missing" | "current";
  /** Nothing is in the database, so that nothing has to be looked for. */
  readonly isDatabaseEmpty?: true | undefined;
  /** An older table whose rows are part of `rows` already and are written to the journal with the first write. */
  readonly carryOver?: CarryOver | undefined;
}

export interface CarryOver {
  readonly source: TableAddress;
  readonly keptAs: string;
  readonly rows: readonly JournalRow[];
}

export interface HistoryRequest {
  readonly journal: Journal;
  readonly connection: Connection;
  readonly dialect: Dialect;
  /** The module that a legacy table belongs to; undefined when nobody said and there are several. */
  readonly legacyModule: string | undefined;
  /** What is known, to match carried-over versions with. */
  readonly catalogue: Catalogue;
}

const LEGACY_TABLE = "schema_version";
const LEGACY_COLUMNS = ["applied_at", "version"];

/** Reads what was applied; writes nothing. @throws TenonError `JOURNAL_FOREIGN`, `JOURNAL_NEWER`, `LEGACY_AMBIGUOUS` */
export async function readHistory(request: HistoryRequest): Promise<History> {
  const { journal, connection } = request;
  if (await connection.holdsNothing?.()) return { rows: [], journal: "missing", isDatabaseEmpty: true };
  const shape = await journal.shape();
  if (shape === "current") return { rows: await journal.readAll(), journal: "current" };
  if (shape === "single-module") return readCarryOver(request, journal.address);
  const legacy = request.dialect.addressBeside(journal.address, LEGACY_TABLE);
  const columns = await request.dialect.readColumns(request.connection, legacy);
  const isLegacy = columns !== undefined && [...columns].sort().join() === LEGACY_COLUMNS.join();
  return isLegacy ? readCarryOver(request, legacy) : { rows: [], journal: "missing" };
}

/** Whether nothing was written to the journal between two readings. */
export function isSameHistory(a: History, b: History): boolean {
  if (a.journal !== b.journal || a.carryOver !== undefined || b.carryOver !== undefined) return false;
  return a.rows.length === b.rows.length && a.rows.every((row, index) => isSameRow(row, b.rows[index]));
}

/** Whoever writes a row gives it a new time, a new place in the order or a new checksum. */
function isSameRow(a: JournalRow, b: JournalRow | undefined): boolean {
  return (
    b !== undefined &&
    a.module === b.module &&
    a.version === b.version &&
    a.status === b.status &&
    a.sequence === b.sequence &&
    a.checksum === b.checksum &&
    a.appliedAt === b.appliedAt &&
    a.progress?.finished === b.progress?.finished &&
    a.progress?.prefix === b.progress?.prefix
  );
}

/** Creates the journal when it is missing and carries an older table over into it, keeping that under another name. */
export async function prepareJournal(journal: Journal, history: History): Promise<void> {
  if (history.journal === "current") return;
  const carryOver = history.carryOver;
  if (carryOver !== undefined) await journal.renameForeign(carryOver.source, carryOver.keptAs);
  await journal.create();
  for (const row of carryOver?.rows ?? []) await journal.write(row);
}

async function readCarryOver(request: HistoryRequest, source: TableAddress): Promise<History> {
  const module = request.legacyModule;
  if (module === undefined) {
    throw new TenonError(
      "LEGACY_AMBIGUOUS",
      `There is a table ${source.table} from before Tenon, and several modules: nobody said whose versions it holds.`,
      {
        where: { object: source.table },
        hint: 'Name the module: `--legacy-module NAME`, or `journal: { legacyModule: "NAME" }` in the config.',
      },
    );
  }
  const byVersion = new Map(
    request.catalogue.migrations.filter((each) => each.module === module).map((each) => [each.version, each]),
  );
  const raw = await request.journal.readForeignRows(source);
  const rows = raw
    .map((row) => carriedRow(row, module, source))
    .sort((a, b) => a.appliedAt.localeCompare(b.appliedAt) || Number(a.version) - Number(b.version))
    .map((row, index) => matchWithMigration(row, index + 1, byVersion.get(row.version)));
  const keptAs = await freeName(request, `${source.table}_before_tenon`);
  return { rows, journal: "missing", carryOver: { source, keptAs, rows } };
}

function carriedRow(row: Row, module: string, source: TableAddress): JournalRow {
  const version = row["version"];
  if (typeof version !== "number" && typeof version !== "bigint" && typeof version !== "string") {
    throw new TenonError("JOURNAL_INVALID", `The table ${source.table} has a row without a version.`, {
      where: { module, object: source.table },
      hint: "Correct or remove that row, then run again.",
    });
  }
  const text = (column: string) => (typeof row[column] === "string" ? row[column] : null);
  return {
    module,
    version: parseVersion(version),
    status: legacyStatus(row["status"]),
    sequence: 0,
    checksum: null,
    name: text("name") ?? `version ${version}`,
    description: text("description"),
    appliedAt: utcTime(row["applied_at"]),
    appliedBy: text("applied_by"),
    durationMs: typeof row["duration_ms"] === "number" ? row["duration_ms"] : null,
    dependsOn: [],
    progress: null,
    error: null,
    downSql: null,
    upSql: null,
  };
}

/** Old checksums were made in unknown ways, so the file's own is taken where there is a file. */
function matchWithMigration(row: JournalRow, sequence: number, migration: Migration | undefined): JournalRow {
  if (migration === undefined) return { ...row, sequence };
  return {
    ...row,
    sequence,
    name: migration.name,
    description: row.description ?? migration.description ?? null,
    checksum: migration.checksum,
  };
}

function legacyStatus(value: unknown): JournalStatus {
  return value === "rolled_back" || value === "failed" ? value : "applied";
}

async function freeName(request: HistoryRequest, wanted: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? wanted : `${wanted}_${attempt}`;
    const address = request.dialect.addressBeside(request.journal.address, name);
    if ((await request.dialect.readColumns(request.connection, address)) === undefined) return name;
  }
}
