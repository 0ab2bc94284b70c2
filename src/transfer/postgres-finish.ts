import type { Connection } from "../connection/index.js";
import type { PlannedStatement, SchemaDialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import { type DatabaseModel, dependencyOrder, type ObjectName, type Table } from "../schema/index.js";
import type { TransferListener } from "./events.js";
import { takeKeyIndex } from "./postgres-keys.js";
import type { PostgresStaging } from "./postgres-staging.js";
import { qualified, quote } from "./quote.js";
import { REJECTS, STAGING } from "./staging-names.js";
import type { TablePlan } from "./table-plan.js";

export interface FinishRequest {
  readonly staging: PostgresStaging;
  readonly schema: SchemaDialect;
  readonly plans: readonly TablePlan[];
  /** What the target is to look like, as its engine tells it. */
  readonly wanted: DatabaseModel;
  /** Tables of the target that are there and empty: they are filled as they stand. */
  readonly filled: ReadonlySet<TablePlan>;
  readonly rejected: number;
  /** Brings the values of sequences, and looks at what stands now; what it throws takes everything back. */
  readonly beforeCommit: (connection: Connection) => Promise<void>;
  readonly listener: TransferListener;
}

/**
 * Makes all tables visible at once: moves them from the staging to where they belong, builds keys, indexes, defaults and views, and
 * drops the staging, in one transaction. What fails leaves the staging as it was.
 */
export async function finishPostgres(request: FinishRequest): Promise<void> {
  const { staging, schema, plans, wanted, filled, rejected, beforeCommit, listener } = request;
  const { connection } = staging;
  await staging.closeWriters();
  await connection.transaction(async () => {
    for (const plan of plans)
      if (!filled.has(plan)) {
        await takeKeyIndex(connection, staging.at(plan), plan);
        await moveTable(connection, staging.at(plan), plan.target);
      }
    // Before the foreign keys of the others are made, and parents before their children.
    for (const plan of parentsFirst([...filled])) await fillTable(connection, staging.at(plan), plan);
    const now = await schema.introspect(connection);
    const standing = { ...now, schemas: now.schemas.filter(({ name }) => name !== STAGING) };
    const current = { ...standing, tables: standing.tables.filter((table) => table.schema !== STAGING) };
    const { statements } = await schema.planChanges(current, merged(current, wanted, [...filled]));
    for (const [index, statement] of statements.entries()) {
      await build(connection, statement, rejected);
      listener({ kind: "statement", finished: index + 1, of: statements.length });
    }
    if (rejected > 0)
      await moveTable(connection, { schema: STAGING, name: REJECTS }, await rejectsPlace(connection));
    await beforeCommit(connection);
    await connection.execute(`DROP SCHEMA ${quote(STAGING)} CASCADE`);
  });
}

async function moveTable(connection: Connection, from: ObjectName, to: ObjectName): Promise<void> {
  if (from.name !== to.name) {
    await connection.execute(`ALTER TABLE ${qualified(from)} RENAME TO ${quote(to.name)}`);
  }
  const named = { schema: from.schema, name: to.name };
  await connection.execute(`ALTER TABLE ${qualified(named)} SET SCHEMA ${quote(to.schema)}`);
}

function parentsFirst(plans: readonly TablePlan[]): readonly TablePlan[] {
  const byKey = new Map(plans.map((plan) => [keyOf(plan.target), plan]));
  const { order } = dependencyOrder([...byKey.keys()], {
    needs: () => [],
    prefers: (key) =>
      (byKey.get(key)?.target.constraints ?? []).flatMap((constraint) =>
        constraint.kind === "foreign-key"
          ? [keyOf({ schema: constraint.references.schema, name: constraint.references.table })]
          : [],
      ),
  });
  return order.flatMap((key) => byKey.get(key) ?? []);
}

/** Into a table that stands already: its keys and checks look at each row, its own triggers do not run. */
async function fillTable(connection: Connection, from: ObjectName, plan: TablePlan): Promise<void> {
  const columns = plan.columns.map(({ target }) => quote(target.name)).join(", ");
  const into = qualified(plan.target);
  await connection.execute(`ALTER TABLE ${into} DISABLE TRIGGER USER`);
  await connection.execute(
    `INSERT INTO ${into} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM ${qualified(from)}`,
  );
  await connection.execute(`ALTER TABLE ${into} ENABLE TRIGGER USER`);
}

async function build(
  connection: Connection,
  { text, changes }: PlannedStatement,
  rejected: number,
): Promise<void> {
  try {
    await connection.execute(text);
  } catch (error) {
    if (!(error instanceof TenonError) || error.code !== "SQL_FAILED") throw error;
    const [change] = changes;
    throw new TenonError(
      "CHANGE_BLOCKED",
      `The rows were loaded, and ${change?.object.table ?? change?.object.name ?? "the schema"} cannot be built over them: ${error.message}`,
      {
        where: { object: change?.object.name },
        hint:
          rejected > 0
            ? "Rows were rejected that others refer to: let the mapping say NULL or a conversion in their place, and begin anew with --restart. Nothing of it is visible in the target."
            : "Correct the rows in the source, or leave the constraint out there, and begin anew with --restart. Nothing of it is visible in the target.",
        cause: error,
        details: error.details,
      },
    );
  }
}

/** What stands, with what is wanted in the place of what was moved in. */
export function merged(
  current: DatabaseModel,
  wanted: DatabaseModel,
  filled: readonly TablePlan[],
): DatabaseModel {
  const keep = new Set(filled.map(({ target }) => keyOf(target)));
  const comes = new Set(wanted.tables.map(keyOf).filter((key) => !keep.has(key)));
  const add = <T extends { readonly name: string }>(standing: readonly T[], more: readonly T[]) => {
    const there = new Set(standing.map(partKey));
    return [...standing, ...more.filter((each) => !there.has(partKey(each)))];
  };
  const tables: readonly Table[] = [
    ...current.tables.filter((table) => !comes.has(keyOf(table))),
    ...wanted.tables.filter((table) => comes.has(keyOf(table))),
  ];
  return {
    ...current,
    schemas: add(current.schemas, wanted.schemas),
    extensions: add(current.extensions, wanted.extensions),
    types: add(current.types, wanted.types),
    sequences: add(current.sequences, wanted.sequences),
    routines: add(current.routines, wanted.routines),
    tables,
    views: add(current.views, wanted.views),
  };
}

async function rejectsPlace(connection: Connection): Promise<ObjectName> {
  const [row] = await connection.query("SELECT current_schema()::text AS schema");
  return { schema: String(row?.["schema"] ?? "public"), name: REJECTS };
}

function keyOf({ schema, name }: ObjectName): string {
  return JSON.stringify([schema, name]);
}

/** Routines of one name are told apart by their arguments. */
function partKey(object: {
  readonly name: string;
  readonly schema?: string;
  readonly arguments?: string;
}): string {
  return JSON.stringify([object.schema, object.name, object.arguments]);
}
