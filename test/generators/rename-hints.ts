import type { RenameHint } from "../../src/schema/index.js";

/** What a generator makes, known by its number whatever it is called. */
interface Identified {
  readonly id: number;
  readonly name: string;
}

/** Says which of these were renamed; of what only looks like it, that it was not. `path` is what they are in. */
export function renameHints(
  olds: readonly Identified[],
  nows: readonly Identified[],
  path: readonly string[],
): RenameHint[] {
  const hints: RenameHint[] = [];
  for (const { id, name } of olds) {
    const now = nows.find((candidate) => candidate.id === id)?.name;
    const isTaken = nows.some((candidate) => candidate.name === name);
    const from = [...path, name];
    if (now === undefined && isTaken) hints.push({ text: `${from.join(".")}:`, from, to: undefined });
    if (now !== undefined && now !== name) hints.push({ text: `${from.join(".")}:${now}`, from, to: [now] });
  }
  return hints;
}
