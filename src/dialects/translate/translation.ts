import type { DatabaseModel, ObjectAddress } from "../../schema/index.js";

/** A model in the words of another engine. */
export interface Translation {
  /** Everything that can be said there; what cannot is left out and told in `refused`. */
  readonly model: DatabaseModel;
  readonly refused: readonly Untranslated[];
  /** What is left out and changes no meaning: how something is stored, or found faster. */
  readonly notes: readonly Untranslated[];
}

/** Something that the other engine has not, or says in another way. */
export interface Untranslated {
  readonly object: ObjectAddress;
  /** A sentence for people. */
  readonly reason: string;
}

export interface TranslateOptions {
  /** A type of the other engine for a column where the declared one is not what its values are; the default rules without. */
  readonly typeOf?: ((table: string, column: string) => string | undefined) | undefined;
}

/** Collects what does not translate, so that all of it is told at once. */
export class TranslationReport {
  readonly refused: Untranslated[] = [];
  readonly notes: Untranslated[] = [];

  refuse(object: ObjectAddress, reason: string): void {
    this.refused.push({ object, reason });
  }

  /** The text that `work` gives; refused by name, and undefined, where it does not translate. */
  attempt(object: ObjectAddress, what: string, to: string, work: () => string): string | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      this.refuse(object, `${what} uses ${error.message}, which does not translate to ${to}.`);
      return undefined;
    }
  }

  note(object: ObjectAddress, reason: string): void {
    this.notes.push({ object, reason });
  }
}

/** Says why an expression cannot be said on the other engine; caught where the object is known that it belongs to. */
export class Untranslatable extends Error {
  override readonly name = "Untranslatable";
}
