import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { DatabaseModel } from "../schema/index.js";
import type { IntoRequest } from "./into-postgres.js";
import { type LoadedTable, loadTables } from "./load.js";
import { quote } from "./quote.js";
import { dropState, isState, SqliteStaging } from "./sqlite-staging.js";

/**
 * Loads tables into a SQLite database that nobody sees yet: a file of its own, or an open transaction. Indexes, views and triggers come
 * when the rows are there and are the same as in the source.
 */
export async function intoSqlite(request: IntoRequest): Promise<readonly LoadedTable[]> {
  const { source, connection, schema, tables, wanted, jobs, listener } = request;
  const standing = await standingTables(connection, wanted);
  const staging = await SqliteStaging.open({
    connection,
    schema,
    wanted,
    standing,
    fingerprint: request.fingerprint,
    earlier: request.earlier,
  });
  listener({ kind: "phase", phase: "load" });
  const loaded = await loadTables({ source, target: staging, tables, jobs, listener });
  listener({ kind: "phase", phase: "prove" });
  await request.prove(loaded, (plan) => staging.at(plan));
  listener({ kind: "phase", phase: "finish" });
  await connection.transaction(async () => {
    const there = await schema.introspect(connection);
    const current = { ...there, tables: there.tables.filter(({ name }) => !isState(name)) };
    const { statements } = await schema.planChanges(current, withWanted(current, wanted, standing));
    for (const [index, { text }] of statements.entries()) {
      await connection.execute(text);
      listener({ kind: "statement", finished: index + 1, of: statements.length });
    }
    await bringNumbers(request);
    await request.proveFinished(connection);
    await dropState(
      connection,
      loaded.reduce((sum, each) => sum + each.rejected, 0),
    );
  });
  return loaded;
}

/** What stands, with the indexes, triggers and views that are wanted. */
function withWanted(
  current: DatabaseModel,
  wanted: DatabaseModel,
  standing: ReadonlySet<string>,
): DatabaseModel {
  const comes = wanted.tables.filter(({ name }) => !standing.has(name.toLowerCase()));
  const names = new Set(comes.map(({ name }) => name.toLowerCase()));
  const views = new Set(current.views.map(({ name }) => name.toLowerCase()));
  return {
    ...current,
    tables: [...current.tables.filter(({ name }) => !names.has(name.toLowerCase())), ...comes],
    views: [...current.views, ...wanted.views.filter(({ name }) => !views.has(name.toLowerCase()))],
  };
}

/** @throws TenonError `TARGET_NOT_EMPTY` */
async function standingTables(connection: Connection, wanted: DatabaseModel): Promise<ReadonlySet<string>> {
  if (await connection.tableExists("tenon_transfer")) return new Set();
  const standing = new Set<string>();
  const filled: string[] = [];
  for (const { name } of wanted.tables) {
    if (!(await connection.tableExists(name))) continue;
    standing.add(name.toLowerCase());
    const [row] = await connection.query(`SELECT count(*) AS count FROM main.${quote(name)}`);
    const count = Number(row?.["count"]);
    if (count > 0) filled.push(`${name} (${count} ${count === 1 ? "row" : "rows"})`);
  }
  if (filled.length === 0) return standing;
  throw new TenonError(
    "TARGET_NOT_EMPTY",
    `${connection.description} is not empty: ${filled.slice(0, 20).join(", ")}${filled.length > 20 ? " and more" : ""}.`,
    { hint: "Choose a file that does not exist yet. Nothing was changed.", details: { tables: filled } },
  );
}

/** AUTOINCREMENT never gives a number twice, also not one whose row is gone: https://sqlite.org/autoinc.html */
async function bringNumbers({ connection, tables, lastNumber }: IntoRequest): Promise<void> {
  for (const { plan } of tables) {
    const key = plan.target.constraints.find((constraint) => constraint.kind === "primary-key");
    const column = key?.columns[0]?.name;
    if (key?.kind !== "primary-key" || key.autoincrement !== true || column === undefined) continue;
    const last = lastNumber(plan, column);
    if (last === undefined) continue;
    const { name } = plan.target;
    const changed = await connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", [
      last,
      name,
    ]);
    if (changed.rowsAffected === 0) {
      await connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [name, last]);
    }
  }
}
