import type { Connection } from "../connection/index.js";
import type { Dialect, ForeignKeyWatch, Loss, LossWatch, SessionSettings } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Statement } from "../sql/index.js";
import type { StepContainment } from "./plugin-guard.js";

/** What the guards need to know of the work before it begins. */
export interface GuardedWork {
  /** All statements that are known beforehand. */
  readonly scripts: readonly { readonly statements: readonly Statement[] }[];
  readonly settings: SessionSettings;
  /** Tables, and columns as `table.column`, that may lose what no statement names. */
  readonly allowLoss: readonly string[];
  /** Gets what the step takes away or leaves broken, where that is told and not refused. */
  readonly tolerate?: ((what: string) => void) | undefined;
  /** Another spelling of a statement that failed, as the tool's driver would have read it; undefined for none. */
  readonly rephrase?: Rephrase | undefined;
}

export type Rephrase = (statement: Statement, error: unknown) => Statement | undefined;

/** What runs around each statement of a step: it refuses losses and broken foreign keys at the end. */
export class StepGuards {
  readonly #losses: LossWatch;
  readonly #foreignKeys: ForeignKeyWatch | undefined;
  readonly #allowLoss: readonly string[];
  readonly #keysCanBeOff: boolean;
  readonly #plugin: StepContainment | undefined;
  readonly #tolerate: GuardedWork["tolerate"];
  /** What was told already: a step without a transaction is looked at after each statement. */
  readonly #tolerated = new Set<string>();
  readonly rephrase: Rephrase;
  readonly #mayRephrase: boolean;

  constructor(connection: Connection, dialect: Dialect, step: GuardedWork, plugin?: StepContainment) {
    this.#plugin = plugin;
    this.#tolerate = step.tolerate;
    this.rephrase = step.rephrase ?? (() => undefined);
    this.#mayRephrase = step.rephrase !== undefined;
    this.#allowLoss = step.allowLoss;
    this.#keysCanBeOff = dialect.capabilities.canViolateForeignKeys;
    this.#losses = dialect.watchLosses(connection);
    this.#losses.declare(step.scripts.flatMap((script) => script.statements));
    this.#foreignKeys = dialect.watchForeignKeys?.(connection, step.settings);
  }

