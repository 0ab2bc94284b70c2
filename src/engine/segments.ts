import type { SessionSettings } from "../dialects/index.js";
import type { PreparedStep } from "./prepare-step.js";

/** Steps that run one after the other in one transaction, or one step that runs without. */
export interface Segment {
  readonly transaction: "inside" | "outside";
  readonly settings: SessionSettings;
  readonly steps: readonly PreparedStep[];
}

/**
 * Cuts a run where its transaction must end: around a step without a transaction, and where the session's
 * settings change, for those can only be changed between transactions. `each` cuts after every step.
 */
export function cutIntoSegments(steps: readonly PreparedStep[], mode: "run" | "each"): Segment[] {
  const segments: { transaction: "inside" | "outside"; settings: SessionSettings; steps: PreparedStep[] }[] =
    [];
  for (const step of steps) {
    const last = segments.at(-1);
    const joins =
      mode === "run" &&
      last !== undefined &&
      last.transaction === "inside" &&
      step.transaction === "inside" &&
      isSameSettings(last.settings, step.settings);
    if (joins) last.steps.push(step);
    else segments.push({ transaction: step.transaction, settings: step.settings, steps: [step] });
  }
  return segments;
}

function isSameSettings(a: SessionSettings, b: SessionSettings): boolean {
  return a.foreignKeys === b.foreignKeys && (a.restore ?? []).join() === (b.restore ?? []).join();
}
