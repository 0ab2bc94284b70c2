import type { Connection } from "../../connection/index.js";
import type { Effect } from "../../sql/index.js";
import type { Risk } from "./statement-risk.js";

/**
 * Where a change of rows can go beyond its table: through foreign keys that delete or clear, triggers and rules.
 * Read once for a step that changes rows, so that the rest costs nothing where there is none of them.
 */
export class Reach {
  readonly #searchPath: readonly string[];
  readonly #tables: ReadonlyMap<string, ReachRow>;
  readonly #functions: ReadonlySet<string>;

  private constructor(
    rows: readonly ReachRow[],
    functions: ReadonlySet<string>,
    searchPath: readonly string[],
  ) {
    this.#tables = new Map(rows.map((row) => [`${row.schema}.${row.name}`, row]));
    this.#functions = functions;
    this.#searchPath = searchPath;
  }

  static async read(connection: Connection): Promise<Reach> {
    const rows = await connection.query<ReachRow>(REACH);
    const [others] = await connection.query<{ functions: string; path: string }>(OTHERS);
    return new Reach(rows, new Set(listOf(others?.functions)), listOf(others?.path));
  }

  /** Whether a statement may change rows of tables that it does not name. */
  goesBeyond(risk: Risk): boolean {
    return this.callsOwnFunction(risk) || risk.rows.some((effect) => this.#goesOn(effect));
  }

  /** Whether it calls a function that somebody defined in this database, which may do anything. */
  callsOwnFunction(risk: Risk): boolean {
    return risk.calls.some((name) => this.#functions.has(name));
  }

  #goesOn(effect: Effect): boolean {
    const found = this.#find(effect);
    // What is not a plain table (a view, a foreign table, a table that is made by this very statement) may do more.
    if (found === undefined || found.reaches) return true;
    switch (effect.kind) {
      case "delete":
      case "merge":
        return found.onDelete || found.onUpdate;
      case "update":
      case "insert":
        return found.onUpdate;
      default:
        return false;
    }
  }

  #find({ schema, table = "" }: Effect): ReachRow | undefined {
    const schemas = schema === undefined ? this.#searchPath : [schema];
    return schemas.map((name) => this.#tables.get(`${name}.${table}`)).find((row) => row !== undefined);
  }
}

interface ReachRow extends Record<string, string | boolean> {
  readonly schema: string;
  readonly name: string;
  /** It has triggers or rules, or is part of a family of tables. */
  readonly reaches: boolean;
  /** Foreign keys that refer to it delete rows, or set values to NULL or a default, when one of its rows is deleted … */
  readonly onDelete: boolean;
  /** … or do so, or hand the change on, when one is changed. */
  readonly onUpdate: boolean;
}

const REACH = `
  SELECT n.nspname::text AS schema, c.relname::text AS name,
         c.relhasrules OR c.relhassubclass OR c.relispartition
           OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
           OR (c.relhastriggers AND EXISTS (
             SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
           )) AS reaches,
         coalesce(k.on_delete, false) AS "onDelete", coalesce(k.on_update, false) AS "onUpdate"
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN (
    SELECT confrelid, bool_or(confdeltype IN ('c', 'n', 'd')) AS on_delete, bool_or(confupdtype IN ('c', 'n', 'd')) AS on_update
    FROM pg_catalog.pg_constraint
    WHERE contype = 'f'
    GROUP BY confrelid
  ) k ON k.confrelid = c.oid
  WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

const OTHERS = `
  SELECT coalesce((
           SELECT pg_catalog.json_agg(DISTINCT p.proname)
           FROM pg_catalog.pg_proc p
           JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         ), '[]')::text AS functions,
         pg_catalog.array_to_json(pg_catalog.current_schemas(false))::text AS path`;

export function listOf(json: string | undefined): readonly string[] {
  const list: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(list) ? list.map(String) : [];
}
