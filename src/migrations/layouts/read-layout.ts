import { readFolder } from "../folder.js";
import type { LoadContext } from "../load-context.js";
import type { LayoutChoice, LayoutName, Migration } from "../migration.js";
import { type Detected, detectLayout, LAYOUTS } from "./detect.js";
import { FolderView } from "./folder-view.js";
import { migrationsOf } from "./tool-folder.js";

export interface LayoutContext extends LoadContext {
  /** Whose layout it is; found out by looking unless given. */
  readonly layout?: LayoutChoice | undefined;
}

/** What a folder holds, read as the tool reads it whose layout it has. */
export interface LayoutReading {
  readonly layout: LayoutName;
  /** Why this layout, for people: a clause without a point. */
  readonly reason: string;
  /** In that tool's own order. */
  readonly migrations: readonly Migration[];
  /** Files of SQL that the tool does not run, as they are shown to people. */
  readonly passedOver: readonly string[];
}

/**
 * Reads the migrations in a folder of any tool. Programs are not run.
 *
 * @throws TenonError `LAYOUT_UNCLEAR`, `MIGRATIONS_FOLDER_MISSING`, `FILE_FAILED`, `MIGRATION_NOT_UTF8`,
 *   `MIGRATION_NAME_INVALID`, `MIGRATION_DUPLICATE`, `MIGRATION_ORPHAN`, `MIGRATION_INVALID`, `VERSION_INVALID`, `DIRECTIVE_UNKNOWN`,
 *   `DIRECTIVE_INVALID`; `LAYOUT_UNSUPPORTED` for a folder of another engine
 */
export function readLayout(folder: string, context: LayoutContext): LayoutReading {
  const view = FolderView.open(folder, context.baseFolder);
  const { layout, reason } = chooseLayout(view, context.layout);
  const tool = LAYOUTS.find(({ name }) => name === layout);
  if (tool === undefined)
    return { layout, reason, migrations: readFolder(folder, context, view.reader()), passedOver: [] };
  const { migrations, passedOver } = tool.read(view, context.engine);
  return {
    layout,
    reason,
    migrations: migrationsOf(tool, migrations, context),
    passedOver: passedOver.map(({ file }) => file),
  };
}

/** Whose layout a folder has, and why. @throws TenonError `LAYOUT_UNCLEAR`, `MIGRATIONS_FOLDER_MISSING` */
export function layoutOf(folder: string, context: Pick<LayoutContext, "layout" | "baseFolder">): Detected {
  return chooseLayout(FolderView.open(folder, context.baseFolder), context.layout);
}

function chooseLayout(view: FolderView, choice: LayoutChoice = "auto"): Detected {
  return choice === "auto" ? detectLayout(view) : { layout: choice, reason: "so it was said" };
}
