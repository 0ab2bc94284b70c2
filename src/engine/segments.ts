import type { SessionSettings } from "../dialects/index.js";
import { TenonError } from "../errors.js";
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

/**
 * All steps in one transaction. Foreign keys are off for all of them where one asks for it: they are still checked in
 * the end, so this can only refuse more.
 * @throws TenonError `UNSUPPORTED` for a step that runs without a transaction
 */
export function oneSegment(steps: readonly PreparedStep[]): Segment[] {
  const outside = steps.find((step) => step.transaction === "outside");
  if (outside !== undefined) throw cannotBeBound(outside);
  if (steps.length === 0) return [];
  const restore = [...new Set(steps.flatMap((step) => step.settings.restore ?? []))];
  const wanted = steps.flatMap((step) => step.settings.foreignKeys ?? []);
  const foreignKeys = wanted.includes("off") ? "off" : wanted[0];
  const settings = {
    ...(foreignKeys === undefined ? {} : { foreignKeys }),
    ...(restore.length === 0 ? {} : { restore }),
  };
  return [{ transaction: "inside", settings, steps }];
}

function cannotBeBound({ planned: { module, version, migration } }: PreparedStep): TenonError {
  return new TenonError(
    "UNSUPPORTED",
    `${module}@${version} asks to run without a transaction, and a plugin comes and goes in one.`,
    {
      where: { module, version, file: migration?.file },
      hint: "Leave `no-transaction` out, or run this migration as one of a core module.",
    },
  );
}

function isSameSettings(a: SessionSettings, b: SessionSettings): boolean {
  return a.foreignKeys === b.foreignKeys && (a.restore ?? []).join() === (b.restore ?? []).join();
}
