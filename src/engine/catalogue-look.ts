import { type CatalogueGrowth, identityOf, type ListedObject } from "../dialects/index.js";
import { byIdentity, changesBetween } from "./ownership.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";
import { SeenObjects } from "./seen-objects.js";

/** All objects that were there; or, before steps that only let the catalogue grow, where it stood. */
export type CatalogueLook =
  | { readonly kind: "listed"; readonly objects: readonly ListedObject[] }
  | { readonly kind: "marked"; readonly mark: string; readonly moment: number };

/** What came after a look; `all` is what is there now, where that was listed. */
export interface SinceLook {
  readonly made: readonly ListedObject[];
  readonly all: readonly ListedObject[] | undefined;
}

/**
 * Looks at the catalogue before and after steps. Where they can only have added to it, and the engine knows what is
 * new, a look reads that and not all: else a thousand modules would read the whole catalogue a thousand times.
 */
export class CatalogueReader {
  readonly #context: Pick<RunContext, "connection" | "dialect" | "journal">;
  readonly #growth: CatalogueGrowth | undefined;
  #isEmpty = false;
  /** Where what is new cannot be told from what was altered: all that has been seen; undefined until it was listed. */
  #seen: SeenObjects | undefined;

  constructor(
    context: Pick<RunContext, "connection" | "dialect" | "journal">,
    { isOneTransaction }: { readonly isOneTransaction: boolean },
  ) {
    this.#context = context;
    const { catalogueGrowth } = context.dialect;
    // Exact is what nobody else can disturb.
    this.#growth = catalogueGrowth?.isExact === true && !isOneTransaction ? undefined : catalogueGrowth;
  }

  /** Whether looks tell what is new and leave it open what is gone. */
  get overlooksDrops(): boolean {
    return this.#growth?.isExact === false;
  }

  /** Everything but the journal. */
  async list(): Promise<readonly ListedObject[]> {
    const { connection, dialect } = this.#context;
    return this.withoutJournal(await dialect.listObjects(connection, { definitions: false }));
  }

  withoutJournal(objects: readonly ListedObject[]): readonly ListedObject[] {
    return objects.filter((object) => !this.#context.journal.holds(object));
  }

  /** Nothing is in the database but the journal. */
  beginEmpty(): void {
    this.#isEmpty = true;
  }

  /** The look before a step; `listed` is what is there, where somebody just listed it. */
  async look(step: PreparedStep, listed: readonly ListedObject[] | undefined): Promise<CatalogueLook> {
    if (this.#growth === undefined || !onlyGrows(step, this.#growth)) {
      this.#isEmpty = false;
      return { kind: "listed", objects: listed ?? (await this.list()) };
    }
    if (!this.#growth.isExact) this.#seen ??= new SeenObjects(listed ?? (await this.list()));
    const ofNothing = this.#isEmpty ? this.#growth.ofNothing : undefined;
    this.#isEmpty = false;
    return {
      kind: "marked",
      mark: ofNothing ?? (await this.#growth.mark(this.#context.connection)),
      moment: this.#seen?.moment ?? 0,
    };
  }

  /** What was seen in the transaction is gone again; an earlier look that is gone back to knows what it had seen. */
  rolledBack(look: CatalogueLook | undefined): void {
    this.#isEmpty = false;
    if (look?.kind !== "marked") this.#seen = undefined;
  }

  /** Whether what this step does can be seen from an earlier look. */
  suffices(look: CatalogueLook, step: PreparedStep): boolean {
    return look.kind === "listed" || (this.#growth !== undefined && onlyGrows(step, this.#growth));
  }

  async since(look: CatalogueLook, listed?: readonly ListedObject[]): Promise<SinceLook> {
    if (look.kind === "listed" || this.#growth === undefined) {
      const all = listed ?? (await this.list());
      if (this.#seen !== undefined) this.#seen = new SeenObjects(all);
      return { made: changesBetween(look.kind === "listed" ? look.objects : [], all).created, all };
    }
    if (listed !== undefined && this.#seen !== undefined) {
      const made = this.#seen.unseenAt(look.moment, listed);
      this.#seen.add(made);
      return { made, all: listed };
    }
    const since = await this.#growth.madeSince(this.#context.connection, look.mark);
    const found = this.withoutJournal(since);
    if (listed !== undefined) {
      const identities = byIdentity(found);
      return { made: listed.filter((object) => identities.has(identityOf(object))), all: listed };
    }
    const made = this.#seen?.unseenAt(look.moment, found) ?? found;
    this.#seen?.add(made);
    return { made, all: undefined };
  }
}

function onlyGrows(
  { planned: { step, migration }, scripts, transaction }: PreparedStep,
  growth: CatalogueGrowth,
): boolean {
  if (step.kind === "code" || migration?.verify?.kind === "code" || transaction === "outside") return false;
  return scripts.every(({ statements }) => statements.every((each) => growth.onlyGrows(each)));
}
