import type { Connection } from "../connection/index.js";
import { loadDialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { DatabaseModel } from "../schema/index.js";
import { compareFinished, compareLoaded } from "./compare.js";
import type { TransferListener, TransferPhase } from "./events.js";
import { type Mapping, type Presumption, refuseOpen } from "./fit/index.js";
import { type IntoRequest, intoPostgres } from "./into-postgres.js";
import { intoSqlite } from "./into-sqlite.js";
import { lastNumbers, ownSequences } from "./last-numbers.js";
import type { LoadedTable, TableToLoad } from "./load.js";
import { NotAsPresumed } from "./not-as-presumed.js";
import { planTransfer, refuseUntranslated, type TransferPlan } from "./plan-transfer.js";
import { PostgresSource } from "./postgres-source.js";
import { type EarlierTransfer, refuseUnfinished } from "./postgres-staging.js";
import { type Proof, sumsWhileRead } from "./proof/index.js";
import type { TransferReport } from "./report.js";
import { rowsOf, type TransformRow } from "./row-callback.js";
import type { Source } from "./source.js";
import { SqliteSource } from "./sqlite-source.js";

export interface TransferRequest {
  /** Read in one snapshot, and never written. */
  readonly from: Connection;
  readonly to: Connection;
  readonly exclude: readonly string[];
  readonly modules: DatabaseModel | undefined;
  /** What is to be told beside what is found. */
  readonly notes: readonly string[];
  readonly mapping: Mapping | undefined;
  readonly intoSchema: string | undefined;
  readonly leaveOut: readonly string[];
  readonly transformRow: Readonly<Record<string, TransformRow>>;
  readonly earlier: EarlierTransfer;
  readonly mode: "run" | "look";
  readonly jobs: number;
  readonly rowsOfChunk: number;
  /** `rows` compares only how many arrived. */
  readonly proof: "full" | "rows";
  readonly listener: TransferListener;
}

/** Moves schema and rows of one database into another. */
export async function runTransfer(request: TransferRequest): Promise<TransferReport> {
  const phases = new PhaseTimes(request.listener);
  const source = await openSource(request);
  try {
    await enterSchema(request);
    if (request.to.engine === "postgres" && request.mode === "run")
      await refuseUnfinished(request.to, request.earlier);
    return await presumeFirst(request, (presume) => moveAll({ ...request, presume }, source, phases));
  } catch (error) {
    throw resumable(error);
  } finally {
    await source.close();
  }
}

/**
 * A large table is taken for what its declarations say, and its values are looked at while they are loaded: that costs nothing where they
 * are. Where they are not, what was loaded is dropped, and everything begins again with a look at every value.
 */
async function presumeFirst(
  { from, mode, earlier, transformRow, rowsOfChunk }: TransferRequest,
  move: (presume: Presumption | undefined) => Promise<TransferReport>,
): Promise<TransferReport> {
  // What an interrupted run has loaded was not looked at by this one.
  if (from.engine === "sqlite" && mode === "run" && earlier !== "resume")
    try {
      return await move({
        rowsLookedAt: Math.floor(rowsOfChunk / PARTS_OF_CHUNK),
        except: new Set(Object.keys(transformRow)),
      });
    } catch (error) {
      if (!(error instanceof NotAsPresumed)) throw error;
    }
  return move(undefined);
}

/** A table of no more rows than such a part of a chunk is looked at before it is loaded. */
const PARTS_OF_CHUNK = 5;

async function moveAll(
  request: TransferRequest & { readonly presume: Presumption | undefined },
  source: Source,
  phases: PhaseTimes,
): Promise<TransferReport> {
  const { from, to, jobs, mode } = request;
  phases.enter("scan");
  const plan = await planWithLook(request);
  if (mode === "look")
    return reportOf(request, plan, { isDone: false, loaded: [], phases, proof: undefined, source });
  refuseUntranslated(plan);
  refuseOpen(plan.fit);
  const tables = await cutTables(source, plan, request);
  const lastNumber = await lastNumbers(from, plan.plans);
  let proof: Proof | undefined;
  const into: IntoRequest = {
    source,
    connection: to,
    schema: await (await loadDialect(to.engine)).loadSchema(),
    tables,
    wanted: plan.wanted,
    fingerprint: fingerprintOf(tables, plan),
    earlier: request.earlier,
    jobs,
    listener: phases.listener,
    lastNumber,
    sequences: await ownSequences(from),
    prove: async (loaded, at) => {
      proof = await compareLoaded({ from, to, loaded, at, level: request.proof });
    },
    proveFinished: async (connection) => {
      const finish = await compareFinished(connection, plan.plans);
      if (proof !== undefined) proof = { ...proof, finish };
    },
  };
  const loaded = to.engine === "sqlite" ? await intoSqlite(into) : await intoPostgres(into);
  return reportOf(request, plan, { isDone: true, loaded, phases, proof, source });
}

/** Where somebody has to decide, everything is told; and where others would see what is made for the load, it begins when all is known. */
async function planWithLook(
  request: TransferRequest & { readonly presume: Presumption | undefined },
): Promise<TransferPlan> {
  const plan = await planTransfer({ ...request, onTable: () => {} });
  const { findings, presumed } = plan.fit;
  const { extensions, types } = plan.wanted;
  if (presumed.size === 0) return plan;
  if (!findings.some(({ isOpen }) => isOpen) && extensions.length + types.length === 0) return plan;
  return planTransfer({ ...request, presume: undefined, onTable: () => {} });
}

async function openSource({ from, jobs, rowsOfChunk }: TransferRequest): Promise<Source> {
  if (from.engine === "postgres") return PostgresSource.open(from, jobs, rowsOfChunk);
  await from.execute("BEGIN");
  // The snapshot is taken by the first read, not by BEGIN: https://sqlite.org/lang_transaction.html
  await from.query("SELECT count(*) FROM sqlite_schema");
  return new SqliteSource(from, rowsOfChunk);
}

/** Names without a schema mean the one that is asked for. */
async function enterSchema({ from, to, intoSchema: schema }: TransferRequest): Promise<void> {
  if (schema === undefined) return;
  if (from.engine === "postgres") {
    throw new TenonError(
      "UNSUPPORTED",
      "What PostgreSQL has in a schema refers to it by name, and stays in it.",
      {
        hint: "Leave --into-schema out, and rename the schema afterwards.",
      },
    );
  }
  if (to.engine !== "postgres") {
    throw new TenonError("USAGE", "Only PostgreSQL has schemas to transfer into.", {
      hint: "Leave --into-schema out.",
    });
  }
  await to.query("SELECT pg_catalog.set_config('search_path', quote_ident($1) || ', public', false)", [
    schema,
  ]);
}

async function cutTables(
  source: Source,
  { plans }: TransferPlan,
  { transformRow, proof }: TransferRequest,
): Promise<readonly TableToLoad[]> {
  const names = new Set(plans.map((plan) => plan.source.name));
  const unknown = Object.keys(transformRow).find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new TenonError("USAGE", `transformRow names ${unknown}, and no such table is transferred.`, {
      hint: `The tables are: ${[...names].join(", ")}.`,
    });
  }
  const tables: TableToLoad[] = [];
  for (const plan of plans) {
    const transform = transformRow[plan.source.name];
    tables.push({
      plan,
      cut: await source.cut(plan),
      convert: rowsOf(plan, transform),
      mustConvert: transform !== undefined,
      sums: proof === "full" && transform === undefined ? sumsWhileRead(plan) : undefined,
    });
  }
  return tables;
}

