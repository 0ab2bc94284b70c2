import type { Connection } from "../connection/index.js";
import { loadDialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { DatabaseModel } from "../schema/index.js";
import { compareFinished, compareLoaded } from "./compare.js";
import type { TransferListener, TransferPhase } from "./events.js";
import { type Mapping, refuseOpen } from "./fit/index.js";
import { type IntoRequest, intoPostgres } from "./into-postgres.js";
import { intoSqlite } from "./into-sqlite.js";
import { lastNumbers, ownSequences } from "./last-numbers.js";
import type { LoadedTable, TableToLoad } from "./load.js";
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
  const { from, to, jobs, listener, mode } = request;
  const phases = new PhaseTimes(listener);
  const source = await openSource(request);
  try {
    phases.listener({ kind: "phase", phase: "scan" });
    await enterSchema(request);
    if (to.engine === "postgres" && mode === "run") await refuseUnfinished(to, request.earlier);
    const plan = await planTransfer({ ...request, onTable: () => {} });
    if (mode === "look")
      return reportOf(request, plan, { isDone: false, loaded: [], phases, proof: undefined });
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
    return reportOf(request, plan, { isDone: true, loaded, phases, proof });
  } catch (error) {
    throw resumable(error);
  } finally {
    await source.close();
  }
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
}

function reportOf({ from, to, notes }: TransferRequest, plan: TransferPlan, done: Done): TransferReport {
  const { isDone, loaded, phases, proof } = done;
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
    findings: plan.fit.findings,
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

  readonly listener: TransferListener = (event) => {
    if (event.kind === "phase") {
      this.end();
      this.#current = { phase: event.phase, since: performance.now() };
    }
    this.#listener(event);
  };

  end(): Readonly<Record<string, number>> {
    if (this.#current !== undefined) {
      this.#times.set(this.#current.phase, Math.round(performance.now() - this.#current.since));
      this.#current = undefined;
    }
    return Object.fromEntries(this.#times);
  }
}
