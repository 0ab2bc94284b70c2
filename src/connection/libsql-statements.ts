import { TenonError } from "../errors.js";
import { type NativeDatabase, type NativeStatement, releaseStatements } from "./libsql-driver.js";
import { isBusy } from "./libsql-errors.js";
import { guardText } from "./libsql-guard.js";
import { changesRows, countParameters, holdsStar, merelyReads, singleStatement } from "./libsql-statement.js";
import { distinctNames } from "./libsql-values.js";

/** A statement that the engine has prepared; if it gives rows, then raw and with integers as bigints. */
export interface PreparedStatement {
  readonly native: NativeStatement;
  /** What the result's columns are called, where that is known beforehand. */
  readonly names?: readonly string[] | undefined;
  /** The version of the schema that the names depend on. */
  readonly schema?: unknown;
  readonly parameters: number;
  readonly mayBeKept: boolean;
  readonly merelyReads: boolean;
  /** Whether it changes rows, and so needs the database's one lock for writing. */
  readonly takesLock: boolean;
}

/** To be asked behind the first step: the engine may prepare a statement again for a schema that has changed. */
export function namesOf({ native, names }: PreparedStatement): readonly string[] {
  return names ?? distinctNames(native.columns().map((column) => column.name));
}

/**
 * The statements of one session. Those of a kind that comes again are kept: preparing costs more than most statements
 * do, and the driver lets go of one only when it is collected as garbage.
 */
export class LibsqlStatements {
  readonly #native: NativeDatabase;
  readonly #kept = new Map<string, PreparedStatement>();
  readonly #own = new Map<string, NativeStatement>();
  readonly #readOnly: boolean;
  #hasPrepared = false;
  #mustRelease = false;

  constructor(native: NativeDatabase, options: { readonly readOnly: boolean }) {
    this.#native = native;
    this.#readOnly = options.readOnly;
  }

  /** Whether there may be statements that keep the handle open. */
  get hasPrepared(): boolean {
    return this.#hasPrepared;
  }