/** The same only when an interrupted transfer can go on: the source is unchanged, and the same is asked of it. */
function fingerprintOf(tables: readonly TableToLoad[], { wanted }: TransferPlan): string {
  return JSON.stringify([
    wanted.tables.map(({ schema, name }) => [schema, name]),
    tables.map(({ plan, cut, mustConvert }) => [
      plan.source.name,
      cut.fingerprint,
      cut.chunks.length,
      mustConvert,
      plan.columns.map(({ source, target, conversion }) => [
        source.name,
        target.name,
        target.type,
        conversion,
      ]),
    ]),
  ]);
}

interface Done {
  readonly isDone: boolean;
  readonly loaded: readonly LoadedTable[];
  readonly phases: PhaseTimes;
  readonly proof: Proof | undefined;
  readonly source: Source;
}

function reportOf({ from, to, notes }: TransferRequest, plan: TransferPlan, done: Done): TransferReport {
  const { isDone, loaded, phases, proof, source } = done;
  return {
    from: from.description,
    to: to.description,
    isDone,
    tables: isDone
      ? loaded.map(({ table, rows, rejected, durationMs }) => ({
          table: table.plan.target.name,
          rows,
          rejected,
          durationMs,
        }))
      : plan.plans.map(({ target }) => ({ table: target.name, rows: 0, rejected: 0, durationMs: 0 })),
    findings: plan.fit.findings.map((finding) => {
      const values = source.valuesOf(finding.table).get(finding.column);
      return plan.fit.presumed.has(finding.table) && values !== undefined ? { ...finding, values } : finding;
    }),
    leftOut: isDone ? plan.leftOut : [...plan.leftOut, ...plan.refused],
    notes: [...notes, ...plan.notes],
    phases: phases.end(),
    proof,
  };
}

/** What was loaded stays, so that the next run can go on: whoever reads the error has to know. */
function resumable(error: unknown): unknown {
  if (!(error instanceof TenonError) || !RESUMABLE.has(error.code)) return error;
  return new TenonError(error.code, error.message, {
    where: error.where,
    hint: `Nothing of the transfer is visible in the target. When the cause is mended, the same command with --resume goes on after the last finished chunk.`,
    cause: error,
    details: error.details,
  });
}

const RESUMABLE: ReadonlySet<string> = new Set(["CONNECTION_LOST", "DATABASE_FULL", "OUTCOME_UNKNOWN"]);

class PhaseTimes {
  readonly #times = new Map<string, number>();
  readonly #listener: TransferListener;
  #current: { readonly phase: TransferPhase; readonly since: number } | undefined;

  constructor(listener: TransferListener) {
    this.#listener = listener;
  }

  enter(phase: TransferPhase): void {
    this.listener({ kind: "phase", phase });
  }

  readonly listener: TransferListener = (event) => {
    if (event.kind === "phase") {
      this.end();
      this.#current = { phase: event.phase, since: performance.now() };
    }
    this.#listener(event);
  };

  end(): Readonly<Record<string, number>> {
    if (this.#current !== undefined) {
      const { phase, since } = this.#current;
      // A phase that begins again goes on.
      this.#times.set(phase, (this.#times.get(phase) ?? 0) + Math.round(performance.now() - since));
      this.#current = undefined;
    }
    return Object.fromEntries(this.#times);
  }
}
