import type { Connection } from "../../connection/index.js";
import { type Effect, readEffects, readTriggerBody } from "../../sql/index.js";

/** What may be taken away from a table that a statement does not name: whole rows, or the values of a column. */
export interface Watched {
  readonly table: string;
  /** For `values`: the column, and the SQL condition that holds while its value is there. */
  readonly column?: string | undefined;
  readonly condition?: string | undefined;
}

type Event = "insert" | "update" | "delete";

interface ForeignKey {
  readonly child: string;
  readonly columns: readonly { readonly name: string; readonly fallback: string | null }[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

interface Trigger {
  readonly events: readonly Event[];
  readonly effects: readonly Effect[];
}

/** How a change of one table reaches others: through foreign keys, triggers and REPLACE. */
export class ReachGraph {
  readonly #keysByParent = new Map<string, ForeignKey[]>();
  readonly #triggers = new Map<string, Trigger[]>();
  /** Tables whose own constraints say ON CONFLICT REPLACE: any INSERT or UPDATE may delete rows of them. */
  readonly #replacing = new Set<string>();
  /** Search indexes and the like: their rows are derived from other tables, so they are not watched. */
  readonly #virtual = new Set<string>();
  readonly #views = new Set<string>();

  /**
   * Reads of the schemas main and temp what makes a table reach others: two queries, in which SQLite itself passes over the
   * tables and indexes that do not, for a long history asks again after every change.
   */
  static async read(connection: Connection): Promise<ReachGraph> {
    const graph = new ReachGraph();
    const objects = await connection.query(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE ${MAY_REACH}
      UNION ALL SELECT type, name, tbl_name, sql FROM sqlite_temp_schema WHERE ${MAY_REACH}`,
    );
    for (const object of objects) {
      const name = key(String(object["name"]));
      const sql = String(object["sql"] ?? "");
      if (object["type"] === "view") graph.#views.add(name);
      if (object["type"] === "trigger") graph.#addTrigger(key(String(object["tbl_name"])), sql);
      if (object["type"] !== "table") continue;
      if (/^\s*CREATE\s+VIRTUAL\b/i.test(sql)) graph.#virtual.add(name);
      else if (/\bREPLACE\b/i.test(sql)) graph.#replacing.add(name);
    }
    await graph.#readForeignKeys(connection);
    return graph;
  }

  /** What these effects can take away beyond the tables that they delete from or drop themselves. */
  reach(effects: readonly Effect[]): Watched[] {
    const found = new Map<string, Watched>();
    const seen = new Set<string>();
    for (const effect of effects) this.#follow(effect, found, seen, true);
    return [...found.values()];
  }

  #follow(effect: Effect, found: Map<string, Watched>, seen: Set<string>, isDirect: boolean): void {
    const table = effect.table === undefined ? undefined : key(effect.table);
    if (table === undefined) return;
    switch (effect.kind) {
      case "delete":
        if (!isDirect) this.#watchRows(table, found);
        this.#spread(table, "delete", found, seen);
        return;
      case "drop-table":
        // DROP TABLE deletes all rows first and fires the foreign keys' actions, but no triggers:
        // https://sqlite.org/foreignkeys.html#fk_schemacommands
        this.#spreadKeys(table, "delete", found, seen);
        return;
      case "insert":
      case "update":
        if (effect.conflict === "replace" || this.#replacing.has(table)) {
          this.#watchRows(table, found);
          this.#spread(table, "delete", found, seen);
        }
        this.#spread(table, effect.kind, found, seen);
        return;
      default:
        return;
    }
  }

  #spread(table: string, event: Event, found: Map<string, Watched>, seen: Set<string>): void {
    const visit = `${table}\0${event}`;
    if (seen.has(visit)) return;
    seen.add(visit);
    this.#spreadKeys(table, event, found, seen);
    for (const trigger of this.#triggers.get(table) ?? []) {
      if (!trigger.events.includes(event)) continue;
      for (const effect of trigger.effects) this.#follow(effect, found, seen, false);
    }
  }

  #spreadKeys(table: string, event: Event, found: Map<string, Watched>, seen: Set<string>): void {
    if (event === "insert") return;
    for (const foreignKey of this.#keysByParent.get(table) ?? []) {
      const action = event === "delete" ? foreignKey.onDelete : foreignKey.onUpdate;
      if (action === "CASCADE") {
        if (event === "delete") this.#watchRows(foreignKey.child, found);
        this.#spread(foreignKey.child, event, found, seen);
      } else if (action === "SET NULL" || action === "SET DEFAULT") {
        for (const column of foreignKey.columns) {
          this.#watchValues(
            foreignKey.child,
            column.name,
            action === "SET NULL" ? null : column.fallback,
            found,
          );
        }
        this.#spread(foreignKey.child, "update", found, seen);
      }
    }
  }

  #watchRows(table: string, found: Map<string, Watched>): void {
    if (this.#virtual.has(table) || this.#views.has(table)) return;
    found.set(table, { table });
  }

  #watchValues(table: string, column: string, fallback: string | null, found: Map<string, Watched>): void {
    const name = `"${column.replaceAll('"', '""')}"`;
    const condition = fallback === null ? `${name} IS NOT NULL` : `${name} IS NOT (${fallback})`;
    found.set(`${table}\0${column}`, { table, column, condition });
  }

  #addTrigger(table: string, sql: string): void {
    const body = readTriggerBody(sql, "sqlite");
    const trigger: Trigger = {
      events: body.events,
      effects: body.statements.flatMap((each) => readEffects(each, "sqlite")),
    };
    const known = this.#triggers.get(table);
    if (known === undefined) this.#triggers.set(table, [trigger]);
    else known.push(trigger);
  }

  async #readForeignKeys(connection: Connection): Promise<void> {
    const rows = await connection.query(`
      SELECT t.name AS child, f.id AS id, f."table" AS parent, f."from" AS "column", f.on_delete AS on_delete,
        f.on_update AS on_update,
        (SELECT c.dflt_value FROM pragma_table_info(t.name) AS c WHERE c.name = f."from") AS fallback
      FROM sqlite_schema AS t
      JOIN pragma_foreign_key_list(t.name) AS f
      WHERE t.type = 'table' AND instr(upper(t.sql), 'REFERENCES')
      ORDER BY t.name, f.id, f.seq`);
    const keys = new Map<string, ForeignKey & { columns: { name: string; fallback: string | null }[] }>();
    for (const row of rows) {
      const child = key(String(row["child"]));
      const id = `${child}\0${row["id"]}`;
      const column = {
        name: String(row["column"]),
        fallback: row["fallback"] === null || row["fallback"] === undefined ? null : String(row["fallback"]),
      };
      const known = keys.get(id);
      if (known !== undefined) {
        known.columns.push(column);
        continue;
      }
      const foreignKey = {
        child,
        columns: [column],
        onDelete: String(row["on_delete"]),
        onUpdate: String(row["on_update"]),
      };
      keys.set(id, foreignKey);
      const parent = key(String(row["parent"]));
      const ofParent = this.#keysByParent.get(parent);
      if (ofParent === undefined) this.#keysByParent.set(parent, [foreignKey]);
      else ofParent.push(foreignKey);
    }
  }
}

/** Not by LIKE: https://sqlite.org/pragma.html#pragma_case_sensitive_like */
const MAY_REACH = `type IN ('view', 'trigger')
        OR type = 'table' AND (instr(upper(sql), 'REPLACE') OR instr(upper(sql), 'VIRTUAL'))`;

/** Table names are compared without case, for ASCII letters alone: https://sqlite.org/lang_naming.html */
export function key(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
