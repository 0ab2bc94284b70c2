import { TenonError } from "../errors.js";
import type { NativeDatabase, NativeStatement } from "./libsql-driver.js";
import { guardText } from "./libsql-guard.js";
import {
  countParameters,
  countsRows,
  firstWord,
  holdsStar,
  mayGiveRows,
  merelyReads,
  singleStatement,
} from "./libsql-statement.js";
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
  #hasPrepared = false;

  constructor(native: NativeDatabase) {
    this.#native = native;
  }

  /** Whether there may be statements that keep the handle open. */
  get hasPrepared(): boolean {
    return this.#hasPrepared;
  }

  forgetAll(): void {
    this.#kept.clear();
    this.#own.clear();
  }

  /** Runs a statement that has no values and whose rows nobody wants: nothing is prepared that would have to be let go. */
  executeDirectly(sql: string): void {
    const statement = singleStatement(sql);
    refuseWrongCount(countOf(statement), 0);
    this.#native.exec(statement);
  }

  /** Has a statement run by `work`; once more if another session has changed the schema under it. */
  run<T>(sql: string, given: number, work: (prepared: PreparedStatement) => T): T {
    return this.#runCurrent(() => this.#keep(sql, given), work);
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
    const word = firstWord(statement);
    // Not PRAGMA: many take effect while they are prepared, and not again when they run.
    return { native, parameters, mayBeKept: mayGiveRows(word) || countsRows(word) };
  }

  #prepareReading(sql: string, parameters: number): PreparedStatement {
    const schema = holdsStar(sql) ? this.#refreshSchema() : undefined;
    const native = this.#native.prepare(sql);
    const columns = native.columns();
    const guarded = guardText(sql, columns);
    try {
      if (guarded !== undefined) {
        const names = distinctNames(columns.map((column) => column.name));
        const wrapped = this.#native.prepare(guarded).raw().safeIntegers();
        return { native: wrapped, names, schema, parameters, mayBeKept: schema === undefined };
      }
    } catch {
      // It can be prepared on its own and not within another (a limit of the engine, most likely): then on its own.
    }
    return { native: native.raw().safeIntegers(), parameters, mayBeKept: true };
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
