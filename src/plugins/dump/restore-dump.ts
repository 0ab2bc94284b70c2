import type { StoredTable } from "../../dialects/index.js";
import { type RunContext, type RunOptions, run } from "../../engine/index.js";
import { TenonError } from "../../errors.js";
import type { Statement } from "../../sql/index.js";
import { type PluginFacts, readFacts } from "../plugin-facts.js";
import { ownedBy } from "../removal.js";
import type { DumpedTable, DumpManifest } from "./manifest.js";
import { checkFiles, readManifest, readRows } from "./read-dump.js";

export interface RestoreOptions extends RunOptions {
  /** Takes away what rows the plugin's tables have: what its migrations put in, or what came since. */
  readonly replace?: boolean | undefined;
}

export interface RestoreResult {
  readonly plugin: string;
  readonly tables: readonly { readonly schema: string; readonly name: string; readonly rows: number }[];
}

/**
 * Writes the rows of a dump back into the tables of the plugin that it came from, in one transaction: every file is
 * checked first, rows are written without triggers, keys are checked in the end, and what was written is counted.
 *
 * @throws TenonError `FILE_FAILED`, `PLUGIN_DATA` when the dump is damaged or does not fit, or when the tables hold rows
 */
export async function restoreDump(
  context: RunContext,
  folder: string,
  options: RestoreOptions = {},
): Promise<RestoreResult> {
  const manifest = await readManifest(folder);
  await checkFiles(folder, manifest);
  const bound = {
    begin: async () => undefined,
    finish: () => restore(context, folder, manifest, options),
    fail: async () => undefined,
  };
  await run({ ...context, bound }, { kind: "latest", modules: [] }, options);
  const tables = manifest.tables.map(({ schema, name, rows }) => ({ schema, name, rows }));
  return { plugin: manifest.plugin, tables };
}

async function restore(
  context: RunContext,
  folder: string,
  manifest: DumpManifest,
  options: RestoreOptions,
): Promise<void> {
  const { connection, dialect } = context;
  refuseMisfit(context, manifest, await readFacts(context, []));
  const rowsOf = await dialect.loadRows();
  await rowsOf.hold(connection, manifest.tables);
  const stored = await rowsOf.describe(connection, manifest.tables);
  await refuseForeignTables(context, manifest);
  for (const table of manifest.tables) refuseColumns(manifest, table, findTable(stored, table));
  refuseRows(manifest, stored, options);
  await rowsOf.withExactTexts(connection, () =>
    rowsOf.withoutSideEffects(connection, manifest.tables, async () => {
      await empty(context, manifest, stored);
      for (const table of manifest.tables) {
        const columns = table.columns.map((column) => column.name);
        for await (const rows of readRows(folder, table))
          await rowsOf.write(connection, table, columns, rows);
      }
    }),
  );
  await rowsOf.writeCounters(connection, manifest.counters);
  const after = await rowsOf.describe(connection, manifest.tables);
  for (const table of manifest.tables) {
    const found = findTable(after, table)?.rows;
    if (found !== table.rows)
      throw misfit(manifest, `${table.name} would have ${found} rows and not ${table.rows}`);
  }
}

/** Takes the rows of tables away, and those of nobody else. @throws TenonError `ROWS_LOST` */
async function empty(
  context: RunContext,
  manifest: DumpManifest,
  stored: readonly StoredTable[],
): Promise<void> {
  const { connection, dialect } = context;
  const watch = dialect.watchLosses(connection);
  const statements = stored
    .filter((table) => table.rows > 0)
    .map(
      (table): Statement => ({
        text: `DELETE FROM ${addressOf(context, table)}`,
        start: 0,
        line: 1,
        column: 1,
      }),
    );
  watch.declare(statements);
  for (const statement of statements) {
    await watch.before(statement);
    await connection.execute(statement.text);
    await watch.after(statement);
  }
  const [loss] = await watch.finish();
  if (loss === undefined) return;
  throw new TenonError(
    "ROWS_LOST",
    `Taking away the rows of ${manifest.plugin} would take ${loss.before - loss.after} of ${loss.object} along. Nothing was changed.`,
    {
      where: { module: manifest.plugin, object: loss.object },
      hint: "That table refers to the plugin's. Restore into tables that are empty.",
    },
  );
}

function refuseMisfit(context: RunContext, manifest: DumpManifest, facts: PluginFacts): void {
  if (manifest.engine !== context.dialect.engine) {
    throw misfit(manifest, `it is of ${manifest.engine}, and this is ${context.dialect.engine}`);
  }
  if (facts.appliedOf(manifest.plugin).length === 0) {
    throw misfit(
      manifest,
      `${manifest.plugin} is not applied here`,
      `Activate it first: \`tenon plugin activate ${manifest.plugin}\`.`,
    );
  }
}

/** Rows go into what the plugin owns, whatever a manifest says. */
async function refuseForeignTables(context: RunContext, manifest: DumpManifest): Promise<void> {
  const owned = await ownedBy(context, manifest.plugin);
  const isOwn = ({ schema, name }: { readonly schema: string; readonly name: string }) =>
    owned.some((object) => object.kind === "table" && object.schema === schema && object.name === name);
  const foreign = manifest.tables.find((table) => !isOwn(table));
  if (foreign !== undefined) throw misfit(manifest, `${foreign.name} is no table of ${manifest.plugin} here`);
}

function refuseColumns(manifest: DumpManifest, table: DumpedTable, stored: StoredTable | undefined): void {
  if (stored === undefined) throw misfit(manifest, `there is no table ${table.name}`);
  const known = new Set(stored.columns.map((column) => column.name));
  const missing = table.columns.filter((column) => !known.has(column.name)).map((column) => column.name);
  if (missing.length > 0) {
    throw misfit(
      manifest,
      `${table.name} has no ${missing.join(", ")} here`,
      `Bring ${manifest.plugin} to the version that was dumped: ${manifest.versions.at(-1)?.version}.`,
    );
  }
}

function refuseRows(manifest: DumpManifest, stored: readonly StoredTable[], options: RestoreOptions): void {
  const filled = stored.filter((table) => table.rows > 0);
  if (filled.length === 0 || options.replace === true) return;
  throw misfit(
    manifest,
    `there are rows already in ${filled.map((table) => `${table.name} (${table.rows})`).join(", ")}`,
    "Restore with --replace (`replace: true`) when these may go.",
  );
}

function findTable(tables: readonly StoredTable[], wanted: DumpedTable): StoredTable | undefined {
  return tables.find((table) => table.schema === wanted.schema && table.name === wanted.name);
}

function addressOf({ dialect }: RunContext, { schema, name }: StoredTable): string {
  return `${dialect.quote(schema)}.${dialect.quote(name)}`;
}

function misfit(manifest: DumpManifest, why: string, hint = "Look at its manifest.json."): TenonError {
  return new TenonError(
    "PLUGIN_DATA",
    `The dump of ${manifest.plugin} of ${manifest.createdAt} cannot be restored: ${why}. Nothing was changed.`,
    { where: { module: manifest.plugin }, hint },
  );
}