  /** True for a statement that needs neither `before` nor `after`, nor another spelling if it fails. */
  passes(statement: Statement): boolean {
    if (this.#plugin?.passes === false || this.#mayRephrase) return false;
    if (this.#foreignKeys !== undefined && this.#foreignKeys.passes?.(statement) !== true) return false;
    return this.#losses.passes?.(statement) === true;
  }

  /** Conditions under which a statement passes that does not pass by its text alone; see `LossWatch`. */
  passesIf(statement: Statement): ReturnType<NonNullable<LossWatch["passesIf"]>> {
    if (this.#plugin !== undefined || this.#mayRephrase || this.#foreignKeys !== undefined) return undefined;
    return this.#losses.passesIf?.(statement);
  }

  async before(statement: Statement): Promise<void> {
    await this.#plugin?.before(statement);
    await this.#losses.before(statement);
    await this.#foreignKeys?.before(statement);
  }

  async after(statement: Statement): Promise<void> {
    await this.#losses.after(statement);
    await this.#plugin?.after(statement);
  }

  /** Judges one statement that is going to be committed by itself. @throws TenonError `ROWS_LOST` */
  async finishStatement(): Promise<void> {
    this.#refuseLosses(this.#losses.soFar?.() ?? (await this.#losses.finish()));
  }

  /** @throws TenonError `ROWS_LOST`, `OBJECTS_LOST`, `FOREIGN_KEYS_VIOLATED` */
  async finish(): Promise<void> {
    this.#refuseLosses(await this.#losses.finish());
    const violations = (await this.#foreignKeys?.finish()) ?? [];
    const [violation] = violations;
    if (violation === undefined) return;
    const told = `leaves ${violation.rows} ${violation.rows === 1 ? "row" : "rows"} of ${violation.table} that refer to rows of ${violation.parent} that do not exist`;
    if (this.#tolerates(told)) return;
    throw new TenonError(
      "FOREIGN_KEYS_VIOLATED",
      `${violation.rows} ${violation.rows === 1 ? "row" : "rows"} of ${violation.table} would refer to rows of ${violation.parent} that do not exist` +
        `${violations.length > 1 ? `, and ${violations.length - 1} more keys are violated` : ""}. The step was rolled back.`,
      {
        where: { object: violation.table },
        hint: "Keep or correct these rows in the migration. Violations that were there before are not counted.",
        details: { violations },
      },
    );
  }

  #refuseLosses(found: readonly Loss[]): void {
    const losses = found.filter((loss) => !isAllowed(loss, this.#allowLoss));
    const [first] = losses;
    if (first === undefined) return;
    if (this.#tolerates(`takes away what it does not name: ${losses.map(describeLoss).join("; ")}`)) return;
    throw lossError(losses, first, this.#keysCanBeOff);
  }

  #tolerates(what: string): boolean {
    if (this.#tolerate === undefined) return false;
    if (!this.#tolerated.has(what)) this.#tolerate(what);
    this.#tolerated.add(what);
    return true;
  }
}

/** Whether a loss is allowed by name: `orders`, `main.orders`, or `orders.column` for values of a column. */
function isAllowed(loss: Loss, allowed: readonly string[]): boolean {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  const object = loss.object.toLowerCase();
  const bare = object.slice(object.indexOf(".") + 1);
  const candidates = [object, bare, `main.${object}`, `public.${object}`];
  if (loss.column !== undefined) {
    const column = loss.column.toLowerCase();
    candidates.push(`${object}.${column}`, `${bare}.${column}`);
  }
  return candidates.some((candidate) => names.has(candidate));
}

function lossError(losses: readonly Loss[], first: Loss, keysCanBeOff: boolean): TenonError {
  const isObject = first.kind === "object";
  const told = losses.map(describeLoss).join("; ");
  return new TenonError(
    isObject ? "OBJECTS_LOST" : "ROWS_LOST",
    `The migration would take away what it did not name: ${told}. It was rolled back, nothing is lost.`,
    {
      where: { object: first.object, line: first.statement.line, column: first.statement.column },
      hint: `${causeOf(first, keysCanBeOff)} If the loss is meant, say so in the file: \`-- tenon: allow-loss ${allowedName(first)}\`.`,
      details: {
        losses: losses.map(({ kind, object, column, before, after, statement }) => ({
          kind,
          object,
          column,
          before,
          after,
          line: statement.line,
        })),
      },
    },
  );
}

/** What most often leads to such a loss, and how to do it without. */
function causeOf(loss: Loss, keysCanBeOff: boolean): string {
  if (loss.kind === "object") return "Name what goes in the migration (DROP …), or make it again there.";
  if (keysCanBeOff && /^DROP\b/i.test(loss.statement.text)) {
    return "This often comes from ON DELETE CASCADE when a parent table is dropped or its rows are replaced: set `PRAGMA foreign_keys=off` at the head of a SQLite rebuild.";
  }
  return "This comes from a foreign key's action, a trigger, or a row that takes the place of another: change or delete these rows in the migration itself, before.";
}

function allowedName({ object, column }: Loss): string {
  const table = quoteWhenNeeded(object);
  return column === undefined ? table : `${table}.${quoteWhenNeeded(column)}`;
}

function describeLoss(loss: Loss): string {
  const by = excerpt(loss.statement.text);
  switch (loss.kind) {
    case "rows":
      return `${loss.before - loss.after} of ${loss.before} rows of ${loss.object} (by ${by})`;
    case "values":
      return `${loss.before - loss.after} of ${loss.before} values of ${loss.object}.${loss.column ?? "?"} (by ${by})`;
    case "object":
      return `${loss.object} (by ${by})`;
  }
}

function quoteWhenNeeded(name: string): string {
  return /^[\w.]+$/.test(name) ? name : `"${name}"`;
}

/** A statement on one line, cut to a length that fits into a message. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
