import { type Migration, safeName } from "../migrations/index.js";

/** How a migration of another tool is called in Tenon's own layout. */
export interface NativeName {
  readonly migration: Migration;
  /** As it stands in the file's name. */
  readonly digits: string;
  readonly name: string;
}

/**
 * Names for the migrations of a folder, in their order. Versions stay where they are numbers and grow in that order; others
 * (`1.2.3`, a repeatable, two of one number) are counted anew from 1, all of them.
 */
export function nativeNames(migrations: readonly Migration[]): {
  readonly names: readonly NativeName[];
  readonly isRenumbered: boolean;
} {
  const written = migrations.map(({ origin, version }) => origin?.version || version);
  const isRenumbered = !written.every((digits, index) => {
    const before = index === 0 ? 0n : toNumber(written[index - 1] ?? "");
    const number = toNumber(digits);
    return number !== undefined && before !== undefined && number > before;
  });
  const width = Math.max(3, String(migrations.length).length);
  const names = migrations.map((migration, index): NativeName => {
    const digits = isRenumbered ? String(index + 1).padStart(width, "0") : (written[index] ?? "");
    const title = migration.origin?.name || migration.name;
    return { migration, digits, name: /[a-z0-9]/i.test(title) ? safeName(title) : "migration" };
  });
  return { names, isRenumbered };
}

function toNumber(digits: string): bigint | undefined {
  return /^\d{1,20}$/.test(digits) ? BigInt(digits) : undefined;
}
