import type { Connection, Row } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import {
  compareModels,
  type DatabaseModel,
  type Extension,
  emptyModel,
  NO_RENAMES,
  type Schema,
} from "../../schema/index.js";
import { buildObjectsTogether } from "../build-objects.js";
import type { NormaliseOptions } from "../schema-dialect.js";
import { readModel } from "./introspect.js";
import { refuseMissingExtensions } from "./missing-extensions.js";
import { quote } from "./names.js";
import { renderChanges } from "./render.js";
import { postgresRules } from "./rules.js";
import { type StandIns, withStandIns } from "./stand-in-schemas.js";

/**
 * The model as PostgreSQL itself would tell it: built in schemas of its own, in a transaction that is rolled back, and read from there. So the database may
 * hold objects, and be at work: none of them is touched, renamed or locked, and nobody else ever sees the schemas.
 * Whatever stands in a model that nobody could create is refused here, with PostgreSQL's own reason.
 */
export async function normalise(
  model: DatabaseModel,
  scratch: Connection,
  { isThrownAway }: NormaliseOptions = {},
): Promise<DatabaseModel> {
  const schemas = schemasOf(model);
  const standIns = withStandIns(
    { ...model, schemas },
    schemas.map((schema) => schema.name),
  );
  try {
    const built =
      isThrownAway === true ? await buildToStay(standIns, scratch) : await buildAndUndo(standIns, scratch);
    // What is not modelled was not built, and belongs to the scratch where it was read.
    return { ...standIns.restore(built), extensions: model.extensions, others: model.others };
  } catch (error) {
    throw standIns.restoreError(error);
  }
}

async function buildAndUndo(standIns: StandIns, scratch: Connection): Promise<DatabaseModel> {
  let built: DatabaseModel | undefined;
  const undo = new Error("the scratch is left as it was found");
  try {
    const isOutermost = !scratch.inTransaction;
    await scratch.transaction(async (connection) => {
      // A session that only looks may do this too: nothing of it stays.
      if (isOutermost) await connection.execute("SET TRANSACTION READ WRITE");
      built = await build(standIns, connection);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  if (built === undefined) throw new TenonError("INTERNAL", "The scratch database was not read back.");
  return built;
}

/**
 * A transaction keeps a lock on everything that it has created, and a server has room for some thousands of them: so this
 * is done in many. https://www.postgresql.org/docs/current/runtime-config-locks.html#GUC-MAX-LOCKS-PER-TRANSACTION
 */
async function buildToStay(standIns: StandIns, scratch: Connection): Promise<DatabaseModel> {
  await scratch.execute("SET synchronous_commit = off");
  return build(standIns, scratch);
}

async function build({ model, names }: StandIns, connection: Connection): Promise<DatabaseModel> {
  const there = await readExtensions(connection);
  await refuseMissingExtensions(connection, model, there);
  const building = compareModels(
    { ...emptyModel("postgres"), extensions: there, serverVersion: model.serverVersion },
    { ...model, extensions: extensionsToReach(model, there) },
    { rules: postgresRules, renames: NO_RENAMES, circularKeys: "cut" },
  );
  const { statements } = renderChanges(building);
  const made = statements.findLastIndex(({ text }) => /^CREATE (?:SCHEMA|EXTENSION) /.test(text)) + 1;
  await buildObjectsTogether(connection, statements.slice(0, made));
  await setSearchPath(connection, names);
  await buildObjectsTogether(connection, statements.slice(made));
  return readModel(connection, { schemas: names, grants: hasGrants(model) });
}

/** A name without a schema is looked for among what is built first, then where it would be in the database itself. */
async function setSearchPath(connection: Connection, names: readonly string[]): Promise<void> {
  const rows = await connection.query<Row & { schema: string }>(
    `SELECT schema
    FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS schema
    UNION
    SELECT n.nspname
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE n.nspname <> 'pg_catalog'`,
  );
  const path = [...names, ...rows.map(({ schema }) => schema)].map(quote).join(", ");
  await connection.query("SELECT pg_catalog.set_config('search_path', $1, $2)", [
    path,
    connection.inTransaction,
  ]);
}

async function readExtensions(connection: Connection): Promise<readonly Extension[]> {
  const rows = await connection.query<Row & { name: string; schema: string }>(
    `SELECT e.extname AS name, n.nspname AS schema
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace`,
  );
  return rows.map(({ name, schema }) => ({ name, schema }));
}

/** An extension can be in a database only once: one that is there serves from where it is. */
function extensionsToReach(model: DatabaseModel, there: readonly Extension[]): readonly Extension[] {
  const names = new Set(there.map((extension) => extension.name));
  const missing = model.extensions.filter(({ name }) => !names.has(name));
  return [...there, ...missing.map(({ name, schema }) => ({ name, schema }))];
}

/** The schemas of a model, and those that only its objects name. */
function schemasOf(model: DatabaseModel): readonly Schema[] {
  const known = new Set(model.schemas.map((schema) => schema.name));
  const { types, sequences, routines, tables, views } = model;
  const named = new Set(
    [...types, ...sequences, ...routines, ...tables, ...views].map((item) => item.schema),
  );
  return [...model.schemas, ...[...named].filter((name) => !known.has(name)).map((name) => ({ name }))];
}

function hasGrants(model: DatabaseModel): boolean {
  const lists = [model.schemas, model.types, model.sequences, model.routines, model.tables, model.views];
  return lists.some((list) => list.some((item) => item.grants !== undefined));
}
