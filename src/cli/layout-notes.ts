import { type LayoutName, layoutOf, readLayout } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { Project } from "./project.js";
import { shownList } from "./wording.js";

/** How the folder of a module is read. */
export interface ModuleLayout {
  readonly module: string;
  readonly layout: LayoutName;
  /** For people: whose layout it is and why, and what that tool passes over; undefined for Tenon's own. */
  readonly note: string | undefined;
}

/** How the folders of these modules are read; those without a folder are left out. What is known of one is not looked for again. */
export function layoutsOf(
  project: Project,
  modules: readonly Module[],
  known: ReadonlyMap<string, LayoutName | undefined> = new Map(),
): readonly ModuleLayout[] {
  return modules.flatMap(({ name, source }): ModuleLayout[] => {
    if (source.kind !== "folder") return [];
    if (known.get(name) === "native") return [{ module: name, layout: "native", note: undefined }];
    const { layout, reason } = layoutOf(source.path, { layout: source.layout });
    if (layout === "native") return [{ module: name, layout, note: undefined }];
    const { passedOver } = readLayout(source.path, {
      module: name,
      engine: project.connection.engine,
      layout,
    });
    const left = passedOver.length === 0 ? "" : ` ${layout} passes over ${shownList([...passedOver], 3)}.`;
    return [{ module: name, layout, note: `${name} is read as ${layout} reads it: ${reason}.${left}` }];
  });
}
