import type { Connection } from "../../connection/index.js";
import { type Effect, readEffects, type Statement } from "../../sql/index.js";
import type { Loss, LossWatch } from "../dialect.js";
import { quote } from "./names.js";
import { key, ReachGraph, type Watched } from "./reach.js";

/** A table that the step dropped: what it held, to compare with a table of the same name that takes its place. */
interface DroppedTable {
  readonly name: string;
  readonly rows: number;
  readonly attachments: readonly { readonly name: string; readonly type: string }[];
  readonly statement: Statement;
}

/**
 * Counts what a statement can reach without naming it, before and after it runs. A table that the step itself
 * deletes from or drops may lose rows, with one exception: a rebuild (the table is dropped and another is put in
 * its place and filled) must keep its rows, indexes and triggers.
 */
export function watchLosses(connection: Connection): LossWatch {
  const named = new Set<string>();
  const deletedFrom = new Set<string>();
  const refilled = new Set<string>();
  const formerName = new Map<string, string>();
  const dropped = new Map<string, DroppedTable>();
  const losses: Loss[] = [];
  let graph: ReachGraph | undefined;
  let graphVersion: number | undefined;
  let counts: { readonly watched: readonly Watched[]; readonly before: readonly number[] } | undefined;

  function noteNames(effects: readonly Effect[]): void {
    for (const effect of effects) {
      for (const name of [effect.table, effect.object]) {
        if (name === undefined) continue;
        if (effect.kind === "delete") deletedFrom.add(key(name));
        if (effect.kind === "delete" || effect.kind.startsWith("drop-")) named.add(key(name));
      }
    }
  }

  /** What takes the place of a dropped table: another that is renamed to it, or a new one that is filled. */
  function noteRefills(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.table === undefined) continue;
      if (effect.kind === "insert" && dropped.has(key(effect.table))) refilled.add(key(effect.table));
      if (effect.kind === "alter-table" && effect.renamedTo !== undefined) {
        refilled.add(key(effect.renamedTo));
        formerName.set(key(effect.renamedTo), formerName.get(key(effect.table)) ?? effect.table);
      }
    }
  }

  async function currentGraph(): Promise<ReachGraph> {
    const [row] = await connection.query("PRAGMA schema_version");
    const version = Number(Object.values(row ?? {})[0]);
    if (graph === undefined || version !== graphVersion) {
      graph = await ReachGraph.read(connection);
      graphVersion = version;
    }
    return graph;
  }

  return {
    declare(statements) {
      for (const statement of statements) noteNames(readEffects(statement, "sqlite"));
    },

    // What is named was declared, and there is neither a risk to count nor a table put in the place of another.
    passes: (statement) => readEffects(statement, "sqlite").every(makesOrExtends),

    async before(statement) {
      counts = undefined;
      const effects = readEffects(statement, "sqlite");
      noteNames(effects);
      noteRefills(effects);
      const risky = effects.filter((effect) => RISKY.has(effect.kind));
      if (risky.length === 0) return;
      for (const effect of risky) {
        if (effect.kind !== "drop-table" || effect.table === undefined) continue;
        const name = formerName.get(key(effect.table)) ?? effect.table;
        if (dropped.has(key(name))) continue;
        const found = await describeTable(connection, effect.table, name, statement);
        if (found !== undefined) dropped.set(key(name), found);
      }
      const watched = (await currentGraph()).reach(risky);
      if (watched.length > 0) counts = { watched, before: await countAll(connection, watched) };
    },

    async after(statement) {
      if (counts === undefined) return;
      const { watched, before } = counts;
      const after = await countAll(connection, watched);
      for (const [index, { table, column }] of watched.entries()) {
        const [had = 0, has = 0] = [before[index], after[index]];
        if (has >= had) continue;
        losses.push({
          kind: column === undefined ? "rows" : "values",
          object: table,
          column,
          before: had,
          after: has,
          statement,
        });
      }
    },

    // A rebuild is judged at its end: in the midst of it tables and indexes are gone that come back.
    soFar: () => losses.filter((loss) => !named.has(key(loss.object))),

    async finish() {
      const unnamed = losses.filter((loss) => !named.has(key(loss.object)));
      const rebuilt = [...dropped.values()].filter((table) => refilled.has(key(table.name)));
      for (const table of rebuilt)
        unnamed.push(...(await lossesOfRebuild(connection, table, named, deletedFrom)));
      return unnamed;
    },
  };
}

/** What only makes something new, or changes what a table is and none of its rows beyond what it names. */
function makesOrExtends({ kind, renamedTo }: Effect): boolean {
  return (
    kind === "create-table" || kind === "create-other" || (kind === "alter-table" && renamedTo === undefined)
  );
}

const RISKY = new Set<Effect["kind"]>(["insert", "update", "delete", "drop-table"]);

/** One query for all counts; a table that is gone counts as empty. */
async function countAll(connection: Connection, watched: readonly Watched[]): Promise<number[]> {
  const existing = await existingTables(connection);
  const parts = watched.map(({ table, condition }) => {
    if (!existing.has(table)) return "0";
    return `(SELECT count(*) FROM ${quote(table)}${condition === undefined ? "" : ` WHERE ${condition}`})`;
  });
  const [row] = await connection.query(
    `SELECT ${parts.map((part, index) => `${part} AS "c${index}"`).join(", ")}`,
  );
  return watched.map((_, index) => Number(row?.[`c${index}`] ?? 0));
}

async function existingTables(connection: Connection): Promise<Set<string>> {
  const rows = await connection.query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' UNION ALL SELECT name FROM sqlite_temp_schema WHERE type = 'table'",
  );
  return new Set(rows.map((row) => key(String(row["name"]))));
}

async function describeTable(
  connection: Connection,
  table: string,
  name: string,
  statement: Statement,
): Promise<DroppedTable | undefined> {
  const attachments = await connection.query(
    "SELECT type, name FROM sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'index', 'trigger') AND sql IS NOT NULL",
    [table],
  );
  if (!attachments.some((row) => row["type"] === "table")) return undefined;
  const [count] = await connection.query(`SELECT count(*) AS "rows" FROM ${quote(table)}`);
  return {
    name,
    rows: Number(count?.["rows"] ?? 0),
    attachments: attachments
      .filter((row) => row["type"] !== "table")
      .map((row) => ({ name: String(row["name"]), type: String(row["type"]) })),
    statement,
  };
}

async function lossesOfRebuild(
  connection: Connection,
  table: DroppedTable,
  named: ReadonlySet<string>,
  deletedFrom: ReadonlySet<string>,
): Promise<Loss[]> {
  const objects = await connection.query("SELECT type, name FROM sqlite_schema");
  const existing = new Set(objects.map((row) => `${row["type"]}\0${key(String(row["name"]))}`));
  if (!existing.has(`table\0${key(table.name)}`)) return [];
  const losses: Loss[] = [];
  const [count] = await connection.query(`SELECT count(*) AS "rows" FROM ${quote(table.name)}`);
  const after = Number(count?.["rows"] ?? 0);
  if (after < table.rows && !deletedFrom.has(key(table.name))) {
    losses.push({ kind: "rows", object: table.name, before: table.rows, after, statement: table.statement });
  }
  for (const { name, type } of table.attachments) {
    if (existing.has(`${type}\0${key(name)}`) || named.has(key(name))) continue;
    losses.push({ kind: "object", object: name, before: 1, after: 0, statement: table.statement });
  }
  return losses;
}
