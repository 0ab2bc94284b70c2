import { type Connection, connect, type Encryption, parseDatabaseUrl } from "../connection/index.js";
import { loadDialect } from "../dialects/index.js";
import { Journal } from "../engine/index.js";
import { TenonError } from "../errors.js";
import type { Module } from "../modules/index.js";
import type {
  EarlierTransfer,
  Mapping,
  TransferListener,
  TransferReport,
  TransferRequest,
  TransformRow,
} from "../transfer/index.js";
import { refuseSameDatabase } from "./same-database.js";
import type { SchemaManagerOptions } from "./schema-manager.js";
import type { ModuleSchema } from "./transfer-modules.js";

/** What `transfer` takes. */
export interface TransferOptions {
  /** The database that is read, in one snapshot, and never written: a URL as for `connect`, or a connection outside of a transaction. */
  readonly from: string | Connection;
  /** The database that gets everything: its tables must be absent or empty. */
  readonly to: string | Connection;
  /** The password of `from`, where that is an encrypted file. */
  readonly fromEncryption?: Encryption | undefined;
  /** The password of `to`: the file is made encrypted. */
  readonly toEncryption?: Encryption | undefined;
  /** What becomes of values that do not fit: the text of a mapping file, or one that was read. */
  readonly mapping?: string | Mapping | undefined;
  /** PostgreSQL: the schema that gets the tables; `public` unless given. */
  readonly intoSchema?: string | undefined;
  /** What becomes of an interrupted transfer into the same target; without it, that is an error. */
  readonly earlier?: "resume" | "restart" | undefined;
  /** Looks, decides and reports, and writes nothing. */
  readonly dryRun?: boolean | undefined;
  /** How many sessions load at the same time; as many as there are processors, at most four, unless given. */
  readonly jobs?: number | undefined;
  /** How what arrived is compared with the source: every column by checksums, or only the number of rows; `full` unless given. */
  readonly proof?: "full" | "rows" | undefined;
  /** Objects that the target cannot have and that may stay behind, by the names that the error gives; `*` for all. */
  readonly leaveOut?: readonly string[] | undefined;
  /** For each table by name: gets a row and gives the one that is to arrive, or undefined to leave it out. */
  readonly transformRow?: Readonly<Record<string, TransformRow>> | undefined;
  readonly onEvent?: TransferListener | undefined;
  /**
   * How many rows are committed together with their record; 100,000 unless given.
   * @internal
   */
  readonly rowsOfChunk?: number | undefined;
  /**
   * The modules of the source: where their migrations run on the target's engine too, they make its schema, and its journal has the same
   * versions, so that the next migration runs there.
   */
  readonly modules?: readonly Module[] | undefined;
  /** Where the journal is, in both. The journal of another engine's migrations stays behind. */
  readonly journal?: SchemaManagerOptions["journal"];
  /** Who is written into the journal of the target as `applied_by`. */
  readonly appliedBy?: string | undefined;
}

/**
 * Moves the schema and all rows of one database into another: from SQLite to PostgreSQL and back, from PostgreSQL to
 * PostgreSQL, from SQLite to SQLite with another password or none.
 *
 * Everything is loaded where nobody sees it, compared with the source, and becomes visible at once or not at all. What does not fit is told,
 * and nothing of it stays. An interrupted transfer goes on with `earlier: "resume"`.
 *
 * @returns What was found, moved and proved, as plain data.
 * @throws TenonError `TARGET_NOT_EMPTY`, `TRANSFER_MISFITS`, `TRANSFER_DIFFERS`, `TRANSFER_UNFINISHED`, `TRANSFER_CHANGED`,
 *   `CHANGE_UNSUPPORTED` for what the target cannot have, `CHANGE_BLOCKED` for rows that break a key of the target, `USAGE`,
 *   and what `connect` throws
 *
 * @example
 * ```ts
 * import { connect, transfer } from "tenon";
 *
 * const from = await connect("file:boards.db");
 * await from.executeScript(`
 *   CREATE TABLE board (id INTEGER PRIMARY KEY, wood TEXT NOT NULL, sawn BOOLEAN);
 *   INSERT INTO board (wood, sawn) VALUES ('oak', 1), ('ash', 0);
 * `);
 * await from.close();
 *
 * const to = await connect("pglite:");
 * const report = await transfer({ from: "file:boards.db", to });
 * console.log(report.tables.map(({ table, rows }) => `${table}: ${rows}`)); // [ 'board: 2' ]
 * console.log(await to.query("SELECT wood FROM board WHERE sawn")); // [ { wood: 'oak' } ]
 * await to.close();
 * ```
 */
