import type { Connection } from "../connection/index.js";
import {
  identityOf,
  type ListedObject,
  type ObjectIdentity,
  type PluginWatch,
  type TableUse,
} from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { PluginRules } from "../modules/index.js";
import type { Statement } from "../sql/index.js";
import { changesBetween, describeObject, type Ownership } from "./ownership.js";
import { describeOwner, OF_JOURNAL, OWN_ONLY } from "./plugin-owner.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";

export interface PluginGuardRequest {
  readonly context: RunContext;
  readonly step: PreparedStep;
  readonly rules: PluginRules;
  readonly ownership: Ownership;
}

/**
 * Keeps one step of a plugin within what the plugin owns: what it writes, and what it makes, changes and drops, is
 * taken from the engine, and whose it is from the journal.
 */
export class PluginGuard {
  readonly #request: PluginGuardRequest;
  readonly #watch: PluginWatch;
  /** What was there before the step; all else is the plugin's own. */
  readonly #before: ReadonlyMap<string, ListedObject>;
  readonly #tablesBefore: ReadonlyMap<string, ListedObject>;
  #judged: readonly ListedObject[];
  /** What the step has made or changed so far. */
  readonly #touched = new Map<string, ListedObject>();

  static async open(request: PluginGuardRequest): Promise<PluginGuard> {
    const { context, step, rules, ownership } = request;
    const { module, step: planned } = step.planned;
    const watch = await context.dialect.watchPlugin(context.connection, {
      bounds: rules,
      owned: ownership.all().filter((object) => object.module === module),
      statements: step.scripts.flatMap((script) => script.statements),
      isCode: planned.kind === "code",
    });
    // After the watch has set itself up, so that what it lends to the plugin counts as no change.
    const before = await context.dialect.listObjects(context.connection, { definitions: true });
    return new PluginGuard(request, watch, before);
  }

  private constructor(request: PluginGuardRequest, watch: PluginWatch, before: readonly ListedObject[]) {
    this.#request = request;
    this.#watch = watch;
    this.#judged = before;
    this.#before = new Map(before.map((object) => [identityOf(object), object]));
    this.#tablesBefore = new Map(
      before.filter((object) => object.table === undefined).map((object) => [this.#tableKey(object), object]),
    );
  }

  /** Where the plugin's statements run. */
  get connection(): Connection {
    return this.#watch.connection;
  }

  /** True when the engine itself keeps the plugin from what it may not do, and only the end has to be looked at. */
  get passes(): boolean {
    return this.#watch.passes;
  }

  /** @throws TenonError `PLUGIN_FORBIDDEN`, `OWNERSHIP_VIOLATED` */
  async before(statement: Statement): Promise<void> {
    this.#judgeUses(await this.#watch.before(statement), statement);
  }

  /** @throws TenonError `PLUGIN_FORBIDDEN`, `OWNERSHIP_VIOLATED` */
  async after(statement: Statement): Promise<void> {
    this.#judgeUses(await this.#watch.after(statement), statement);
    if (this.#watch.mayHideObjects(statement)) await this.#judgeObjects(statement);
  }

  /** Lets what was put off to the end of the transaction happen now, under the same watch. */
  async settle(): Promise<void> {
    this.#judgeUses(await this.#watch.settle(), undefined);
  }

  /** Judges the step as a whole; gives all objects as they are now. */
  async finish(): Promise<readonly ListedObject[]> {
    await this.#judgeObjects(undefined);
    const made = this.#judged.filter((object) => this.#touched.has(identityOf(object)));
    const there = new Set(
      this.#judged.filter((object) => object.table === undefined).map((object) => this.#tableKey(object)),
    );
    const later = await this.#watch.judge(made);
    const nowhere = later.find((use) => !there.has(this.#tableKey({ ...use, name: use.table })));
    if (nowhere !== undefined)
      throw this.#violation("would later write", "table", nowhere.table, "which is not there", undefined);
    this.#judgeUses(later, undefined);
    return this.#judged;
  }

  /** Gives everything back as it was before the step. */
  async end(): Promise<void> {
    await this.#watch.end();
  }

  #judgeUses(uses: readonly TableUse[], statement: Statement | undefined): void {
    for (const use of uses) {
      const { kind, schema, table } = use;
      const object = { kind: "table", schema, name: table, table: undefined };
      const owner = this.#ownerBesides(this.#tablesBefore.get(this.#tableKey(object)) ?? object);
      if (owner === undefined) continue;
      if (kind === "read" && this.#mayRead(schema, table)) continue;
      throw this.#violation(VERBS[kind], "table", table, owner, statement);
    }
  }

  async #judgeObjects(statement: Statement | undefined): Promise<void> {
    const { dialect, connection } = this.#request.context;
    const now = await dialect.listObjects(connection, { definitions: true });
    const { created, changed, dropped } = changesBetween(this.#judged, now);
    for (const object of dropped) this.#judgeForeign("drops", object, statement);
    for (const object of changed) this.#judgeForeign("changes", object, statement);
    for (const object of created) this.#judgeCreated(object, statement);
    for (const object of [...created, ...changed]) this.#touched.set(identityOf(object), object);
    this.#judged = now;
  }

  #judgeForeign(verb: string, object: ListedObject, statement: Statement | undefined): void {
    const owner = this.#ownerBesides(object);
    if (owner !== undefined)
      throw this.#violation(verb, object.kind, describeObject(object), owner, statement);
  }

  #judgeCreated(object: ListedObject, statement: Statement | undefined): void {
    const { rules, context } = this.#request;
    const { kind, schema, name, table } = object;
    const described = describeObject(object);
    if (object.temporary) {
      throw this.#forbiddenObject(described, "It would outlive the migration in the session.", statement);
    }
    if (table !== undefined) {
      const whole = { kind: "table", schema, name: table, table: undefined };
      const owner = this.#ownerBesides(this.#tablesBefore.get(this.#tableKey(whole)) ?? whole);
      if (owner !== undefined)
        throw this.#violation("makes", kind, described, `on a table ${owner}`, statement);
      return;
    }
    if (kind === "schema" && context.dialect.capabilities.hasSchemas && name === rules.schema) return;
    if (kind === "extension" && rules.extensions.includes(name)) return;
    if (!CREATABLE.has(kind)) {
      throw this.#forbiddenObject(described, `A plugin may make ${[...CREATABLE].join(", ")}.`, statement);
    }
    const { nameKey, capabilities } = context.dialect;
    if (capabilities.hasSchemas && rules.schema !== undefined && schema !== rules.schema) {
      throw this.#violation("makes", kind, described, `outside its schema ${rules.schema}`, statement);
    }
    const inSchemas = !capabilities.hasSchemas && rules.schema !== undefined ? `${rules.schema}_` : undefined;
    const prefix = rules.prefix ?? inSchemas;
    if (prefix !== undefined && !nameKey(name).startsWith(prefix)) {
      throw this.#violation("makes", kind, described, `whose name does not begin with ${prefix}`, statement);
    }
  }

  /** Whose an object is when it is not the plugin's, as the end of a sentence; undefined for the plugin's own. */
  #ownerBesides(object: ObjectIdentity): string | undefined {
    const { context, step, ownership } = this.#request;
    if (context.journal.holds(object)) return OF_JOURNAL;
    if (/^sqlite_/i.test(object.name)) return "which SQLite keeps for itself";
    const known = this.#before.get(identityOf(object));
    if (known === undefined) return undefined;
    const owner = ownership.ownerOf(known) ?? this.#ownerOfWhole(known);
    return owner?.module === step.planned.module ? undefined : describeOwner(owner);
  }

  /** A part that no module made goes with its table. */
  #ownerOfWhole(object: ListedObject) {
    if (object.table === undefined) return undefined;
    const whole = this.#tablesBefore.get(this.#tableKey({ schema: object.schema, name: object.table }));
    return whole === undefined ? undefined : this.#request.ownership.ownerOf(whole);
  }

