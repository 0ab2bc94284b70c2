import { type CatalogueGrowth, identityOf, type ListedObject } from "../dialects/index.js";
import { byIdentity, changesBetween } from "./ownership.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";

/** All objects that were there; or, before steps that only let the catalogue grow, where it stood. */
export type CatalogueLook =
  | { readonly kind: "listed"; readonly objects: readonly ListedObject[] }
  | { readonly kind: "marked"; readonly mark: number };

/** What came after a look; `all` is what is there now, where that was listed. */
export interface SinceLook {
  readonly made: readonly ListedObject[];
  readonly all: readonly ListedObject[] | undefined;
}

/**
 * Looks at the catalogue before and after steps. Where they can only have added to it, and the engine numbers what is
 * added, a look reads what is new and not all: else a thousand modules would read the whole catalogue a thousand times.
 */
export class CatalogueReader {
  readonly #context: Pick<RunContext, "connection" | "dialect" | "journal">;
  /** Numbers mean something as long as nobody else can write. */
  readonly #growth: CatalogueGrowth | undefined;

  constructor(
    context: Pick<RunContext, "connection" | "dialect" | "journal">,
    { isOneTransaction }: { readonly isOneTransaction: boolean },
  ) {
    this.#context = context;
    this.#growth = isOneTransaction ? context.dialect.catalogueGrowth : undefined;
  }

  /** Everything but the journal. */
  async list(): Promise<readonly ListedObject[]> {
    const { connection, dialect } = this.#context;
    return this.withoutJournal(await dialect.listObjects(connection, { definitions: false }));
  }

  withoutJournal(objects: readonly ListedObject[]): readonly ListedObject[] {
    return objects.filter((object) => !this.#context.journal.holds(object));
  }

  /** The look before a step; `listed` is what is there, where somebody just listed it. */
  async look(step: PreparedStep, listed: readonly ListedObject[] | undefined): Promise<CatalogueLook> {
    if (this.#growth !== undefined && onlyGrows(step, this.#growth)) {
      return { kind: "marked", mark: await this.#growth.mark(this.#context.connection) };
    }
    return { kind: "listed", objects: listed ?? (await this.list()) };
  }

  /** Whether what this step does can be seen from an earlier look. */
  suffices(look: CatalogueLook, step: PreparedStep): boolean {
    return look.kind === "listed" || (this.#growth !== undefined && onlyGrows(step, this.#growth));
  }

  async since(look: CatalogueLook, listed?: readonly ListedObject[]): Promise<SinceLook> {
    if (look.kind === "marked" && this.#growth !== undefined) {
      const since = await this.#growth.madeSince(this.#context.connection, look.mark);
      if (listed === undefined) return { made: this.withoutJournal(since), all: undefined };
      const identities = byIdentity(since);
      return { made: listed.filter((object) => identities.has(identityOf(object))), all: listed };
    }
    const all = listed ?? (await this.list());
    return { made: changesBetween(look.kind === "listed" ? look.objects : [], all).created, all };
  }
}

function onlyGrows(
  { planned: { step, migration }, scripts, transaction }: PreparedStep,
  growth: CatalogueGrowth,
): boolean {
  if (step.kind === "code" || migration?.verify?.kind === "code" || transaction === "outside") return false;
  return scripts.every(({ statements }) => statements.every((each) => growth.onlyGrows(each)));
}
