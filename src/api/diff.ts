import type { Connection } from "../connection/index.js";
import { type ChangePlan, type Dialect, loadDialect } from "../dialects/index.js";
import {
  applyChanges,
  Catalogue,
  changeScript,
  Journal,
  pluginsAmong,
  replayMigrations,
} from "../engine/index.js";
import { TenonError } from "../errors.js";
import type { Module } from "../modules/index.js";
import type { DatabaseModel, RenameAnswers, Selection, Unjudged } from "../schema/index.js";
import type { DiffChange, DiffHazard } from "./described-plan.js";

/** One side of a comparison: a database, or what the migrations of modules build in a scratch. */
export type DiffSide = Connection | { readonly modules: readonly Module[] };

export interface DiffOptions extends Selection {
  /** What is to change. */
  readonly from: DiffSide;
  /** What it is to look like. */
  readonly to: DiffSide;
  /** Renames that are known: `users.name:users.full_name`, `old_table:new_table`, `users.name:` for "dropped". */
  readonly renames?: readonly string[] | undefined;
  /** Answers what is left open; without it an open question is an error. */
  readonly askRename?: RenameAnswers["ask"];
  /** Whether columns in another order are a difference; they are not unless this says `exact`. */
  readonly columnOrder?: "ignore" | "exact" | undefined;
  /** Builds indexes without blocking writers where the engine can; the change is then not one transaction. */
  readonly concurrently?: boolean | undefined;
  /** Name of the journal table in both databases; it is left out of the comparison. */
  readonly journalTable?: string | undefined;
}

/** What makes one database look like another. */
export interface Diff {
  readonly changes: readonly DiffChange[];
  readonly hazards: readonly DiffHazard[];
  /** Objects that differ and that Tenon cannot compare, each as a sentence. */
  readonly unjudged: readonly string[];
  /** The script for the engine's own shell; empty when there is nothing to do. */
  toSql(): string;
  /**
   * Makes the changes on `from`, under the guards of a migration.
   * @throws TenonError `CHANGE_LOSES_DATA`, `CHANGE_BLOCKED`, `CHANGE_UNSUPPORTED`, and those of the guards
   */
  apply(options?: ApplyDiffOptions): Promise<void>;
}

export interface ApplyDiffOptions {
  /** Tables (`users`) and columns (`users.email`) whose data may go. */
  readonly allowLoss?: readonly string[] | undefined;
  readonly lockTimeoutMs?: number | undefined;
}

/**
 * Compares two databases (or what migrations build) and finds what makes `from` look like `to`.
 *
 * @throws TenonError `RENAME_AMBIGUOUS` when something may have been renamed and nobody said, `CHANGE_UNSUPPORTED`,
 * `USAGE` when the two are of different engines
 *
 * @example
 * ```ts
 * import { connect, diff } from "tenon";
 *
 * const from = await connect(":memory:");
 * const to = await connect(":memory:");
 * await to.executeScript("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
 * const found = await diff({ from, to });
 * console.log(found.changes.map((change) => change.description));
 * await found.apply();
 * await from.close();
 * await to.close();
 * ```
 */
export async function diff(options: DiffOptions): Promise<Diff> {
  // Loaded here, for whoever uses the library or a command without comparing anything.
  const { parseRenameHint } = await import("../schema/index.js");
  const { describePlan } = await import("./described-plan.js");
  const dialect = await loadDialect(engineOf(options));
  const { from, to } = await readSides(options, dialect);
  const schema = await dialect.loadSchema();
  const plan = await schema.planChanges(from.model, to.model, {
    renames: { hints: (options.renames ?? []).map(parseRenameHint), ask: options.askRename },
    selection: { include: options.include, exclude: options.exclude },
    columnOrder: options.columnOrder,
    concurrently: options.concurrently,
  });
  return {
    ...describePlan(plan),
    unjudged: plan.comparison.unjudged.map((each) => each.reason),
    toSql: () => {
      refuseUnjudged(plan.comparison.unjudged);
      return changeScript(dialect, plan);
    },
    apply: (applyOptions = {}) => apply(options, from, dialect, plan, applyOptions),
  };
}

