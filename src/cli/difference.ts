import type { ChangedMigration } from "../engine/index.js";
import type { Paint } from "./paint.js";

/** A changed migration with the lines in which it was changed. */
export interface Difference {
  readonly change: ChangedMigration;
  /** A unified diff; undefined where one of the texts is not known. */
  readonly patch: string | undefined;
}

/** Compares what ran with what is defined, line by line. */
export async function differenceOf(change: ChangedMigration): Promise<Difference> {
  const { applied, defined } = change;
  if (applied === undefined || defined === undefined) return { change, patch: undefined };
  const { createTwoFilesPatch } = await import("diff");
  const name = `${change.module}@${change.version}`;
  const patch = createTwoFilesPatch(
    `${name} as applied`,
    change.file ?? name,
    applied,
    defined,
    "",
    "defined now",
  );
  // The line of `=` is for lists of patches.
  return { change, patch: patch.replace(/^=+\n/, "") };
}

export function describeDifference({ change, patch }: Difference, paint: Paint): string {
  const name = `${change.module}@${change.version}`;
  if (patch === undefined) {
    const { appliedChecksum: before, definedChecksum: now } = change;
    const why = change.applied === undefined ? "the journal did not keep what ran" : "it is code now";
    return `${paint.bold(name)} was changed; ${why}. Checksum ${before} when it ran, ${now} now.\n`;
  }
  return `${patch
    .trimEnd()
    .split("\n")
    .map((line) => paintLine(line, paint))
    .join("\n")}\n`;
}

function paintLine(line: string, paint: Paint): string {
  if (line.startsWith("---") || line.startsWith("+++")) return paint.bold(line);
  if (line.startsWith("@@")) return paint.cyan(line);
  if (line.startsWith("+")) return paint.green(line);
  return line.startsWith("-") ? paint.red(line) : line;
}
