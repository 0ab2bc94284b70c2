import type { ListedObject } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { PluginRules } from "../modules/index.js";
import { type CatalogueLook, CatalogueReader, type SinceLook } from "./catalogue-look.js";
import { claimObjects } from "./claim-objects.js";
import type { JournalRow } from "./journal-row.js";
import { makersOf } from "./named-in-text.js";
import { OwnedObjects } from "./owned-objects.js";
import { byIdentity, type OwnedObject, Ownership } from "./ownership.js";
import { PluginGuard } from "./plugin-guard.js";
import { withOwner } from "./plugin-owner.js";
import { keepRules, rulesOf } from "./plugin-rules.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";
import { findTakenName } from "./taken-names.js";

/** Steps of one module that follow each other, and what the database held before them. */
interface Batch {
  readonly module: string;
  readonly before: CatalogueLook;
  readonly steps: PreparedStep[];
  /** The step of a plugin, which was under guard. */
  readonly isContained: boolean;
}

/**
 * Sees what each module makes and drops, and keeps it in the journal. The catalogue is looked at where another
 * module begins and where the run ends, not at every step.
 */
export class ModuleWatch {
  readonly #context: RunContext;
  readonly #objects: OwnedObjects;
  readonly #catalogue: CatalogueReader;
  readonly #rules = new Map<string, PluginRules | undefined>();
  /** Undefined until it is read, and again after a rollback. */
  #ownership: Ownership | undefined;
  /** The run began in a database in which nothing was, so that nobody owns anything. */
  #beganEmpty = false;
  /** Whether something may be gone that was owned before the run: others drop things too. */
  #hadOwners = false;
  #batch: Batch | undefined;
  /** For the step of a plugin: its rules, and all objects before it, once they are listed. */
  #contained:
    | { readonly rules: PluginRules; readonly before: readonly ListedObject[] | undefined }
    | undefined;
  /** The batch as it was when the last transaction was committed, and how many steps it had then. */
  #committed: { readonly batch: Batch; readonly steps: number } | undefined;

  constructor(context: RunContext, transaction: { readonly isOneTransaction: boolean }) {
    this.#context = context;
    this.#catalogue = new CatalogueReader(context, transaction);
    this.#objects = new OwnedObjects(context.connection, context.dialect, context.journal);
  }