export async function transfer(options: TransferOptions): Promise<TransferReport> {
  refuseTwice(options);
  if (engineOf(options.from) === "sqlite" && engineOf(options.to) === "sqlite") {
    const { transferSqlite } = await import("./transfer-sqlite.js");
    return transferSqlite(options);
  }
  const { FileBeside, isTaken, readMapping, ROWS_OF_CHUNK, runTransfer } = await import(
    "../transfer/index.js"
  );
  const { availableParallelism } = await import("node:os");
  const closing: (() => Promise<void>)[] = [];
  try {
    const from = await openFrom(options, closing);
    const path = filePath(options.to);
    const isDry = options.dryRun === true;
    const earlier: EarlierTransfer = options.earlier ?? "refuse";
    const beside =
      path !== undefined && !isTaken(path) && !isDry
        ? await FileBeside.open({ path, encryption: options.toEncryption, earlier })
        : undefined;
    const to = beside?.connection ?? (await openTo(options, from, closing));
    await refuseSameDatabase(from, to);
    const schema = await moduleSchemaOf(options, from, to);
    const known = typeof schema === "string" ? undefined : schema;
    const request: TransferRequest = {
      from,
      to,
      exclude: await journalOf(from, to, options.journal?.table),
      modules: known?.model,
      notes: typeof schema === "string" ? [schema] : [],
      mapping:
        typeof options.mapping === "string" ? readMapping(options.mapping, "mapping") : options.mapping,
      intoSchema: options.intoSchema,
      leaveOut: options.leaveOut ?? [],
      transformRow: options.transformRow ?? {},
      earlier,
      mode: isDry ? "look" : "run",
      jobs: options.jobs ?? Math.min(4, availableParallelism()),
      rowsOfChunk: options.rowsOfChunk ?? ROWS_OF_CHUNK,
      proof: options.proof ?? "full",
      listener: options.onEvent ?? (() => {}),
    };
    // A child may come before its parent; whether each has one is looked at when all rows are there.
    const isSqlite = to.engine === "sqlite" && !isDry;
    if (isSqlite) {
      await to.execute("PRAGMA foreign_keys = OFF");
      if (beside === undefined)
        closing.push(async () => {
          await to.execute("PRAGMA foreign_keys = ON");
        });
    }
    const finish = async () => {
      if (known === undefined || isDry) return;
      const { stampVersions } = await import("./transfer-modules.js");
      await stampVersions(to, options.modules ?? [], known, {
        journal: options.journal,
        appliedBy: options.appliedBy,
      });
    };
    if (beside === undefined) {
      // A SQLite database that is there already takes everything in one transaction.
      const isOneTransaction = to.engine === "sqlite" && !isDry;
      const report = await (isOneTransaction
        ? to.transaction(() => runTransfer(request))
        : runTransfer(request));
      await finish();
      return report;
    }
    const report = await runTransfer(request).catch(async (error: unknown) => {
      await beside.leave();
      throw error;
    });
    await finish();
    await beside.publish();
    return { ...report, to: String(path) };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Between databases of one engine the journal goes along with everything else. */
async function moduleSchemaOf(
  { modules, journal }: TransferOptions,
  from: Connection,
  to: Connection,
): Promise<ModuleSchema | string | undefined> {
  if (modules === undefined || modules.length === 0 || from.engine === to.engine) return undefined;
  const { readModuleSchema } = await import("./transfer-modules.js");
  return readModuleSchema({ from, to, modules, journal });
}

function refuseTwice({ jobs, from, to }: TransferOptions): void {
  if (jobs !== undefined && !(Number.isInteger(jobs) && jobs >= 1 && jobs <= 64)) {
    throw new TenonError("USAGE", `${jobs} sessions cannot load: jobs is a number from 1 to 64.`);
  }
  if (typeof from === "object" && from.inTransaction) {
    throw new TenonError("USAGE", "The source is in a transaction, and is to be read in one of its own.", {
      hint: "End the transaction first.",
    });
  }
  if (typeof to === "object" && to.inTransaction) {
    throw new TenonError("USAGE", "The target is in a transaction, and the transfer needs some of its own.", {
      hint: "End the transaction first.",
    });
  }
  if (from === to) {
    throw new TenonError("USAGE", "Source and target are the same database.", {
      hint: "Give another database as the target. Nothing was changed.",
    });
  }
}

/** What an address or a connection is; what cannot be opened is refused by `connect`. */
function engineOf(side: string | Connection): "sqlite" | "postgres" | "sqlserver" {
  if (typeof side !== "string") return side.engine;
  const { kind } = parseDatabaseUrl(side);
  if (kind === "postgres" || kind === "pglite") return "postgres";
  return kind === "sqlserver" ? "sqlserver" : "sqlite";
}

function filePath(side: string | Connection): string | undefined {
  if (typeof side !== "string") return undefined;
  const address = parseDatabaseUrl(side);
  return address.kind === "file" ? address.path : undefined;
}

async function openFrom(
  { from, fromEncryption }: TransferOptions,
  closing: (() => Promise<void>)[],
): Promise<Connection> {
  if (typeof from !== "string") return from;
  const options = { readOnly: true, mustExist: true };
  const connection = await connect(
    from,
    fromEncryption === undefined ? options : { ...options, encryption: fromEncryption },
  );
  closing.push(() => connection.close());
  return connection;
}

async function openTo(
  { to, toEncryption, dryRun }: TransferOptions,
  from: Connection,
  closing: (() => Promise<void>)[],
): Promise<Connection> {
  if (typeof to !== "string") return to;
  const { isTaken } = await import("../transfer/index.js");
  const address = parseDatabaseUrl(to);
  const place =
    address.kind === "file" ? address.path : address.kind === "pglite" ? address.folder : undefined;
  // A dry run makes no file and no folder: an empty database in memory stands in for it.
  const isAbsent = dryRun === true && place !== undefined && !isTaken(place);
  const standIn = address.kind === "pglite" ? "pglite:" : ":memory:";
  const connection = await connect(isAbsent ? standIn : to, {
    ...(address.kind === "pglite" ? { extensions: await extensionsFor(from) } : {}),
    ...(isAbsent || toEncryption === undefined ? {} : { encryption: toEncryption }),
  });
  closing.push(() => connection.close());
  return connection;
}

/** PGlite knows only the extensions that it was opened with. Text that ignores case is citext there. */
async function extensionsFor(from: Connection): Promise<readonly string[]> {
  if (from.engine === "sqlite") return ["citext"];
  const rows = await from.query(
    "SELECT extname AS name FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql'",
  );
  return rows.map((row) => String(row["name"]));
}

/** The journal of the source stays behind where the target speaks another language than its scripts. */
async function journalOf(
  from: Connection,
  to: Connection,
  table: string | undefined,
): Promise<readonly string[]> {
  if (from.engine === to.engine) return [];
  const journal = await Journal.open(from, await loadDialect(from.engine), table);
  await journal.settle();
  return (await journal.isOurs()) ? journal.patterns : [];
}