/** Reads a database into a model, as plain data: tables, columns, indexes, keys, checks, views, triggers, … */
export async function inspect(
  connection: Connection,
  options: Selection & {
    readonly grants?: boolean | undefined;
    readonly journalTable?: string | undefined;
  } = {},
): Promise<DatabaseModel> {
  const dialect = await loadDialect(connection.engine);
  const exclude = [...(options.exclude ?? []), ...(await journalPatterns(connection, dialect, options))];
  const schema = await dialect.loadSchema();
  return schema.introspect(connection, { include: options.include, exclude, grants: options.grants });
}

interface Side {
  readonly model: DatabaseModel;
  readonly exclude: readonly string[];
}

async function readSides(options: DiffOptions, dialect: Dialect): Promise<{ from: Side; to: Side }> {
  const { from, to } = options;
  if (!isConnection(from) || !isConnection(to))
    return { from: await readSide(from, options, dialect), to: await readSide(to, options, dialect) };
  const schema = await dialect.loadSchema();
  const excludes = {
    from: await journalPatterns(from, dialect, options),
    to: await journalPatterns(to, dialect, options),
  };
  const [before, after] = await schema.introspectPair(
    { connection: from, exclude: excludes.from },
    { connection: to, exclude: excludes.to },
  );
  return { from: { model: before, exclude: excludes.from }, to: { model: after, exclude: excludes.to } };
}

async function readSide(side: DiffSide, options: DiffOptions, dialect: Dialect): Promise<Side> {
  if (isConnection(side)) {
    const exclude = await journalPatterns(side, dialect, options);
    const schema = await dialect.loadSchema();
    return { model: await schema.introspect(side, { exclude }), exclude };
  }
  const catalogue = await Catalogue.load(side.modules, dialect.engine);
  const connection = [options.from, options.to].find(isConnection);
  const migrations = await catalogue.ordered([], () => true);
  const plugins = pluginsAmong(side.modules);
  return { model: await replayMigrations({ connection, dialect }, migrations, plugins), exclude: [] };
}

/** The journal is left out when it is one: another tool's table of that name is part of the database. */
async function journalPatterns(
  connection: Connection,
  dialect: Dialect,
  options: { readonly journalTable?: string | undefined },
): Promise<readonly string[]> {
  const journal = await Journal.open(connection, dialect, options.journalTable);
  return (await journal.isOurs()) ? await journal.patternsOfNobody() : [];
}

async function apply(
  options: DiffOptions,
  from: Side,
  dialect: Dialect,
  plan: ChangePlan,
  { allowLoss = [], lockTimeoutMs }: ApplyDiffOptions,
): Promise<void> {
  if (!isConnection(options.from)) {
    throw new TenonError("USAGE", "What migrations build cannot be changed: `from` is no database.", {
      hint: "Give the database to change as `from`.",
    });
  }
  refuseUnjudged(plan.comparison.unjudged);
  const connection = options.from;
  const journal = await Journal.open(connection, dialect, options.journalTable);
  await journal.settle();
  const { address } = journal;
  await applyChanges({
    connection,
    dialect,
    plan,
    journal: address,
    exclude: from.exclude,
    allowLoss,
    lockTimeoutMs,
  });
}

function refuseUnjudged(unjudged: readonly Unjudged[]): void {
  const [first] = unjudged;
  if (first === undefined) return;
  throw new TenonError("CHANGE_UNSUPPORTED", unjudged.map((each) => each.reason).join(" "), {
    where: { object: (first.from ?? first.to)?.name },
    hint: "Change these by hand in a migration, or leave them out with --exclude.",
  });
}

function engineOf({ from, to }: DiffOptions) {
  const engines = [from, to].filter(isConnection).map((connection) => connection.engine);
  const [first, second] = engines;
  if (first === undefined) {
    throw new TenonError("USAGE", "At least one side of a comparison must be a database.", {
      hint: "Give its URL as --from or --to.",
    });
  }
  if (second !== undefined && second !== first) {
    throw new TenonError("USAGE", `A ${first} and a ${second} database cannot be compared.`, {
      hint: "Compare databases of the same engine.",
    });
  }
  return first;
}

function isConnection(side: DiffSide): side is Connection {
  return "query" in side;
}