  /** Whether `before` would ask nothing of the database, and refuse nothing: `ran`, afterwards, then is enough. */
  isReadyFor(step: PreparedStep): boolean {
    const { module } = step.planned;
    const isContained = !this.#rules.has(module) || this.#rules.get(module) !== undefined;
    if (this.#ownership === undefined || isContained || !this.#continues(step)) return false;
    return findTakenName(step, this.#ownership, this.#context) === undefined;
  }

  /**
   * Called in the step's transaction, before it runs; `rows` are those of the journal.
   * @throws TenonError `OBJECT_TAKEN`
   */
  async before(step: PreparedStep, rows: Iterable<JournalRow>): Promise<void> {
    const { module } = step.planned;
    const ownership = await this.#load(rows);
    const rules = await this.#rulesOf(module);
    this.#contained = undefined;
    if (rules !== undefined) {
      // The guard lists for itself what was there; only then, though, a schema of the plugin's own has been made for it.
      const isNeeded = this.#batch !== undefined || rules.schema !== undefined;
      const before = isNeeded ? await this.#catalogue.list() : undefined;
      if (before !== undefined) await this.#settleBatch(ownership, before);
      this.#contained = { rules, before };
    } else if (!this.#continues(step)) {
      const listed = await this.#settleBatch(ownership);
      const before = await this.#catalogue.look(step, listed);
      this.#batch = { module, before, steps: [], isContained: false };
    }
    const ownSchema = this.#context.dialect.capabilities.hasSchemas ? rules?.schema : undefined;
    const taken = findTakenName(step, ownership, this.#context, ownSchema);
    if (taken !== undefined) throw taken;
    this.ran(step);
  }

  /** Counts a step among those whose objects are looked for at the end. */
  ran(step: PreparedStep): void {
    this.#batch?.steps.push(step);
  }

  /**
   * Puts the step of a plugin under guard; undefined for a core module. Called where a failure of the step rolls
   * back everything that happens from here on.
   */
  async contain(step: PreparedStep): Promise<PluginGuard | undefined> {
    const [contained, ownership] = [this.#contained, this.#ownership];
    if (contained === undefined || ownership === undefined) return undefined;
    const { rules, before } = contained;
    const guard = await PluginGuard.open({ context: this.#context, step, ownership, rules, rights: "fewer" });
    this.#contained = { rules, before: before ?? this.#catalogue.withoutJournal(guard.found) };
    return guard;
  }

  /** Judges what the step of a plugin has made, and writes it down. @throws TenonError `OWNERSHIP_VIOLATED`, `PLUGIN_FORBIDDEN` */
  async release(step: PreparedStep, guard: PluginGuard | undefined): Promise<void> {
    const [contained, ownership] = [this.#contained, this.#ownership];
    if (guard === undefined || contained === undefined || ownership === undefined) return;
    const now = this.#catalogue.withoutJournal(await guard.finish());
    const { module } = step.planned;
    const before: CatalogueLook = { kind: "listed", objects: contained.before ?? [] };
    this.#batch = { module, before, steps: [step], isContained: true };
    await this.#settleBatch(ownership, now);
    await guard.end();
    await keepRules(this.#context.journal, module, contained.rules);
  }

  /**
   * The step was rolled back, and so was what was written down of it. Gives its error, with the owner where the
   * engine itself has refused a plugin something of another's.
   */
  failed(step: PreparedStep, error: unknown): unknown {
    const [contained, ownership] = [this.#contained, this.#ownership];
    if (contained === undefined) return error;
    this.#contained = undefined;
    this.#ownership = undefined;
    this.#batch = undefined;
    if (ownership === undefined || !(error instanceof TenonError)) return error;
    return withOwner(error, {
      step,
      ownership,
      objects: contained.before ?? [],
      journal: this.#context.journal,
    });
  }

  /** Writes what the steps so far have made and dropped: called in the transaction in which the books are written. */
  async settle(rows: Iterable<JournalRow>): Promise<void> {
    const all = [...rows];
    const ownership = await this.#load(all);
    if (this.#batch !== undefined) {
      const mayMiss = this.#hadOwners || this.#catalogue.overlooksDrops;
      await this.#settleBatch(ownership, mayMiss ? await this.#catalogue.list() : undefined);
    }
    const last = Math.max(0, ...all.map((row) => row.sequence));
    await this.#context.journal.writeState(COVERED, String(last));
  }

  /** Nothing is in the database but the journal, which was just made. */
  beginEmpty(): void {
    this.#beganEmpty = true;
    this.#catalogue.beginEmpty();
  }

  committed(): void {
    this.#beganEmpty = false;
    this.#committed = this.#batch && { batch: this.#batch, steps: this.#batch.steps.length };
  }

  rolledBack(): void {
    this.#beganEmpty = false;
    this.#batch = this.#committed?.batch;
    if (this.#committed !== undefined) this.#committed.batch.steps.length = this.#committed.steps;
    this.#ownership = undefined;
    this.#catalogue.rolledBack(this.#batch?.before);
  }

  /** Whether the step belongs to the batch, and the batch's look is enough for it. */
  #continues(step: PreparedStep): boolean {
    const batch = this.#batch;
    return batch?.module === step.planned.module && this.#catalogue.suffices(batch.before, step);
  }

  /** Gives all that is there where it was listed; `listed` where somebody has just done so. */
  async #settleBatch(
    ownership: Ownership,
    listed?: readonly ListedObject[],
  ): Promise<readonly ListedObject[] | undefined> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined) return listed;
    const { made, all } = await this.#catalogue.since(batch.before, listed);
    if (all !== undefined) await this.#disownGone(ownership, all);
    await this.#ownMade(ownership, batch, { made, all });
    return all;
  }

  async #ownMade(ownership: Ownership, batch: Batch, { made, all }: SinceLook): Promise<void> {
    const last = batch.steps.at(-1)?.planned.version;
    if (last === undefined) return;
    const { dialect } = this.#context;
    const makerOf = makersOf(batch.steps.map(textsOf), dialect.syntax, dialect.nameKey);
    const created = new Set(made);
    // A step without a transaction may have made some of its objects in an earlier, interrupted run.
    const isResumed = batch.steps.some((step) => step.transaction === "outside");
    const isTheirs = (object: ListedObject): boolean => {
      // A plugin's guard has seen that it touched nothing of others: a namesake in another schema is not its own.
      if (created.has(object)) return ownership.ownerOf(object) === undefined;
      if (batch.isContained || makerOf(object) === undefined) return false;
      // What another module had was dropped by this one first, or its name would have been refused.
      const owner = ownership.ownerOf(object);
      return owner === undefined ? isResumed : owner.module !== batch.module;
    };
    const owned = (all ?? made)
      .filter((object) => !object.temporary && isTheirs(object))
      .map((object): OwnedObject => {
        const { kind, schema, name, table } = object;
        return { kind, schema, name, table, module: batch.module, version: makerOf(object) ?? last };
      });
    await this.#own(ownership, owned);
  }

  async #load(rows: Iterable<JournalRow>): Promise<Ownership> {
    if (this.#ownership !== undefined) return this.#ownership;
    const { journal } = this.#context;
    const stored = this.#beganEmpty ? undefined : await this.#objects.read();
    if (stored === undefined) await this.#objects.create();
    const ownership = new Ownership(stored ?? [], this.#context.dialect.nameKey);
    this.#hadOwners ||= ownership.all().length > 0;
    const covered = stored === undefined ? 0 : Number((await journal.readState(COVERED)) ?? 0);
    const unseen = [...rows].filter((row) => row.status === "applied" && row.sequence > covered);
    if (unseen.length > 0) {
      const listed = await this.#catalogue.list();
      await this.#own(ownership, claimObjects(this.#context, unseen, listed, ownership));
    }
    this.#ownership = ownership;
    return ownership;
  }

  async #own(ownership: Ownership, objects: readonly OwnedObject[]): Promise<void> {
    await this.#objects.write(objects);
    for (const object of objects) ownership.add(object);
  }

  /** What is gone belongs to nobody, whoever dropped it and when. */
  async #disownGone(ownership: Ownership, now: readonly ListedObject[]): Promise<void> {
    const gone = ownership.beyond(byIdentity(now));
    await this.#objects.remove(gone);
    for (const object of gone) ownership.remove(object);
  }

  async #rulesOf(module: string): Promise<PluginRules | undefined> {
    if (!this.#rules.has(module)) this.#rules.set(module, await rulesOf(this.#context, module));
    return this.#rules.get(module);
  }
}

/** State of the journal: the sequence of the last row whose objects have been looked at. */
export const COVERED = "owned";

function textsOf(step: PreparedStep) {
  const statements = step.scripts.flatMap((script) => script.statements);
  return { maker: step.planned.version, statements };
}
