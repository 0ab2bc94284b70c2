import type { Plan } from "../api/index.js";
import type { RunResult, StepResult } from "../engine/index.js";
import type { Outcome } from "./command.js";
import type { Project } from "./project.js";
import { formatTable } from "./table.js";
import type { Terminal } from "./terminal.js";
import { counted, shownDuration, shownList, versionForJson } from "./wording.js";

/** A plan that is shown and not run: its SQL on stdout. */
export function planOutcome(plan: Plan, project: Project, terminal: Terminal): Outcome {
  const { steps } = plan;
  if (steps.length === 0) terminal.note("Nothing to do.");
  else terminal.note(`${counted(steps.length, "step")} to take; nothing is run.`);
  return {
    data: {
      database: project.database,
      steps: steps.map(
        ({ direction, module, version, name, description, transaction, file, statements }) => ({
          direction,
          module,
          version,
          name,
          description: description ?? null,
          transaction,
          file: file ?? null,
          statements: statements ?? null,
        }),
      ),
    },
    text: () => plan.toSql(),
  };
}

/** A run that is done: its steps. */
export function runOutcome({ steps }: RunResult, project: Project, terminal: Terminal): Outcome {
  return {
    data: {
      database: project.database,
      steps: stepsForJson(steps),
    },
    text: () => describeSteps(steps, terminal),
  };
}

/** Steps that were taken, as `--json` gives them. */
export function stepsForJson(steps: readonly StepResult[]): readonly Readonly<Record<string, unknown>>[] {
  return steps.map(({ direction, module, version, name, durationMs }) => ({
    direction,
    module,
    version: versionForJson(version),
    name,
    durationMs,
  }));
}

/** What was done, one line a step, and in a sentence. */
function describeSteps(steps: readonly StepResult[], { paint, width }: Terminal): string {
  if (steps.length === 0) return "Nothing to do.\n";
  const shown = steps.slice(0, MOST_LINES);
  const table = formatTable(
    [
      { title: "STEP" },
      { title: "MIGRATION" },
      { title: "NAME", canShrink: true },
      { title: "TIME", align: "right" },
    ],
    shown.map((step) => [
      step.direction === "up" ? { text: "up", paint: paint.green } : { text: "down", paint: paint.yellow },
      `${step.module}@${step.version}`,
      step.name,
      shownDuration(step.durationMs),
    ]),
    { paint, width },
  );
  const more = steps.length > shown.length ? `… and ${steps.length - shown.length} more\n` : "";
  return `${table}${more}\n${summarise(steps)}\n`;
}

const MOST_LINES = 50;

function summarise(steps: readonly StepResult[]): string {
  const ups = steps.filter((step) => step.direction === "up");
  const downs = steps.length - ups.length;
  const parts = [
    ...(downs > 0 ? [`took back ${counted(downs, "migration")}`] : []),
    ...(ups.length > 0 ? [`applied ${counted(ups.length, "migration")}`] : []),
  ];
  const duration = steps.reduce((sum, step) => sum + step.durationMs, 0);
  const sentence = `${parts.join(" and ")} in ${shownDuration(duration)}`;
  const versions = [...new Map(ups.map((step) => [step.module, step.version]))].map(
    ([module, version]) => `${module} is at ${version}`,
  );
  const end = versions.length === 0 ? "" : `: ${shownList(versions, 6)}`;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${end}.`;
}
