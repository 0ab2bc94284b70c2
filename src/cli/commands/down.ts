import type { PlanRequest } from "../../api/index.js";
import { TenonError } from "../../errors.js";
import { parseCount } from "../arguments.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH, text } from "../flag.js";
import type { Project } from "../project.js";
import { runPlan } from "../run-plan.js";

export const command: Command = {
  takes: [{ shown: "N", isRequired: false, summary: "how many migrations to take back; 1 unless given" }],
  flags: [
    { name: "to", value: text("V"), summary: "take back everything of one module above this version" },
    { name: "all", value: SWITCH, summary: "take back everything" },
    { name: "dry-run", value: SWITCH, summary: "print the SQL and write nothing at all" },
  ],
  details:
    "Takes back the migrations that were applied last, newest first, over all modules or of the one that is named. The\n" +
    "tables and rows that they made go with them, so it says what goes and asks first; where there is no terminal it\n" +
    "needs --yes. When the code of a module is gone, the down SQL that the journal kept is used.",
  examples: [
    { line: "tenon down", does: "the last migration" },
    { line: "tenon down 3 --dry-run", does: "the SQL that would take back the last three" },
    { line: "tenon down --module users --to 2", does: "users, back to its version 2" },
    { line: "tenon down --module calendar --all --yes", does: "all of a plugin, without a question" },
  ],
  run: down,
};

async function down(context: CommandContext): Promise<Outcome> {
  const { arguments: given } = context;
  refuseSeveral(context);
  const [number] = given.positionals;
  const count = number === undefined ? 1 : parseCount(number, "The number of migrations");
  const project = await context.openProject(given.isSet("dry-run") ? "look" : "change");
  return runPlan(context, project, await request(context, project, count));
}

async function request(
  { arguments: given }: CommandContext,
  project: Project,
  count: number,
): Promise<PlanRequest> {
  const named = given.text("module");
  const to = given.text("to");
  if (to !== undefined) return { to, module: await project.oneModule(named), only: "down" };
  if (named !== undefined) await project.refuseUnknownModule(named);
  return { back: given.isSet("all") ? Number.MAX_SAFE_INTEGER : count, module: named };
}

function refuseSeveral({ arguments: given }: CommandContext): void {
  const ways = [
    ...(given.positionals.length > 0 ? ["a number"] : []),
    ...(given.text("to") === undefined ? [] : ["--to"]),
    ...(given.isSet("all") ? ["--all"] : []),
  ];
  if (ways.length < 2) return;
  throw new TenonError(
    "USAGE",
    `tenon down takes a number, --to or --all, and was given ${ways.join(" and ")}.`,
    {
      hint: "Keep one of them.",
    },
  );
}
