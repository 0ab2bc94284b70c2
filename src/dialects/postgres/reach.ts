import type { Connection } from "../../connection/index.js";
import type { Effect } from "../../sql/index.js";
import { literal, qualified, quote } from "./names.js";
import type { Risk } from "./statement-risk.js";

/**
 * Where a change of rows can go beyond its table: through foreign keys that delete or clear, triggers and rules. Only the
 * tables and functions that statements name are read, and each once, so that the rest of the database costs nothing.
 */
export class Reach {
  readonly #connection: Connection;
  readonly #tables = new Map<string, ReachRow>();
  readonly #functions = new Set<string>();
  /** All names that were looked for, found or not. */
  readonly #known = { tables: new Set<string>(), functions: new Set<string>() };
  #searchPath: readonly string[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Reads what the other questions about this risk are answered from. */
  async learn(risk: Risk): Promise<void> {
    const tables = risk.rows.map(({ table = "" }) => table).filter((name) => !this.#known.tables.has(name));
    const functions = risk.calls.filter((name) => !this.#known.functions.has(name));
    if (tables.length === 0 && functions.length === 0) return;
    const [found] = await this.#connection.query<FoundReach>(REACH, [
      JSON.stringify(tables),
      JSON.stringify(functions),
    ]);
    for (const name of tables) this.#known.tables.add(name);
    for (const name of functions) this.#known.functions.add(name);
    for (const row of rowsOf(found?.tables)) this.#tables.set(`${row.schema}.${row.name}`, row);
    for (const name of listOf(found?.functions)) this.#functions.add(name);
    this.#searchPath = listOf(found?.path);
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

interface ReachRow {
  readonly schema: string;
  readonly name: string;
  /** It has triggers or rules, or is part of a family of tables. */
  readonly reaches: boolean;
  /** Foreign keys that refer to it delete rows, or set values to NULL or a default, when one of its rows is deleted … */
  readonly onDelete: boolean;
  /** … or do so, or hand the change on, when one is changed. */
  readonly onUpdate: boolean;
}

interface FoundReach extends Record<string, string> {
  readonly tables: string;
  readonly functions: string;
  readonly path: string;
}

const ofPeople = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

const namesIn = (json: string) =>
  `ARRAY (SELECT name::name FROM pg_catalog.json_array_elements_text(${json}::json) AS name)`;

/**
 * A condition in SQL: a statement with this risk changes rows of the tables that it names, and of no other. It asks more than it
 * must: a key that only matters to rows that go counts for rows that come, too. With "may be missing" a table that is still to
 * be made is no reason against it.
 */
export function staysWithin(risk: Risk, tables: "are there" | "may be missing"): string {
  const names = [...new Set(risk.rows.map(nameAsSql))];
  const found = `c.oid IN (${names.map((name) => `pg_catalog.to_regclass(${literal(name)})`).join(", ")})`;
  const conditions = [
    tables === "are there"
      ? `(SELECT count(*) FROM pg_catalog.pg_class c WHERE ${found} AND ${IS_PLAIN}) = ${names.length}`
      : `NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE ${found} AND NOT (${IS_PLAIN}))`,
  ];
  if (risk.calls.length > 0) {
    conditions.push(
      `NOT EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace ` +
        `WHERE p.proname IN (${risk.calls.map(literal).join(", ")}) AND ${ofPeople})`,
    );
  }
  return `(${conditions.join(" AND ")})`;
}

/** The table of an effect as a statement names it. */
export function nameAsSql({ schema, table = "" }: Effect): string {
  return schema === undefined ? quote(table) : qualified({ schema, name: table });
}

const CARRYING = [
  "cascade_del",
  "cascade_upd",
  "setnull_del",
  "setnull_upd",
  "setdefault_del",
  "setdefault_upd",
]
  .map((action) => `'pg_catalog."RI_FKey_${action}"'::regproc`)
  .join(", ");

const IS_PLAIN = `c.relkind = 'r' AND NOT (c.relhasrules OR c.relhassubclass OR c.relispartition)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
  AND NOT (c.relhastriggers AND EXISTS (
    SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND (NOT t.tgisinternal OR t.tgfoid IN (${CARRYING}))))`;

/** By the triggers that carry a key out on the table that it refers to: no index leads from that table to its keys. */
const hasKey = (action: string) => `c.relhastriggers AND EXISTS (
             SELECT FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_constraint k ON k.oid = t.tgconstraint
             WHERE t.tgrelid = c.oid AND k.contype = 'f' AND k.confrelid = c.oid AND k.${action} IN ('c', 'n', 'd')
           )`;

const REACH = `
  SELECT coalesce((
           SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
             'schema', n.nspname, 'name', c.relname,
             'reaches', c.relhasrules OR c.relhassubclass OR c.relispartition
               OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
               OR (c.relhastriggers AND EXISTS (
                 SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal
               )),
             'onDelete', ${hasKey("confdeltype")},
             'onUpdate', ${hasKey("confupdtype")}))
           FROM pg_catalog.pg_class c
           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relname = ANY (${namesIn("$1")}) AND c.relkind IN ('r', 'p') AND ${ofPeople}
         ), '[]')::text AS tables,
         coalesce((
           SELECT pg_catalog.json_agg(DISTINCT p.proname)
           FROM pg_catalog.pg_proc p
           JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
           WHERE p.proname = ANY (${namesIn("$2")}) AND ${ofPeople}
         ), '[]')::text AS functions,
         pg_catalog.array_to_json(pg_catalog.current_schemas(false))::text AS path`;

function rowsOf(json: string | undefined): readonly ReachRow[] {
  const rows: readonly ReachRow[] = JSON.parse(json ?? "[]");
  return rows;
}

export function listOf(json: string | undefined): readonly string[] {
  const list: unknown = JSON.parse(json ?? "[]");
  return Array.isArray(list) ? list.map(String) : [];
}