  #mayRead(schema: string, table: string): boolean {
    const { reads } = this.#request.rules;
    const { nameKey } = this.#request.context.dialect;
    if (reads === undefined) return true;
    return reads.some((name) => [nameKey(table), nameKey(`${schema}.${table}`)].includes(nameKey(name)));
  }

  #tableKey({ schema, name }: { readonly schema: string; readonly name: string }): string {
    return `${schema}\0${this.#request.context.dialect.nameKey(name)}`;
  }

  #violation(
    verb: string,
    kind: string,
    described: string,
    owner: string,
    statement: Statement | undefined,
  ): TenonError {
    const { module, version } = this.#request.step.planned;
    const object = described.startsWith(kind) ? described : `${kind} ${described}`;
    return new TenonError(
      "OWNERSHIP_VIOLATED",
      `The plugin's migration ${module}@${version} ${verb} ${object}, ${owner}. It was rolled back.`,
      {
        where: { object: described, line: statement?.line, column: statement?.column },
        hint: OWN_ONLY,
        details: { action: verb, object: described, owner },
      },
    );
  }

  #forbiddenObject(described: string, hint: string, statement: Statement | undefined): TenonError {
    const { module, version } = this.#request.step.planned;
    return new TenonError(
      "PLUGIN_FORBIDDEN",
      `The plugin's migration ${module}@${version} makes ${described}, which is not allowed in a plugin. It was rolled back.`,
      { where: { object: described, line: statement?.line, column: statement?.column }, hint },
    );
  }
}

const VERBS: Readonly<Record<TableUse["kind"], string>> = {
  read: "reads",
  write: "writes rows of",
  lock: "locks or empties",
};

/** What a plugin can have; all else concerns the whole database, or acts beyond it. */
const CREATABLE: ReadonlySet<string> = new Set([
  "table",
  "view",
  "materialized view",
  "index",
  "sequence",
  "type",
  "domain",
  "function",
  "procedure",
  "aggregate",
  "statistics",
  "trigger",
  "rule",
  "policy",
]);
