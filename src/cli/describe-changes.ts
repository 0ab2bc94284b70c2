import type { DiffChange, DiffHazard } from "../api/index.js";
import { printable } from "./display-width.js";
import type { Paint } from "./paint.js";

/** Changes as people read them, one a line, and below what they risk. */
export function describeChanges(
  changes: readonly DiffChange[],
  hazards: readonly DiffHazard[],
  paint: Paint,
): string {
  const risks = hazards.map((hazard) => `  ${paint.yellow(hazard.kind)}  ${printable(hazard.description)}`);
  return [
    ...changes.map((change) => printable(change.description)),
    ...(risks.length === 0 ? [] : ["", "Risks", ...risks]),
    "",
  ].join("\n");
}