  /** One by one: what `clear` takes out of a map that has grown old would still be kept when the young objects alone are collected. */
  forgetAll(): void {
    for (const key of this.#kept.keys()) this.#kept.delete(key);
    for (const key of this.#own.keys()) this.#own.delete(key);
  }

  /** Runs a statement that has no values and whose rows nobody wants: nothing is prepared that would have to be let go. */
  executeDirectly(sql: string): void {
    const statement = singleStatement(sql);
    refuseWrongCount(countOf(statement), 0);
    this.#native.exec(statement);
  }

  /** The same for one statement without placeholders that is known to be one. */
  executeTrusted(sql: string): void {
    this.#native.exec(sql);
  }

  /** Has a statement run by `work`; once more if another session has changed the schema under it. */
  run<T>(sql: string, given: number, work: (prepared: PreparedStatement) => T): T {
    return this.#runCurrent(
      () => this.#keep(sql, given),
      (prepared) => {
        try {
          return prepared.takesLock ? this.#runLocked(() => work(prepared)) : work(prepared);
        } catch (error) {
          if (isBusy(error) && !prepared.merelyReads) {
            this.#kept.delete(sql);
            this.#mustRelease = true;
          }
          throw error;
        }
      },
    );
  }

  /** As `run`, with a statement that nobody else steps. */
  runAlone<T>(sql: string, given: number, work: (prepared: PreparedStatement) => T): T {
    return this.#runCurrent(() => this.#prepare(sql, given), work);
  }

  /** Rows changed by the last statement that changes rows. */
  countChanges(): number {
    return Number(this.#readOne("SELECT changes()"));
  }

  /** Rows changed since the session was opened. */
  countAllChanges(): number {
    return Number(this.#readOne("SELECT total_changes()"));
  }

  /** Whether a statement that found the database held must be let go before anything else runs: see `releaseHeld`. */
  get mustRelease(): boolean {
    return this.#mustRelease;
  }

  /**
   * Lets go of a statement that was prepared, was to change something, and found the database held. The engine leaves
   * such a one in the middle of its first step, the driver cannot reset it, and while it stands there nothing is
   * committed on this connection, whatever is said, without any error. So the garbage collector takes it, and the
   * engine is asked whether it is gone: https://sqlite.org/stmt.html
   *
   * @returns false when the engine cannot answer now, because the database is held.
   * @throws TenonError `CONNECTION_LOST` when it is not gone.
   */
  async releaseHeld(): Promise<boolean> {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      await releaseStatements();
      const held = this.#countHeld();
      if (held === undefined) return false;
      if (held > 0) continue;
      this.#mustRelease = false;
      return true;
    }
    throw new TenonError("CONNECTION_LOST", "A statement that found the database held cannot be let go.", {
      hint: "Close the connection: what is said on it would not be committed.",
    });
  }

  #countHeld(): number | undefined {
    try {
      return Number(this.#readOne("SELECT count(*) FROM sqlite_stmt WHERE busy AND NOT ro"));
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
  }

  /**
   * Runs a statement outside of a transaction in one of its own, so that it is BEGIN that waits for other sessions: it
   * can be handed over as text, and a statement that was prepared had better not find the database held.
   */
  #runLocked<T>(work: () => T): T {
    if (this.#readOnly || this.#native.inTransaction) return work();
    this.#native.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#native.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#native.inTransaction) this.#native.exec("ROLLBACK");
      throw error;
    }
  }

  #runCurrent<T>(prepare: () => PreparedStatement, work: (prepared: PreparedStatement) => T): T {
    for (let attempt = 1; ; attempt++) {
      const prepared = prepare();
      const isLast = attempt === MOST_ATTEMPTS;
      try {
        const result = work(prepared);
        if (isLast || this.#isCurrent(prepared)) return result;
      } catch (error) {
        if (isLast || this.#isCurrent(prepared)) throw error;
      }
    }
  }

  /** False when what a star stands for, and so the names of the columns, was read before a change of the schema. */
  #isCurrent({ schema }: PreparedStatement): boolean {
    return schema === undefined || schema === this.#readOne("PRAGMA main.schema_version");
  }

  #keep(sql: string, given: number): PreparedStatement {
    const known = this.#kept.get(sql);
    if (known !== undefined) {
      refuseWrongCount(known.parameters, given);
      // The one used last goes to the end, and the first is the one to forget.
      this.#kept.delete(sql);
      this.#kept.set(sql, known);
      return known;
    }
    const prepared = this.#prepare(sql, given);
    if (!prepared.mayBeKept) return prepared;
    this.#kept.set(sql, prepared);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return prepared;
  }

  #prepare(sql: string, given: number): PreparedStatement {
    const statement = singleStatement(sql);
    const parameters = countOf(statement);
    refuseWrongCount(parameters, given);
    this.#hasPrepared = true;
    if (merelyReads(statement)) return this.#prepareReading(statement, parameters);
    const native = this.#native.prepare(statement);
    if (native.reader) native.raw().safeIntegers();
    // Not PRAGMA: many take effect while they are prepared, and not again when they run.
    const takesLock = changesRows(statement);
    return { native, parameters, mayBeKept: takesLock, merelyReads: false, takesLock };
  }

  #prepareReading(sql: string, parameters: number): PreparedStatement {
    const schema = holdsStar(sql) ? this.#refreshSchema() : undefined;
    const native = this.#native.prepare(sql);
    const columns = native.columns();
    const guarded = guardText(sql, columns);
    const reading = { parameters, merelyReads: true, takesLock: false };
    try {
      if (guarded !== undefined) {
        const names = distinctNames(columns.map((column) => column.name));
        const wrapped = this.#native.prepare(guarded).raw().safeIntegers();
        return { ...reading, native: wrapped, names, schema, mayBeKept: schema === undefined };
      }
    } catch {
      // It can be prepared on its own and not within another (a limit of the engine, most likely): then on its own.
    }
    return { ...reading, native: native.raw().safeIntegers(), mayBeKept: true };
  }

  /** Has the engine read the schema again if another session has changed it: preparing alone would not notice. */
  #refreshSchema(): unknown {
    this.#readOne("SELECT 1 FROM main.sqlite_schema LIMIT 0");
    return this.#readOne("PRAGMA main.schema_version");
  }

  #readOne(sql: string): unknown {
    const statement = this.#own.get(sql) ?? this.#native.prepare(sql).raw().safeIntegers();
    this.#own.set(sql, statement);
    this.#hasPrepared = true;
    const row = statement.get([]);
    return Array.isArray(row) ? row[0] : undefined;
  }
}

const MOST_KEPT = 100;
const MOST_ATTEMPTS = 5;

function countOf(statement: string): number {
  return /[?:@$]/.test(statement) ? countParameters(statement) : 0;
}

function refuseWrongCount(expected: number, given: number): void {
  if (expected === given) return;
  throw new TenonError("USAGE", `The statement takes ${expected} values and was given ${given}.`, {
    hint: "Give one value for each placeholder; SQLite would take NULL for one that is missing.",
  });
}
