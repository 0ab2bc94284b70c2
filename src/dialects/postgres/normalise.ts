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
import { buildObjects } from "../build-objects.js";
import type { NormaliseOptions } from "../schema-dialect.js";
import { readModel } from "./introspect.js";
import { quote } from "./names.js";
import { renderChanges } from "./render.js";
import { postgresRules } from "./rules.js";

/**
 * The model as PostgreSQL itself would tell it: built in the scratch database, in a transaction that is rolled back, and read from
 * there. The scratch may hold objects: their schemas step aside under other names, which nobody else ever sees.
 * Whatever stands in a model that nobody could create is refused here, with PostgreSQL's own reason.
 */
export async function normalise(
  model: DatabaseModel,
  scratch: Connection,
  { isThrownAway }: NormaliseOptions = {},
): Promise<DatabaseModel> {
  const built =
    isThrownAway === true ? await buildToStay(model, scratch) : await buildAndUndo(model, scratch);
  // What is not modelled was not built, and belongs to the scratch where it was read.
  return { ...built, extensions: model.extensions, others: model.others };
}

async function buildAndUndo(model: DatabaseModel, scratch: Connection): Promise<DatabaseModel> {
  let built: DatabaseModel | undefined;
  const undo = new Error("the scratch is left as it was found");
  try {
    const isOutermost = !scratch.inTransaction;
    await scratch.transaction(async (connection) => {
      // A session that only looks may do this too: nothing of it stays.
      if (isOutermost) await connection.execute("SET TRANSACTION READ WRITE");
      built = await build(model, connection);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  if (built === undefined) throw new TenonError("INTERNAL", "The scratch database was not read back.");
  return built;
}

/**
 * A transaction keeps a lock on everything that it has created, and a server has room for some thousands of them: so each
 * statement has one of its own. https://www.postgresql.org/docs/current/runtime-config-locks.html#GUC-MAX-LOCKS-PER-TRANSACTION
 */
async function buildToStay(model: DatabaseModel, scratch: Connection): Promise<DatabaseModel> {
  await scratch.execute("SET synchronous_commit = off");
  return build(model, scratch);
}

async function build(model: DatabaseModel, connection: Connection): Promise<DatabaseModel> {
  await makeRoom(connection);
  const there = await readExtensions(connection);
  const building = compareModels(
    { ...emptyModel("postgres"), extensions: there, serverVersion: model.serverVersion },
    { ...model, schemas: schemasOf(model), extensions: extensionsToReach(model, there) },
    { rules: postgresRules, renames: NO_RENAMES, circularKeys: "cut" },
  );
  await buildObjects(connection, renderChanges(building).statements);
  return readModel(connection, {
    schemas: schemasOf(model).map((schema) => schema.name),
    grants: hasGrants(model),
  });
}

interface SchemaRow extends Row {
  readonly name: string;
  readonly is_empty: boolean;
}

/** Takes the names of all schemas away, so that the model's own can be made. */
async function makeRoom(connection: Connection): Promise<void> {
  const schemas = await connection.query<SchemaRow>(
    `SELECT
      n.nspname AS name,
      NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = n.oid
      ) AS is_empty
    FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY n.nspname`,
  );
  for (const [index, { name, is_empty }] of schemas.entries()) {
    const sql = is_empty
      ? `DROP SCHEMA ${quote(name)}`
      : `ALTER SCHEMA ${quote(name)} RENAME TO ${quote(`tenon_aside_${index}`)}`;
    await connection.execute(sql);
  }
}

async function readExtensions(connection: Connection): Promise<readonly Extension[]> {
  const rows = await connection.query<Row & { name: string; schema: string }>(
    `SELECT e.extname AS name, n.nspname AS schema
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace`,
  );
  return rows.map(({ name, schema }) => ({ name, schema }));
}

/** An extension can be in a database only once: one that is there moves, and one that the model does not name stays. */
function extensionsToReach(model: DatabaseModel, there: readonly Extension[]): readonly Extension[] {
  const wanted = model.extensions.map(({ name, schema }) => ({ name, schema }));
  const names = new Set(wanted.map((extension) => extension.name));
  return [...wanted, ...there.filter((extension) => !names.has(extension.name))];
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
