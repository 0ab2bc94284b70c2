import type { Connection } from "../../connection/index.js";
import type { Statement } from "../../sql/index.js";
import type { Loss, LossWatch } from "../dialect.js";
import { deferAgain } from "./constraints.js";
import { type FoundLoss, findLosses } from "./lost-rows.js";
import { type Named, NamedObjects } from "./named-objects.js";
import { type ListedObject, listObjects, lostObjects, type ObjectList } from "./object-list.js";
import { listOf, nameAsSql, Reach, staysWithin } from "./reach.js";
import { type Counters, changesBetween, readCounters } from "./row-changes.js";
import { type Risk, readRisk } from "./statement-risk.js";
import { type CountedTable, countReferring, findEmptied } from "./truncation.js";

/**
 * Finds what a step takes away without naming it.
 *
 * - Rows: by the server's own counters, around each statement that can reach beyond the tables it names. They tell
 *   of every row, also of those that a function, a trigger or a DO block deletes.
 * - Objects: by a list of them before and after a statement that drops with CASCADE, drops a column, or runs code
 *   that its text does not tell (DO, CALL, EXECUTE, a function of the database's own).
 *
 * What is not seen: objects that a trigger drops, and rows that a trigger truncates.
 */
export function watchLosses(connection: Connection): LossWatch {
  return new PostgresLossWatch(connection);
}

interface Pending {
  readonly statement: Statement;
  readonly counters: Counters | undefined;
  readonly referring: readonly CountedTable[];
  readonly objects: { readonly list: ObjectList; readonly table: string | undefined } | undefined;
}

