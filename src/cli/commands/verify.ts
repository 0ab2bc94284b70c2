import type { Problem } from "../../engine/index.js";
import { describePlace } from "../../errors.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { printable } from "../display-width.js";
import type { Paint } from "../paint.js";
import { counted } from "../wording.js";

export const command: Command = {
  takes: [],
  flags: [],
  details:
    "Looks at the whole database: applied migrations that were changed since, versions that this program does not know,\n" +
    "migrations that failed, the verify steps of what is applied, and rows that violate a foreign key. Exit status 3\n" +
    "when it finds something. Nothing is written; pending migrations are no problem, `tenon status --check` finds those.",
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
  const { valid, problems, needsMigration } = await project.manager(modules).validateSchema();
  return {
    data: { database: project.database, valid, needsMigration, problems: problems.map(problemData) },
    text: () => describeProblems(problems, modules.length, terminal.paint),
    status: valid ? 0 : 3,
  };
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
