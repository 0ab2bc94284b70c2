import { identityOf, type ListedObject, type ObjectIdentity } from "../dialects/index.js";
import {
  describeObject,
  type History,
  type ObjectOwner,
  PluginRecords,
  type RunContext,
  type RunOptions,
  run,
} from "../engine/index.js";
import { TenonError } from "../errors.js";
import type { Module } from "../modules/index.js";
import { restingRecord } from "./deactivate.js";
import type { DumpManifest } from "./dump/manifest.js";
import type { UnfinishedDump } from "./dump/write-dump.js";
import { type PluginFacts, readFacts } from "./plugin-facts.js";
import { leavers, ownedBy, type RemovalRequest, tablesOf } from "./removal.js";

/** What becomes of the rows of a plugin that is removed. One of the first two is asked for when there are any. */
export interface RemoveRequest extends RemovalRequest {
  /** The folder in which a dump of its rows is written before they go: one folder for each plugin. */
  readonly dumpTo?: string | undefined;
  /** Lets the rows go without a dump. */
  readonly withoutDump?: boolean | undefined;
  /** Scripts that drop all that a plugin owns, in place of its downs. */
  readonly drops?: ReadonlyMap<string, string> | undefined;
}

export interface Removed {
  /** Those that are gone, in the order in which they went. */
  readonly plugins: readonly string[];
  readonly dumps: readonly WrittenDump[];
}

export interface WrittenDump {
  readonly plugin: string;
  readonly folder: string;
  readonly tables: readonly { readonly schema: string; readonly name: string; readonly rows: number }[];
}

/**
 * Takes a plugin, and with `cascade` those that need it, back to nothing: rows are dumped, downs run, and the state is
 * written in one transaction, or nothing of it happens. A dump gets its name when all that is left to do is to commit.
 *
 * @throws TenonError `PLUGIN_NEEDED`, `PLUGIN_DATA` when nobody said what becomes of the rows, `NOT_REVERSIBLE`,
 * `FILE_FAILED`, and whatever a run throws
 */
export async function remove(
  context: RunContext,
  modules: readonly Module[],
  request: RemoveRequest,
  options: RunOptions = {},
): Promise<Removed> {
  const planned = leavers(request, await readFacts(context, modules));
  const work = new RemovalWork(context, modules, request, planned);
  try {
    await run(
      { ...context, bound: work },
      { kind: "nothing", modules: planned, drops: request.drops },
      options,
    );
  } finally {
    await work.discardUnfinished();
  }
  return { plugins: planned, dumps: work.dumps };
}

/** What happens around the downs of a removal, in their transaction. */
class RemovalWork {
  readonly #context: RunContext;
  readonly #modules: readonly Module[];
  readonly #request: RemoveRequest;
  readonly #planned: readonly string[];
  #facts: PluginFacts | undefined;
  readonly #unfinished: UnfinishedDump[] = [];
  /** All objects before the first step, and of each plugin those that it owned. */
  #before: readonly ListedObject[] = [];
  readonly #owned = new Map<string, readonly ObjectOwner[]>();
  /** Of the last try; what an earlier one has finished stays on the disk. */
  #finished: WrittenDump[] = [];

  constructor(
    context: RunContext,
    modules: readonly Module[],
    request: RemoveRequest,
    planned: readonly string[],
  ) {
    this.#context = context;
    this.#modules = modules;
    this.#request = request;
    this.#planned = planned;
  }

  get dumps(): readonly WrittenDump[] {
    return this.#finished;
  }

