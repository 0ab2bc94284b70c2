import type { Connection, Row } from "../../connection/index.js";
import { type DatabaseModel, selectFrom } from "../../schema/index.js";
import type { IntrospectOptions } from "../schema-dialect.js";
import { buildModel } from "./catalogue/build-model.js";
import { type Context, contextOf } from "./catalogue/context.js";
import { readRows } from "./catalogue/rows.js";
import { inReadingSession } from "./reading-session.js";

/**
 * Reads a PostgreSQL database (14 or later) as a model, in a constant number of queries and from one snapshot. The
 * session is left as it was.
 */
export async function introspect(
  connection: Connection,
  options: IntrospectOptions = {},
): Promise<DatabaseModel> {
  return selectFrom(await readModel(connection, { grants: options.grants ?? false }), options);
}

/** The model that a captured text tells: the text is the model itself. */
export function modelOf(captured: string, options: IntrospectOptions = {}): DatabaseModel {
  return selectFrom(JSON.parse(captured), options);
}

export interface ReadModelOptions {
  /** The schemas to read; all but the system's when absent. */
  readonly schemas?: readonly string[] | undefined;
  readonly grants: boolean;
}

export async function readModel(connection: Connection, options: ReadModelOptions): Promise<DatabaseModel> {
  const { context, version } = await readCatalogue(connection, options);
  return buildModel(context, version);
}

export interface ReadCatalogue {
  readonly context: Context;
  /** `server_version_num` */
  readonly version: number;
}

/** Reads what models are made of, in one transaction. */
export function readCatalogue(
  connection: Connection,
  { schemas, grants }: ReadModelOptions,
): Promise<ReadCatalogue> {
  return inReadingSession(connection, async (session) => {
    const rows = await session.query<SchemaRow>(
      `SELECT
        n.oid::text AS oid,
        n.nspname AS name,
        pg_catalog.current_setting('server_version_num')::int AS version
      FROM pg_catalog.pg_namespace AS n`,
    );
    const isMeant = ({ name }: SchemaRow) =>
      schemas === undefined
        ? !name.startsWith("pg_") && name !== "information_schema"
        : schemas.includes(name);
    const oids = rows.filter(isMeant).map((row) => row.oid);
    const version = rows[0]?.version ?? 0;
    const catalogue = { connection: session, version, namespaces: `{${oids.join(",")}}` };
    return { context: contextOf(await readRows(catalogue, { grants })), version };
  });
}

interface SchemaRow extends Row {
  readonly oid: string;
  readonly name: string;
  readonly version: number;
}
