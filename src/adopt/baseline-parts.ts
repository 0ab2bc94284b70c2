import { join } from "node:path";
import type { Connection } from "../connection/index.js";
import { isModuleName, type Source } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { DatabaseModel } from "../schema/index.js";
import { type AppPart, appParts } from "./app-parts.js";
import type { BaselinePart } from "./baseline.js";
import type { FoundTool } from "./find-tools.js";
import type { ForeignEntry, ForeignHistory } from "./tools/index.js";

/** A module that gets a baseline, and where. */
export interface PlannedPart extends BaselinePart {
  readonly folder: string;
}

export interface PartsRequest {
  readonly connection: Connection;
  readonly modules: readonly Module[];
  /** The module that is meant; of a Django project it gets what belongs to no app. */
  readonly module: Module;
  readonly folder: string;
  readonly tool: FoundTool | undefined;
  readonly history: ForeignHistory | undefined;
}

/** The modules of which a baseline may have a part: the one that is meant, and the apps of a Django project. */
export function moduleNames({ module, history }: PartsRequest): readonly string[] {
  return [...new Set([...groupsOf(history), module.name])];
}

/** The folder of a module that gets a part: its own where it is known, else one beside the others'. */
export function folderOfPart({ modules, module, folder }: PartsRequest, name: string): string {
  const source = modules.find((each) => each.name === name)?.source;
  if (name === module.name) return folder;
  return source?.kind === "folder" ? source.path : join(folder, name);
}

/** What is read in such a folder, which may be another tool's, or not be there yet. */
export function sourceOfPart(path: string): Source {
  return { kind: "folder", path, layout: "native" };
}

/** The schema as the parts of modules: one, or one for each app of a Django project. */
export function partsOf(request: PartsRequest, model: DatabaseModel): readonly PlannedPart[] {
  const { module, history } = request;
  const apps = groupsOf(history);
  const whole: readonly AppPart[] = [{ app: undefined, model, dependsOn: [] }];
  const cut = apps.length === 0 ? whole : (appParts(model, apps) ?? whole);
  return cut.map(({ app, model: standing, dependsOn }) => {
    const name = app ?? module.name;
    const entries = (history?.entries ?? []).filter((each) => app === undefined || each.group === app);
    return {
      module: name,
      folder: folderOfPart(request, name),
      model: standing,
      description: descriptionOf(request.tool, entries),
      head: headOf(request, entries),
      dependsOn,
    };
  });
}

function groupsOf(history: ForeignHistory | undefined): readonly string[] {
  const groups = (history?.entries ?? []).flatMap(({ group }) => (group === undefined ? [] : [group]));
  return [...new Set(groups)].filter(isModuleName).sort();
}

function descriptionOf(tool: FoundTool | undefined, entries: readonly ForeignEntry[]): string {
  const last = entries.at(-1)?.id;
  if (tool === undefined) return "The schema as it stood when Tenon took over";
  return `The schema as ${tool.tool.name} left it${last === undefined ? "" : `, at ${last}`}`;
}

function headOf({ tool }: PartsRequest, entries: readonly ForeignEntry[]): readonly string[] {
  const count = `${entries.length} ${entries.length === 1 ? "row" : "rows"}`;
  return [
    "Written by `tenon adopt` from a database as it stood. It counts as applied there, and builds the same schema in an empty database.",
    ...(tool === undefined ? [] : [`It stands for ${count} of ${tool.address.table}.`]),
  ];
}
