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
import { bareName } from "./named-in-text.js";
import { changesBetween, describeObject, type Ownership } from "./ownership.js";
import { describeOwner, OF_JOURNAL, OWN_ONLY } from "./plugin-owner.js";
import { findMisplaced, type PluginPlaces, ROUTINES } from "./plugin-places.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";

export interface PluginGuardRequest {
  readonly context: RunContext;
  readonly step: PreparedStep;
  readonly rules: PluginRules;
  readonly ownership: Ownership;
  /** `fewer` where the engine can have them; `session` where nothing may be set up for it, as in a verification. */
  readonly rights: "fewer" | "session";
}

/** What a step that is contained runs under. */
export interface StepContainment {
  /** Where the plugin's statements run. */
  readonly connection: Connection;
  /** True when the engine itself keeps the plugin from what it may not do, and only the end has to be looked at. */
  readonly passes: boolean;
  before(statement: Statement): Promise<void>;
  after(statement: Statement): Promise<void>;
  /** Lets what was put off to the end of the transaction happen now, under the same watch. */
  settle(): Promise<void>;
}

/**
 * Keeps one step of a plugin within what the plugin owns: what it writes, and what it makes, changes and drops, is
 * taken from the engine, and whose it is from the journal.
 */
export class PluginGuard implements StepContainment {
  readonly #request: PluginGuardRequest;
  readonly #watch: PluginWatch;
  /** What was there before the step; all else is the plugin's own. */
  readonly #before: ReadonlyMap<string, ListedObject>;
  readonly #tablesBefore: ReadonlyMap<string, ListedObject>;
  readonly #places: PluginPlaces;
  #judged: readonly ListedObject[];
  /** What the step has made or changed so far, and by which statement, where that is known. */
  readonly #touched = new Map<string, Statement | undefined>();

  static async open(request: PluginGuardRequest): Promise<PluginGuard> {
    const { context, step, rules, ownership } = request;
    const { module, step: planned } = step.planned;
    const owned = ownership.all().filter((object) => object.module === module);
    const schemas = new Set(
      rules.schema === undefined
        ? [await context.journal.homeSchema(), ...owned.map(({ schema }) => schema)]
        : [rules.schema],
    );
    const watch = await context.dialect.watchPlugin(context.connection, {
      bounds: rules,
      owned,
      statements: step.scripts.flatMap((script) => script.statements),
      rights: planned.kind === "code" ? "session" : request.rights,
    });
    // After the watch has set itself up, so that what it lends to the plugin counts as no change.
    const before = await context.dialect.listObjects(context.connection, { definitions: true });
    return new PluginGuard(request, watch, before, schemas);
  }

  private constructor(
    request: PluginGuardRequest,
    watch: PluginWatch,
    before: readonly ListedObject[],
    schemas: ReadonlySet<string>,
  ) {
    const { rules, context } = request;
    const { capabilities, nameKey } = context.dialect;
    this.#places = { rules, schemas, hasSchemas: capabilities.hasSchemas, nameKey };
    this.#request = request;
    this.#watch = watch;
    this.#judged = before;
    this.#before = new Map(before.map((object) => [identityOf(object), object]));
    this.#tablesBefore = new Map(
      before.filter((object) => object.table === undefined).map((object) => [this.#tableKey(object), object]),
    );
  }

  get connection(): Connection {
    return this.#watch.connection;
  }

  /** All objects that were there before the step. */
  get found(): readonly ListedObject[] {
    return [...this.#before.values()];
  }

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

  async settle(): Promise<void> {
    this.#judgeUses(await this.#watch.settle(), undefined);
  }

  /** Judges the step as a whole; gives all objects as they are now. */
  async finish(): Promise<readonly ListedObject[]> {
    await this.#judgeObjects(undefined);
    // Names are judged at the end: a table that is built anew has another one for a while.
    for (const object of this.#judged) {
      const identity = identityOf(object);
      if (!this.#before.has(identity)) this.#judgeNew(object, this.#touched.get(identity));
    }
    const own = this.#judged.filter((object) => this.#ownerBesides(object) === undefined);
    const made = own.filter((object) => this.#touched.has(identityOf(object)));
    const there = new Set(
      this.#judged.filter((object) => object.table === undefined).map((object) => this.#tableKey(object)),
    );
    const later = await this.#watch.judge({ made, own });
    const nowhere = later.find(
      (use) => use.kind !== "refer" && !there.has(this.#tableKey({ ...use, name: use.table })),
    );
    // A way back may leave a function behind whose table is gone; it can be called by nobody with success.
    if (nowhere !== undefined && this.#request.step.planned.direction === "up")
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
      // Keys into tables of others are fine; one into the journal would keep Tenon from writing it.
      if (kind === "refer" && owner !== OF_JOURNAL) continue;
      throw this.#violation(VERBS[kind], "table", table, owner, statement);
    }
  }

  async #judgeObjects(statement: Statement | undefined): Promise<void> {
    const { dialect, connection } = this.#request.context;
    const now = await dialect.listObjects(connection, { definitions: true });
    const { created, changed, dropped } = changesBetween(this.#judged, now);
    for (const object of dropped) this.#judgeForeign("drops", object, statement);
    for (const object of changed) this.#judgeForeign("changes", object, statement);
    for (const object of created) this.#judgePlace(object, statement);
    for (const object of [...created, ...changed]) this.#touched.set(identityOf(object), statement);
    this.#judged = now;
  }

  #judgeForeign(verb: string, object: ListedObject, statement: Statement | undefined): void {
    const owner = this.#ownerBesides(object);
    if (owner !== undefined)
      throw this.#violation(verb, object.kind, describeObject(object), owner, statement);
  }

  /** Nothing in the session alone, and nothing that is part of what others have, not even for a while. */
  #judgePlace(object: ListedObject, statement: Statement | undefined): void {
    const { kind, schema, table, temporary } = object;
    const described = describeObject(object);
    if (temporary) {
      throw this.#forbiddenObject(described, "It would outlive the migration in the session.", statement);
    }
    if (table === undefined) return;
    const whole = { kind: "table", schema, name: table, table: undefined };
    const owner = this.#ownerBesides(this.#tablesBefore.get(this.#tableKey(whole)) ?? whole);
    if (owner !== undefined)
      throw this.#violation("makes", kind, described, `on a table ${owner}`, statement);
  }

  /** What the step leaves behind has the kind, the place and the name that a plugin's objects may have. */
  #judgeNew(object: ListedObject, statement: Statement | undefined): void {
    const described = describeObject(object);
    const misplaced = findMisplaced(object, this.#places);
    if (misplaced?.kind === "forbidden") throw this.#forbiddenObject(described, misplaced.hint, statement);
    if (misplaced?.kind === "elsewhere")
      throw this.#violation("makes", object.kind, described, misplaced.where, statement);
    const namesake = ROUTINES.has(object.kind) ? this.#foreignRoutine(bareName(object.name)) : undefined;
    if (namesake === undefined) return;
    const owner = `beside ${describeObject(namesake)}, ${this.#ownerBesides(namesake)}: calls of that could reach this one instead`;
    throw this.#violation("makes", object.kind, described, owner, statement);
  }

  #foreignRoutine(name: string): ListedObject | undefined {
    return [...this.#before.values()].find(
      (object) =>
        ROUTINES.has(object.kind) &&
        bareName(object.name) === name &&
        this.#ownerBesides(object) !== undefined,
    );
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
  hide: "hides",
  refer: "refers to",
};