  async begin(history: History): Promise<void> {
    await this.discardUnfinished();
    this.#finished = [];
    const facts = await readFacts(this.#context, this.#modules, history);
    this.#facts = facts;
    const now = leavers(this.#request, facts);
    if (now.join() !== this.#planned.join()) {
      throw new TenonError(
        "PLAN_OUTDATED",
        `Meanwhile ${now.filter((name) => !this.#planned.includes(name)).join(", ") || "less"} would go too. Nothing was changed.`,
        { where: { module: this.#request.name }, hint: "Look at what would go, and decide again." },
      );
    }
    this.#before = await this.#list();
    for (const name of now) {
      const owned = await ownedBy(this.#context, name);
      this.#owned.set(name, owned);
      await this.#dump(name, owned, facts);
    }
  }

  async finish(): Promise<void> {
    const context = this.#context;
    const facts = this.#facts;
    if (facts === undefined) return;
    const { connection, dialect, journal } = context;
    await this.#refuseRemains(facts);
    const records = new PluginRecords(connection, dialect, journal);
    for (const name of this.#planned) await records.write(restingRecord(context, name, facts, "removed"));
    for (const dump of this.#unfinished.splice(0)) {
      const { plugin, tables } = dump.manifest;
      this.#finished.push({ plugin, folder: await dump.finish(), tables: tables.map(counts) });
    }
  }

  async fail(): Promise<void> {}

  /**
   * Plugins whose downs leave something behind, or drop a table that nobody knew to be theirs and that is in no dump, are
   * not removed. A schema that was made for one goes when it is empty.
   */
  async #refuseRemains(facts: PluginFacts): Promise<void> {
    const { connection, dialect } = this.#context;
    const now = await this.#list();
    const [there, then] = [new Set(now.map(identityOf)), new Set(this.#before.map(identityOf))];
    const owned = [...this.#owned.values()].flat();
    const schemas = new Set(this.#planned.map((name) => schemaOf(name, facts)));
    const made = now.filter((object) => !then.has(identityOf(object)));
    const left = [...owned.filter((object) => there.has(identityOf(object))), ...made];
    const isOwnSchema = ({ kind, name }: ObjectIdentity) => kind === "schema" && schemas.has(name);
    const remains = left.filter((object) => !isOwnSchema(object));
    if (remains.length > 0) throw leavesBehind(this.#request.name, remains.map(describeObject));
    const known = new Set(owned.map(identityOf));
    const [lost] = this.#before.filter(
      (object) => object.kind === "table" && !there.has(identityOf(object)) && !known.has(identityOf(object)),
    );
    if (lost !== undefined && this.#request.withoutDump !== true)
      throw notDumped(this.#request.name, lost.name);
    for (const { name } of left.filter(isOwnSchema))
      await connection.execute(`DROP SCHEMA ${dialect.quote(name)}`);
  }

  async #list(): Promise<readonly ListedObject[]> {
    const { connection, dialect, journal } = this.#context;
    const listed = await dialect.listObjects(connection, { definitions: false });
    return listed.filter((object) => !object.temporary && !journal.holds(object));
  }

  async discardUnfinished(): Promise<void> {
    for (const dump of this.#unfinished.splice(0)) await dump.discard();
  }

  async #dump(plugin: string, owned: readonly ObjectOwner[], facts: PluginFacts): Promise<void> {
    const context = this.#context;
    const rowsOf = await context.dialect.loadRows();
    const tables = owned.filter((object) => object.kind === "table");
    await rowsOf.hold(context.connection, tables);
    const stored = await tablesOf(context, owned);
    const filled = stored.filter((table) => table.rows > 0);
    if (filled.length === 0 || this.#request.withoutDump === true) return;
    const { dumpTo } = this.#request;
    if (dumpTo === undefined) throw undecided(plugin, filled);
    const sequences = owned.filter((object) => object.kind === "sequence");
    const { writeDump } = await import("./dump/write-dump.js");
    this.#unfinished.push(
      await writeDump({
        context,
        plugin,
        folder: dumpTo,
        tables: stored,
        counters: await rowsOf.readCounters(context.connection, stored, sequences),
        versions: [...facts.appliedOf(plugin)]
          .sort((a, b) => a.sequence - b.sequence)
          .map(({ version, name, checksum }) => ({ version, name, checksum })),
      }),
    );
  }
}

function counts({ schema, name, rows }: DumpManifest["tables"][number]) {
  return { schema, name, rows };
}

function schemaOf(name: string, facts: PluginFacts): string | undefined {
  return (facts.module(name)?.rules ?? facts.records.get(name)?.rules)?.schema;
}

function leavesBehind(name: string, objects: readonly string[]): TenonError {
  return new TenonError(
    "NOT_REVERSIBLE",
    `The downs of ${name} leave ${objects.join(", ")} behind. Nothing was changed.`,
    {
      where: { module: name, object: objects[0] },
      hint: `Let what it owns be dropped in place of its downs: \`tenon plugin remove ${name} --drop-owned\` (\`dropOwned: true\`).`,
      details: { objects },
    },
  );
}

function notDumped(name: string, table: string): TenonError {
  return new TenonError(
    "PLUGIN_DATA",
    `The downs of ${name} drop ${table}, which nobody knew to be its own and which is in no dump. Nothing was removed.`,
    {
      where: { module: name, object: table },
      hint: "Look at `tenon status --objects`. When that table may go without a dump, say so: `--no-dump` (`withoutDump: true`).",
    },
  );
}

function undecided(
  plugin: string,
  filled: readonly { readonly name: string; readonly rows: number }[],
): TenonError {
  return new TenonError(
    "PLUGIN_DATA",
    `${plugin} has rows that would go: ${filled.map(({ name, rows }) => `${name} (${rows})`).join(", ")}. Nothing was removed.`,
    {
      where: { module: plugin },
      hint: "Say where a dump of them is written (`--dump DIR`, `dumpTo`), or that none is wanted (`--no-dump`, `withoutDump: true`).",
      details: { tables: Object.fromEntries(filled.map(({ name, rows }) => [name, rows])) },
    },
  );
}
