import type { ModuleState, ModuleStatus, ObjectOwner } from "../../engine/index.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH } from "../flag.js";
import { layoutsOf, type ModuleLayout } from "../layout-notes.js";
import type { Paint } from "../paint.js";
import type { Project } from "../project.js";
import { describeObjects, objectsForJson, sortObjects } from "../shown-objects.js";
import { type Cell, formatTable } from "../table.js";
import type { Terminal } from "../terminal.js";
import { counted, shownList, shownVersion, versionForJson } from "../wording.js";

export const command: Command = {
  takes: [],
  flags: [
    { name: "check", value: SWITCH, summary: "exit status 3 when something is pending" },
    { name: "objects", value: SWITCH, summary: "also every table, index, view, … and whose it is" },
  ],
  details:
    "Each module with the highest version that is applied, the highest that is defined, and what is pending. A plugin\n" +
    "that nobody brought in, or that rests, is inactive: `tenon plugin activate NAME`. Nothing is written.",
  examples: [
    { line: "tenon status", does: "all modules" },
    { line: "tenon status --check", does: "in CI: fails with 3 when a migration is pending" },
    { line: "tenon status --objects", does: "who owns what" },
    { line: "tenon status --json", does: "for a program" },
  ],
  run: status,
};

async function status(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const project = await context.openProject("look");
  const named = given.text("module");
  if (named !== undefined) await project.refuseUnknownModule(named);
  const all = await project.manager().getStatus();
  const atRest = await project.pluginsAtRest();
  const layouts = layoutsOf(
    project,
    project.modules.list().filter(({ name }) => named === undefined || name === named),
    new Map(all.map(({ module, layout }) => [module, layout])),
  );
  const modules = all
    .filter((each) => named === undefined || each.module === named)
    .map((each) => describeModule(each, project, { atRest, layouts }));
  const pending = modules
    .filter((each) => each.state !== "inactive")
    .reduce((sum, each) => sum + each.pending.length, 0);
  const objects = given.isSet("objects") ? await ownedObjects(project, named) : undefined;
  return {
    data: {
      database: project.database,
      pending,
      modules,
      ...(objects === undefined ? {} : { objects: objectsForJson(objects) }),
    },
    text: () => {
      const notes = layouts.flatMap(({ note }) => (note === undefined ? [] : [note]));
      const shown = describeStatus(modules, pending, notes, project, terminal);
      return objects === undefined ? shown : `${shown}\n${describeObjects(objects, terminal)}`;
    },
    status: given.isSet("check") && pending > 0 ? 3 : 0,
  };
}

async function ownedObjects(project: Project, named: string | undefined): Promise<readonly ObjectOwner[]> {
  const objects = await project.manager().getObjects();
  return sortObjects(objects.filter((object) => named === undefined || object.module === named));
}

type ShownState = ModuleState | "inactive";

interface ShownModule {
  readonly module: string;
  readonly kind: "core" | "plugin" | null;
  readonly state: ShownState;
  readonly currentVersion: number | string;
  readonly latestVersion: number | string;
  readonly pending: readonly (number | string)[];
  readonly applied: number;
  readonly failed: readonly { readonly version: number | string; readonly error: string }[];
  readonly changed: readonly (number | string)[];
  readonly unknown: readonly (number | string)[];
  /** Whose layout its folder has; null for a module without a folder. */
  readonly layout: string | null;
}

function describeModule(
  status: ModuleStatus,
  project: Project,
  { atRest, layouts }: { atRest: ReadonlySet<string>; layouts: readonly ModuleLayout[] },
): ShownModule {
  const { module, currentVersion, latestVersion, applied, failed } = status;
  const kind = project.modules.find(module)?.kind ?? null;
  const isInactive = kind === "plugin" && atRest.has(module) && failed.length === 0;
  return {
    module,
    kind,
    state: isInactive ? "inactive" : status.state,
    currentVersion,
    latestVersion,
    pending: status.pending.map(versionForJson),
    applied,
    failed: failed.map(({ version, error }) => ({ version: versionForJson(version), error })),
    changed: status.changed.map(versionForJson),
    unknown: status.unknown.map(versionForJson),
    layout: layouts.find((each) => each.module === module)?.layout ?? null,
  };
}

function describeStatus(
  modules: readonly ShownModule[],
  pending: number,
  notes: readonly string[],
  project: Project,
  { paint, width }: Terminal,
): string {
  const table = formatTable(
    [
      { title: "MODULE", canShrink: true },
      { title: "KIND" },
      { title: "CURRENT", align: "right" },
      { title: "LATEST", align: "right" },
      { title: "PENDING", align: "right" },
      { title: "STATE" },
    ],
    modules.map((each) => [
      each.module,
      each.kind ?? "-",
      shownVersion(each.currentVersion),
      shownVersion(each.latestVersion),
      String(each.pending.length),
      paintState(each.state, paint),
    ]),
    { paint, width },
  );
  const advice = [...notes, ...modules.flatMap(adviceFor), summary(pending)];
  return `${project.database}\n\n${table}\n${advice.join("\n")}\n`;
}

function paintState(state: ShownState, paint: Paint): Cell {
  switch (state) {
    case "current":
      return { text: state, paint: paint.green };
    case "pending":
      return { text: state, paint: paint.yellow };
    case "failed":
    case "changed":
      return { text: state, paint: paint.red };
    case "newer":
    case "unknown":
      return { text: state, paint: paint.cyan };
    case "inactive":
      return { text: state, paint: paint.dim };
  }
}

/** What the one word in the table means, where it is not plain. */
function adviceFor(module: ShownModule): string[] {
  const { module: name, failed, changed, unknown } = module;
  const names = (versions: readonly (number | string)[]) =>
    shownList(
      versions.map((version) => `${name}@${version}`),
      5,
    );
  switch (module.state) {
    case "failed":
      return failed.map((each) => `${name}@${each.version} failed: ${each.error}`);
    case "changed":
      return [`${names(changed)} changed after being applied: \`tenon repair\` shows how.`];
    case "newer":
      return [`${names(unknown)} applied and not known to this program.`];
    case "unknown":
      return [`${name} is in the database and not among the modules of this program.`];
    case "inactive":
      return [`${name} is a plugin that is not active: \`tenon plugin activate ${name}\`.`];
    case "current":
    case "pending":
      return [];
  }
}

function summary(pending: number): string {
  if (pending === 0) return "Nothing is pending.";
  return `${counted(pending, "migration")} pending: \`tenon up\` applies ${pending === 1 ? "it" : "them"}.`;
}
