import type { Connection, Row } from "../../connection/index.js";
import { type DatabaseModel, selectFrom } from "../../schema/index.js";
import type { IntrospectOptions } from "../schema-dialect.js";
import { buildModel } from "./catalogue/build-model.js";
import { readRows } from "./catalogue/rows.js";
import { inReadingSession } from "./reading-session.js";

/**
 * Reads a PostgreSQL database (14 or later) as a model, in a constant number of queries and from one snapshot. The
 * session is left as it was.
 */
export function introspect(connection: Connection, options: IntrospectOptions = {}): Promise<DatabaseModel> {
  return inReadingSession(connection, async (session) => {
    const schemas = await session.query<SchemaRow>(
      `SELECT
        n.oid::text AS oid,
        pg_catalog.current_setting('server_version_num')::int AS version
      FROM pg_catalog.pg_namespace AS n
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
    );
    const catalogue = {
      connection: session,
      version: schemas[0]?.version ?? OLDEST_VERSION,
      namespaces: `{${schemas.map((row) => row.oid).join(",")}}`,
    };
    const model = buildModel(
      await readRows(catalogue, { grants: options.grants ?? false }),
      catalogue.version,
    );
    return selectFrom(model, options);
  });
}

/** Where there is no schema at all, no row tells the version, and there is nothing that depends on it. */
const OLDEST_VERSION = 140000;

interface SchemaRow extends Row {
  readonly oid: string;
  readonly version: number;
}