class PostgresLossWatch implements LossWatch {
  readonly #connection: Connection;
  readonly #named = new NamedObjects();
  readonly #rows: { readonly loss: FoundLoss; readonly statement: Statement }[] = [];
  readonly #objects: { readonly object: ListedObject; readonly statement: Statement }[] = [];
  #reach: Reach | undefined;
  #pending: Pending | undefined;
  /** The last reading of the counters, as long as no statement has changed rows since. */
  #fresh: Counters | undefined;
  /** The last reading of the counters, for what deferred triggers do at the end. */
  #last: { readonly counters: Counters; readonly statement: Statement } | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  declare(statements: readonly Statement[]): void {
    for (const statement of statements) this.#named.add(statement);
  }

  passes(statement: Statement): boolean {
    if (readRisk(statement) !== undefined) return false;
    this.#forgetReachAfter(statement);
    return true;
  }

  passesIf(statement: Statement): { readonly now: string; readonly before: string } | undefined {
    const risk = readRisk(statement);
    if (risk === undefined || risk.rows.length === 0 || risk.rows.some(({ kind }) => kind === "truncate"))
      return undefined;
    if (risk.isOpaque || risk.dropsWidely || risk.dropsColumns.length > 0) return undefined;
    return { now: staysWithin(risk, "are there"), before: staysWithin(risk, "may be missing") };
  }

  async before(statement: Statement): Promise<void> {
    this.#pending = undefined;
    this.#named.add(statement);
    const risk = readRisk(statement);
    if (risk === undefined) {
      this.#forgetReachAfter(statement);
      return;
    }
    await deferAgain(this.#connection);
    this.#reach ??= new Reach(this.#connection);
    await this.#reach.learn(risk);
    const isOpaque = risk.isOpaque || this.#reach.callsOwnFunction(risk);
    const countsRows = isOpaque || this.#reach.goesBeyond(risk);
    this.#pending = {
      statement,
      counters: countsRows ? (this.#fresh ?? (await readCounters(this.#connection))) : undefined,
      referring: risk.truncates.length > 0 ? await countReferring(this.#connection, risk.truncates) : [],
      objects: await this.#listBefore(risk, isOpaque),
    };
    this.#fresh = undefined;
    if (isOpaque || risk.dropsWidely || risk.dropsColumns.length > 0) this.#reach = undefined;
  }

  async after(statement: Statement): Promise<void> {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending?.statement !== statement) return;
    const found: FoundLoss[] = [];
    if (pending.counters !== undefined) {
      const counters = await readCounters(this.#connection);
      this.#last = { counters, statement };
      this.#fresh = counters;
      found.push(...(await findLosses(this.#connection, changesBetween(pending.counters, counters))));
    }
    found.push(...(await findEmptied(this.#connection, pending.referring)));
    if (pending.objects !== undefined) {
      const { list, table } = pending.objects;
      const now = await listObjects(this.#connection, table);
      for (const object of lostObjects(list, now, () => false)) this.#objects.push({ object, statement });
      found.push(...(await findEmptied(this.#connection, emptiedByCode(list, now))));
    }
    for (const loss of found) this.#rows.push({ loss, statement });
  }

  async finish(): Promise<readonly Loss[]> {
    await this.#lookAtDeferred();
    if (this.#rows.length === 0 && this.#objects.length === 0) return [];
    const [row] = await this.#connection.query<{ path: string }>(
      "SELECT pg_catalog.array_to_json(pg_catalog.current_schemas(false))::text AS path",
    );
    const path = listOf(row?.path);
    const rows = this.#rows
      .filter(({ loss }) => !loss.family.some((table) => this.#named.mayLoseRows(table, path)))
      .map(({ loss: { kind, table, column, before, after }, statement }): Loss => {
        return { kind, object: shownName(table, path), column, before, after, statement };
      });
    return [...rows, ...(await this.#lostObjects(path))];
  }

  /** Constraint triggers that were deferred have run by now, and may have deleted rows. */
  async #lookAtDeferred(): Promise<void> {
    const last = this.#last;
    if (last === undefined) return;
    const changes = changesBetween(last.counters, await readCounters(this.#connection));
    for (const loss of await findLosses(this.#connection, changes)) {
      this.#rows.push({ loss, statement: last.statement });
    }
    this.#last = undefined;
  }

  /** What a later statement of the step has made anew is there again, and no loss. */
  async #lostObjects(path: readonly string[]): Promise<Loss[]> {
    if (this.#objects.length === 0) return [];
    const before = new Map(this.#objects.map(({ object }) => [object.key, object]));
    const now = await listObjects(this.#connection);
    const lost = new Set(lostObjects(before, now, (object) => this.#named.isDropped(object, path)));
    return this.#objects
      .filter(({ object }) => lost.has(object))
      .map(({ object, statement }): Loss => {
        return { kind: "object", object: shownName(object, path), before: 1, after: 0, statement };
      });
  }

  async #listBefore(risk: Risk, isOpaque: boolean): Promise<Pending["objects"]> {
    if (isOpaque || risk.dropsWidely || risk.dropsColumns.some((effect) => effect.cascade === true)) {
      return { list: await listObjects(this.#connection), table: undefined };
    }
    const [first, ...others] = new Set(risk.dropsColumns.map(nameAsSql));
    if (first === undefined) return undefined;
    const table = others.length === 0 ? first : undefined;
    return { list: await listObjects(this.#connection, table), table };
  }

  /** A new table, key, trigger or function may lie in the way of the next statements; another search path, too. */
  #forgetReachAfter(statement: Statement): void {
    if (/^\s*(?:create|alter|drop|import|set|reset)\b|\bset_config\b/i.test(statement.text))
      this.#reach = undefined;
  }
}

/** Tables that had bytes and have another file now: code has truncated or rewritten them. */
function emptiedByCode(before: ObjectList, after: ObjectList): CountedTable[] {
  return [...before.values()].flatMap((table) => {
    const now = after.get(table.key);
    if (!table.hasBytes || now === undefined || now.file === table.file) return [];
    // How many rows there were is not known: at least one.
    return [{ schema: now.schema, name: now.name, rows: 1 }];
  });
}

/** `orders`, `app.orders` in a schema that is not the first of the path, `orders.total` for a part of it. */
function shownName({ schema, table, name }: Named, [first]: readonly string[]): string {
  return [schema === "" || schema === first ? undefined : schema, table, name]
    .filter((part) => part !== undefined)
    .join(".");
}
