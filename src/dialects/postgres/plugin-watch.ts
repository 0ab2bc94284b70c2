import type { Connection } from "../../connection/index.js";
import type { Statement } from "../../sql/index.js";
import { forbidden } from "../plugin-refusal.js";
import type { PluginWatch, PluginWatchRequest, TableUse } from "../plugin-watch.js";
import { quote } from "./names.js";
import { buildsItsSql, codeBodies } from "./plugin-code.js";
import { ForeignUses } from "./plugin-foreign-uses.js";
import { judgeMade } from "./plugin-made.js";
import { canMakeRole, makeRole, type PluginRole } from "./plugin-role.js";
import { readSecrets, refuseReadSecrets } from "./plugin-secrets.js";
import { findSequenceNames } from "./plugin-sequences.js";
import { PluginSession } from "./plugin-session.js";
import { advisoryLocks, refuseKeptLocks, refuseKeptSettings, sessionSettings } from "./plugin-settings.js";
import { refuseShadows } from "./plugin-shadows.js";
import { isAllowedByHost, refuseInPlugin } from "./plugin-statements.js";
import { resolveTargets } from "./plugin-targets.js";

/**
 * Runs a plugin's SQL with the rights of a role of its own where this session can make one: then the server itself
 * refuses what is not the plugin's, whatever the SQL looks like, also in DO blocks and functions. Elsewhere (the
 * session is no superuser's, or the step is a program) its text is read more strictly, and after each statement the
 * server is asked which tables it has changed, emptied or altered.
 */
export async function watchPlugin(connection: Connection, request: PluginWatchRequest): Promise<PluginWatch> {
  const { bounds } = request;
  const path = await readPath(connection);
  if (bounds.schema !== undefined) await enterSchema(connection, bounds.schema);
  const settings = await sessionSettings(connection);
  const locks = await advisoryLocks(connection);
  const role =
    request.rights === "fewer" && (await canMakeRole(connection))
      ? await makeRole(connection, request)
      : undefined;
  const uses = await ForeignUses.open(connection, {
    readsAreLimited: bounds.reads !== undefined && role === undefined,
  });
  const secrets = await readSecrets(connection);
  const session = role === undefined ? connection : sessionOf(connection, role, request);

  return {
    connection: session,
    passes: role !== undefined,
    async before(statement) {
      refuseInPlugin(statement, bounds);
      if (role !== undefined) return [];
      refuseOpaque(statement);
      await uses.mark();
      return [...uses.named(statement), ...(await sequencesOf(connection, statement))];
    },
    after: async () => (role === undefined ? uses.since() : []),
    mayHideObjects: () => false,
    async settle() {
      await session.execute("SET CONSTRAINTS ALL IMMEDIATE");
      await refuseKeptSettings(connection, settings);
      await refuseReadSecrets(connection, secrets);
      await refuseKeptLocks(connection, locks);
      return uses.since();
    },
    judge: (objects) =>
      judgeMade(connection, {
        objects,
        role: role?.oid,
        readsAreLimited: bounds.reads !== undefined,
        path: path.schemas,
      }),
    async end() {
      await role?.end();
      await connection.query("SELECT pg_catalog.set_config('search_path', $1, true)", [path.setting]);
    },
  };
}

/** The search path of the host's session, as it is set and as the schemas that it comes to. */
async function readPath(
  connection: Connection,
): Promise<{ readonly setting: string; readonly schemas: readonly string[] }> {
  const [row] = await connection.query<{ setting: string; schemas: string }>(
    "SELECT current_setting('search_path') AS setting, array_to_json(current_schemas(false))::text AS schemas",
  );
  return { setting: row?.setting ?? "", schemas: JSON.parse(row?.schemas ?? "[]") };
}

/** The plugin's own schema, made when it is not there; what it makes without naming a schema goes there. */
async function enterSchema(connection: Connection, schema: string): Promise<void> {
  // Asked first, for a session that may only read is refused the statement also when the schema is there.
  const [there] = await connection.query("SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1", [schema]);
  if (there === undefined) await connection.execute(`CREATE SCHEMA ${quote(schema)}`);
  await connection.executeScript(
    `SELECT pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', '${quote(schema)}', nullif(current_setting('search_path'), '')), true)`,
  );
}

/** What the host allows by name is said with its own rights; all else with those of the role. */
function sessionOf(connection: Connection, role: PluginRole, { bounds }: PluginWatchRequest): Connection {
  return new PluginSession(connection, role.name, {
    isAllowedByHost: (sql) => isAllowedByHost({ text: sql }, bounds),
    afterwards: () => refuseShadows(connection, role.oid),
  });
}

/** Without a role of its own, code that makes its SQL at run time cannot be held to anything. */
function refuseOpaque(statement: Statement): void {
  if (!/^\s*(?:do|call)\b/i.test(statement.text) || !buildsItsSql(statement.text, "statement")) return;
  throw forbidden(
    "SQL that is made at run time",
    "This session cannot give the plugin a role of its own, so what it does must stand in its text.",
    statement,
  );
}

/**
 * The sequences that a statement moves, also in a body that it brings: that is not rolled back, so it must not happen
 * in the first place. What is not there yet is the plugin's own.
 */
async function sequencesOf(connection: Connection, statement: Statement): Promise<readonly TableUse[]> {
  const texts = [statement.text, ...codeBodies(statement.text)];
  const uses: TableUse[] = [];
  for (const text of texts) {
    const names = findSequenceNames(text);
    if (names === "unknown") {
      throw forbidden(
        "To move a sequence that the text does not name",
        "It could be the sequence of another module, and such a change is not rolled back.",
        statement,
      );
    }
    uses.push(...(await resolveTargets(connection, names)));
  }
  return uses;
}
