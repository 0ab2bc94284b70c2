import type { Migration } from "./migration.js";

/** What tells whether a migration is applied already, and unchanged. */
type Known = Pick<Migration, "module" | "version" | "name" | "checksum" | "file">;

/** What is needed to run it, or to order it among others. */
type Rest = Omit<Migration, keyof Known | "load" | "origin" | "orderKey">;

/**
 * A migration whose steps are read when somebody asks for any of them. Most starts find that all is applied, and
 * should not pay for reading what takes a thousand migrations back.
 */
export function lazyMigration(known: Known, read: () => Rest): Migration {
  let rest: Rest | undefined;
  const whole = (): Rest => {
    rest ??= read();
    return rest;
  };
  // Own properties, so that a copy of the object is whole.
  return {
    ...known,
    get description() {
      return whole().description;
    },
    get up() {
      return whole().up;
    },
    get down() {
      return whole().down;
    },
    get verify() {
      return whole().verify;
    },
    get transaction() {
      return whole().transaction;
    },
    get allowLoss() {
      return whole().allowLoss;
    },
    get dependsOn() {
      return whole().dependsOn;
    },
  };
}

/** The same migrations with everything read. @throws TenonError whatever is wrong with one of them */
export function readWhole(migrations: readonly Migration[]): readonly Migration[] {
  return migrations.map((migration) => ({ ...migration }));
}
