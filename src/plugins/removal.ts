import type { StoredTable } from "../dialects/index.js";
import {
  describeObject,
  type JournalRow,
  type ObjectOwner,
  type RunContext,
  readOwners,
} from "../engine/index.js";
import type { Module } from "../modules/index.js";
import { refuseUnknownPlugin } from "./deactivate.js";
import { type PluginFacts, readFacts } from "./plugin-facts.js";
import { whoLeaves } from "./requirements.js";

export interface RemovalRequest {
  readonly name: string;
  /** Takes those along that need it. */
  readonly cascade?: boolean | undefined;
}

/** What would go with a plugin, and how. Looking at it changes nothing. */
export interface Removal {
  readonly plugin: string;
  /** Everything that goes, in the order in which it goes: those that need the plugin first. */
  readonly plugins: readonly RemovedPlugin[];
}

export interface RemovedPlugin {
  readonly name: string;
  readonly tables: readonly RemovedTable[];
  /** Views, functions, types, … that go too: `view calendar_today`. What is a part of a table goes with it. */
  readonly objects: readonly string[];
  /** Versions without a way back, in the code or in the journal: only dropping what it owns can remove it. */
  readonly withoutDown: readonly string[];
}

export interface RemovedTable {
  readonly schema: string;
  readonly name: string;
  readonly rows: number;
  /** Undefined where the engine does not tell. */
  readonly bytes: number | undefined;
}

/** Finds what would go with a plugin. @throws TenonError `MODULE_UNKNOWN`, `PLUGIN_NEEDED` */
export async function planRemoval(
  context: RunContext,
  modules: readonly Module[],
  request: RemovalRequest,
): Promise<Removal> {
  const facts = await readFacts(context, modules);
  const plugins: RemovedPlugin[] = [];
  for (const name of leavers(request, facts)) {
    const owned = await ownedBy(context, name);
    const tables = await tablesOf(context, owned);
    plugins.push({
      name,
      tables: tables.map(({ schema, name: table, rows, bytes }) => ({ schema, name: table, rows, bytes })),
      objects: owned
        .filter((object) => object.kind !== "table" && object.table === undefined)
        .map(describeObject),
      withoutDown: facts
        .appliedOf(name)
        .filter((row) => !hasDown(context, row))
        .map((row) => row.version),
    });
  }
  return { plugin: request.name, plugins };
}

/** Who goes, those that need the plugin first. @throws TenonError `MODULE_UNKNOWN`, `PLUGIN_NEEDED` */
export function leavers(request: RemovalRequest, facts: PluginFacts): readonly string[] {
  refuseUnknownPlugin(request.name, facts);
  return whoLeaves(request.name, facts, "removed", request);
}

/**
 * What a module owns and is there: as the journal has it, and what its versions made while nobody watched (stamped, from a
 * script, or from tables).
 */
export async function ownedBy(context: RunContext, module: string): Promise<readonly ObjectOwner[]> {
  const owned = (await readOwners(context)).filter((object) => object.module === module);
  const keyOf = ({ schema, table, name }: ObjectOwner) => [schema, table ?? "", name].join("\0");
  return owned.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The tables among what is owned that hold rows themselves. */
export async function tablesOf(
  context: RunContext,
  owned: readonly ObjectOwner[],
): Promise<readonly StoredTable[]> {
  const rows = await context.dialect.loadRows();
  return rows.describe(
    context.connection,
    owned.filter((object) => object.kind === "table"),
  );
}

function hasDown({ catalogue }: RunContext, row: JournalRow): boolean {
  if (row.downSql !== null) return true;
  const known = catalogue.migrations.find(
    (each) => each.module === row.module && each.version === row.version,
  );
  // Of a program it is known only when it is loaded.
  return known?.down !== undefined || known?.load !== undefined;
}
