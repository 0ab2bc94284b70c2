import type { Connection } from "../../connection/index.js";
import { type Effect, readEffects, type Statement } from "../../sql/index.js";
import type { TableUse } from "../plugin-watch.js";
import { type Counters, changesBetween, readCounters } from "./row-changes.js";

/**
 * Which of the tables that stood before a step it has touched since, as the server itself counts and locks: through
 * triggers, functions and DO blocks as well. Tables are known by their numbers, so that no new name hides one.
 */
export class ForeignUses {
  readonly #connection: Connection;
  readonly #options: { readonly readsAreLimited: boolean };
  readonly #tables: ReadonlyMap<number, { readonly schema: string; readonly table: string }>;
  #counters: Counters;
  #locks: ReadonlySet<string>;
  /** The tables that foreign keys refer to, by the numbers of the keys. */
  #keys: ReadonlyMap<number, number> = new Map();

  static async open(
    connection: Connection,
    options: { readonly readsAreLimited: boolean },
  ): Promise<ForeignUses> {
    const rows = await connection.query<{ oid: number; schema: string; table: string }>(
      `SELECT c.oid::int8 AS oid, n.nspname::text AS schema, c.relname::text AS "table"
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'm', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
    );
    const tables = new Map(rows.map(({ oid, schema, table }) => [Number(oid), { schema, table }]));
    const uses = new ForeignUses(connection, options, tables, await readCounters(connection));
    await uses.mark();
    return uses;
  }

  private constructor(
    connection: Connection,
    options: { readonly readsAreLimited: boolean },
    tables: ReadonlyMap<number, { readonly schema: string; readonly table: string }>,
    counters: Counters,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#tables = tables;
    this.#counters = counters;
    this.#locks = new Set();
  }

  /** What a statement changes by its own text: told before it runs into something else. */
  named(statement: Statement): readonly TableUse[] {
    return readEffects(statement, "postgres").flatMap(({ kind, schema, table }): TableUse[] => {
      const isChange = CHANGING.has(kind) && table !== undefined;
      const places = [...this.#tables.values()].filter((place) => place.table === table);
      // Without a schema the first of the path counts; a plugin that is so unclear may name it.
      const place =
        places.find((each) => each.schema === schema) ?? (schema === undefined ? places[0] : undefined);
      return isChange && place !== undefined ? [{ kind: "write", ...place }] : [];
    });
  }

  /** What is locked by now is not the plugin's doing. */
  async mark(): Promise<void> {
    this.#locks = new Set((await this.#readLocks()).map(({ oid, mode }) => `${oid} ${mode}`));
    this.#keys = await this.#readKeys();
  }

  /** What was touched since the last time. */
  async since(): Promise<readonly TableUse[]> {
    const counters = await readCounters(this.#connection);
    const written = changesBetween(this.#counters, counters)
      .filter(({ inserted, updated, deleted }) => inserted + updated + deleted > 0)
      .flatMap(({ oid }) => this.#useOf("write", Number(oid)));
    this.#counters = counters;
    const taken = (await this.#readLocks()).filter(({ oid, mode }) => !this.#locks.has(`${oid} ${mode}`));
    const freed = taken.length === 0 ? new Set() : await this.#noLongerReferredTo();
    const locked = taken
      .filter(({ oid, mode }) => mode !== EVERYBODY_OUT || !freed.has(Number(oid)))
      .flatMap(({ oid, mode }) => this.#useOf(mode === EVERYBODY_OUT ? "lock" : "read", Number(oid)));
    return [...written, ...locked];
  }

  /** To drop a foreign key, with its table or alone, the server locks the table that it refers to, and does no more to it. */
  async #noLongerReferredTo(): Promise<ReadonlySet<number>> {
    const now = await this.#readKeys();
    return new Set([...this.#keys].filter(([key]) => !now.has(key)).map(([, table]) => table));
  }

  async #readKeys(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#connection.query<{ key: number; target: number }>(
      "SELECT oid::int8 AS key, confrelid::int8 AS target FROM pg_catalog.pg_constraint WHERE contype = 'f'",
    );
    return new Map(rows.map(({ key, target }) => [Number(key), Number(target)]));
  }

  #useOf(kind: TableUse["kind"], oid: number): TableUse[] {
    const table = this.#tables.get(oid);
    return table === undefined ? [] : [{ kind, ...table }];
  }

  /** TRUNCATE, ALTER, DROP and LOCK keep everybody out of a table; a SELECT shares it, until the transaction ends. */
  async #readLocks(): Promise<readonly { readonly oid: number; readonly mode: string }[]> {
    const modes = this.#options.readsAreLimited ? [EVERYBODY_OUT, READING] : [EVERYBODY_OUT];
    return this.#connection.query<{ oid: number; mode: string }>(
      `SELECT l.relation::int8 AS oid, l.mode FROM pg_catalog.pg_locks l
       WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
         AND l.mode = ANY (CAST($1 AS text[]))`,
      [`{${modes.join(",")}}`],
    );
  }
}

const CHANGING: ReadonlySet<Effect["kind"]> = new Set<Effect["kind"]>([
  "insert",
  "update",
  "delete",
  "merge",
  "truncate",
  "alter-table",
  "drop-table",
]);

// https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
const EVERYBODY_OUT = "AccessExclusiveLock";
const READING = "AccessShareLock";
