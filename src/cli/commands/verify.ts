import type { DriftItem, Problem } from "../../engine/index.js";
import { describePlace } from "../../errors.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { printable } from "../display-width.js";
import { SWITCH } from "../flag.js";
import type { Paint } from "../paint.js";
import { counted } from "../wording.js";

export const command: Command = {
  takes: [],
  flags: [
    {
      name: "replay",
      value: SWITCH,
      summary: "compare with what the migrations build in a scratch database",
    },
  ],
  details:
    "Looks at the whole database: applied migrations that were changed since, versions that this program does not know,\n" +
    "migrations that failed, the verify steps of what is applied, rows that violate a foreign key, and drift: tables and\n" +
    "other objects that are not as the last run left them. Exit status 3 when it finds something. Nothing is written;\n" +
    "pending migrations are no problem, `tenon status --check` finds those.",
  examples: [
    { line: "tenon verify", does: "every module" },
    { line: "tenon verify --module users", does: "one module, and the foreign keys" },
    { line: "tenon verify --json", does: "for a program" },
  ],
  run: verify,
};

async function verify(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const project = await context.openProject("look");
  const named = given.text("module");
  const modules = named === undefined ? project.modules.list() : [project.modules.get(named)];
  const manager = project.manager(modules);
  const validation = await manager.validateSchema({ replay: given.isSet("replay") });
  const { valid, problems, needsMigration, comparedWith, drift } = validation;
  const { missingTables, extraTables, currentVersion, latestVersion } = validation;
  return {
    data: {
      database: project.database,
      valid,
      needsMigration,
      currentVersion,
      latestVersion,
      missingTables,
      extraTables,
      comparedWith,
      drift,
      problems: problems.map(problemData),
    },
    text: () =>
      describeDrift(drift, terminal.paint) +
      describeProblems(problems, modules.length, terminal.paint) +
      (comparedWith === "nothing"
        ? "The schema was compared with nothing: no run has taken a snapshot; use --replay.\n"
        : ""),
    status: valid ? 0 : 3,
  };
}

/** Each difference with its definition as it should be and as it is. */
function describeDrift(drift: readonly DriftItem[], paint: Paint): string {
  const lines = drift.flatMap((item) => [
    `${paint.red("drift")}  ${item.kind} ${item.objectKind} ${printable(item.object)}`,
    ...(item.expected === undefined
      ? []
      : [`  ${paint.dim("expected")}  ${printable(JSON.stringify(item.expected))}`]),
    ...(item.found === undefined
      ? []
      : [`  ${paint.dim("found")}     ${printable(JSON.stringify(item.found))}`]),
    "",
  ]);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function problemData({ code, message, where, hint }: Problem): Readonly<Record<string, unknown>> {
  return { code, message, where, hint: hint ?? null };
}

function describeProblems(problems: readonly Problem[], modules: number, paint: Paint): string {
  if (problems.length === 0)
    return `${paint.green("ok")}  ${counted(modules, "module")} verified, no problem found.\n`;
  const parts = problems.map((problem) => {
    const place = describePlace(problem.where);
    return [
      `${paint.red("problem")}  ${printable(problem.message)}`,
      ...(place === "" ? [] : [`  ${paint.dim("where")}  ${printable(place)}`]),
      ...(problem.hint === undefined ? [] : [`  ${paint.dim("hint")}   ${printable(problem.hint)}`]),
      `  ${paint.dim("code")}   ${problem.code}`,
      "",
    ].join("\n");
  });
  return `${parts.join("\n")}\n${counted(problems.length, "problem")} found.\n`;
}
