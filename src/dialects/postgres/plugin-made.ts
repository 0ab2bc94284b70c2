import type { Connection } from "../../connection/index.js";
import type { ListedObject } from "../listed-object.js";
import { forbidden } from "../plugin-refusal.js";
import type { PluginObjects, TableUse } from "../plugin-watch.js";
import { buildsItsSql, findForbiddenCode, findKeptDefinition } from "./plugin-code.js";
import { type KeptCode, readKeptCode } from "./plugin-kept-code.js";
import { findSequenceNames } from "./plugin-sequences.js";
import { findHidden, findParents, findReadTables, resolveTargets } from "./plugin-targets.js";
import { findTargets, type Target } from "./plugin-touched-tables.js";

export interface JudgeRequest {
  readonly objects: PluginObjects;
  /** The number of the plugin's own role, where it has one. */
  readonly role: number | undefined;
  readonly readsAreLimited: boolean;
  /** The schemas of the host's search path, in their order. */
  readonly path: readonly string[];
}

/**
 * Judges what a plugin has that acts later, with the rights of whoever sets it off: functions, rules, views, triggers,
 * defaults. Their texts come from the catalogue, so that it does not matter how they were made. Gives the tables that
 * they would write.
 *
 * @throws TenonError `PLUGIN_FORBIDDEN`
 */
export async function judgeMade(connection: Connection, request: JudgeRequest): Promise<readonly TableUse[]> {
  if (request.role !== undefined) await refuseOddities(connection, request.role);
  const { made, own } = request.objects;
  const routines = own.filter(({ kind }) => isRoutine(kind));
  const kept = await readKeptCode(connection, [...made.filter(({ kind }) => !isRoutine(kind)), ...routines]);
  const targets: Target[] = [];
  for (const code of kept) {
    refuseKept(code);
    targets.push(...targetsOf(code));
  }
  const written = [
    ...(await resolveTargets(connection, targets)),
    ...(await tablesOfStatistics(connection, made)),
    ...(await findParents(connection, made)),
    ...(await findHidden(connection, request.path, made)),
  ];
  return request.readsAreLimited ? [...written, ...(await findReadTables(connection, kept))] : written;
}

function refuseKept({ kind, name, text, language, definer, settings }: KeptCode): void {
  const what = `${kind} ${name}`;
  if (definer) {
    throw forbidden(
      `SECURITY DEFINER in ${what}`,
      "It would act with the rights of the host whenever it is called.",
    );
  }
  if (language !== "" && !LANGUAGES.has(language)) {
    const hint = `What is kept is written in ${[...LANGUAGES].join(" or ")}.`;
    throw forbidden(`The language ${language} in ${what}`, hint);
  }
  const setting = settings.split("\n").find((each) => each !== "" && !each.startsWith(PATH));
  if (setting !== undefined)
    throw forbidden(`SET ${setting} in ${what}`, "A function of a plugin may set search_path alone.");
  if (buildsItsSql(text, "body")) {
    throw forbidden(
      `SQL that is made at run time, in ${what}`,
      "Nobody can tell what it will do when the application sets it off.",
    );
  }
  const found = findForbiddenCode(text, "body") ?? (isRoutine(kind) ? findKeptDefinition(text) : undefined);
  if (found !== undefined) throw forbidden(`${found.what} in ${what}`, found.why);
}

const LANGUAGES: ReadonlySet<string> = new Set(["sql", "plpgsql"]);
const PATH = "search_path=";

function isRoutine(kind: string): boolean {
  return kind === "function" || kind === "procedure";
}

/**
 * What a piece of code writes, and the sequences that it draws from. A name without a schema means, in a function, what
 * the path of its caller makes of it: every table of that name, unless the function has a path of its own.
 */
function targetsOf({ kind, schema, name, text, settings }: KeptCode): readonly Target[] {
  const sequences = findSequenceNames(text);
  if (sequences === "unknown") {
    throw forbidden(
      `nextval or setval in ${kind} ${name}, on a sequence that its text does not name,`,
      "It could be the sequence of another module.",
    );
  }
  const hasPath = settings.split("\n").some((each) => each.startsWith(PATH));
  const own = isRoutine(kind) && !hasPath ? undefined : schema;
  return [...findTargets(text), ...sequences].map((target) => ({
    schema: target.schema ?? own,
    name: target.name,
  }));
}

/** Statistics stand beside the table that they are of, and the planner heeds them. */
async function tablesOfStatistics(
  connection: Connection,
  objects: readonly ListedObject[],
): Promise<readonly TableUse[]> {
  const own = objects
    .filter(({ kind }) => kind === "statistics")
    .map(({ schema, name }) => ({ schema, name }));
  if (own.length === 0) return [];
  const rows = await connection.query<{ schema: string; table: string }>(
    `SELECT t.nspname::text AS schema, c.relname::text AS "table"
     FROM json_to_recordset(CAST($1 AS json)) AS own (schema text, name text)
     JOIN pg_catalog.pg_namespace n ON n.nspname = own.schema
     JOIN pg_catalog.pg_statistic_ext s ON s.stxnamespace = n.oid AND s.stxname = own.name
     JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
     JOIN pg_catalog.pg_namespace t ON t.oid = c.relnamespace`,
    [JSON.stringify(own)],
  );
  return rows.map(({ schema, table }) => ({ kind: "write", schema, table }));
}

/** Everything that the role owns must be of a kind that a plugin can have: large objects, for one, are not. */
async function refuseOddities(connection: Connection, role: number): Promise<void> {
  const [odd] = await connection.query<{ what: string }>(
    `SELECT pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS what
     FROM pg_catalog.pg_shdepend d
     WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = CAST($1 AS oid) AND d.deptype = 'o'
       AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass,
                             'pg_statistic_ext'::regclass, 'pg_default_acl'::regclass)
     LIMIT 1`,
    [String(role)],
  );
  if (odd !== undefined)
    throw forbidden(`To make ${odd.what}`, "It is none of the objects that a plugin can have.");
}
