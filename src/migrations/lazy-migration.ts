import type { Migration, ModuleReference, Version } from "./migration.js";

/** What tells whether a migration is applied already, and unchanged. */
type Known = Pick<Migration, "module" | "version" | "name" | "checksum" | "file">;

/** What is needed to run it, or to order it among others. */
export type Rest = Omit<Migration, keyof Known | "load" | "origin" | "orderKey">;

/**
 * A migration whose steps are read when somebody asks for any of them. Most starts find that all is applied, and
 * should not pay for reading what takes a thousand migrations back.
 *
 * What it reads are no properties of its own, for it costs more to make them than all the rest of it: a copy is made with `readWhole`.
 */
export class LazyMigration implements Migration {
  readonly module: string;
  readonly version: Version;
  readonly name: string;
  readonly checksum: string;
  readonly file: string | undefined;
  readonly #read: () => Rest;
  readonly #mayDepend: () => boolean;
  #rest: Rest | undefined;

  /** @param mayDepend False where it plainly depends on nothing: whoever asks for that alone has nothing read. */
  constructor({ module, version, name, checksum, file }: Known, read: () => Rest, mayDepend: () => boolean) {
    this.module = module;
    this.version = version;
    this.name = name;
    this.checksum = checksum;
    this.file = file;
    this.#read = read;
    this.#mayDepend = mayDepend;
  }

  get description() {
    return this.#whole.description;
  }

  get up() {
    return this.#whole.up;
  }

  get down() {
    return this.#whole.down;
  }

  get verify() {
    return this.#whole.verify;
  }

  get transaction() {
    return this.#whole.transaction;
  }

  get allowLoss() {
    return this.#whole.allowLoss;
  }

  get dependsOn() {
    return this.#rest === undefined && !this.#mayDepend() ? NOTHING : this.#whole.dependsOn;
  }

  get #whole(): Rest {
    this.#rest ??= this.#read();
    return this.#rest;
  }
}

const NOTHING: readonly ModuleReference[] = [];

/** Whether a text may say in a directive what it depends on. */
export function mayNameDependency(text: string): boolean {
  return /depends-on/i.test(text);
}

/** The same migrations with everything read. @throws TenonError whatever is wrong with one of them */
export function readWhole(migrations: readonly Migration[]): readonly Migration[] {
  return migrations.map((migration) => {
    if (!(migration instanceof LazyMigration)) return migration;
    const { module, version, name, checksum, file } = migration;
    const { description, up, down, verify, transaction, allowLoss, dependsOn } = migration;
    return {
      module,
      version,
      name,
      description,
      up,
      down,
      verify,
      checksum,
      transaction,
      allowLoss,
      dependsOn,
      file,
    };
  });
}
