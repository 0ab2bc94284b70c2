import { readFolder } from "../folder.js";
import type { FolderView } from "../folder-view.js";
import { forgetOldest, openFolder } from "../kept-folders.js";
import type { LoadContext } from "../load-context.js";
import type { LayoutChoice, LayoutName, Migration } from "../migration.js";
import { type Detected, detectLayout, LAYOUTS } from "./detect.js";
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
  const view = openFolder(folder, context.baseFolder);
  const { layout, reason } = chooseLayout(view, context.layout);
  const readings = readingsOf.get(view) ?? new Map<string, LayoutReading>();
  readingsOf.set(view, readings);
  const key = `${layout} ${context.engine} ${context.module}`;
  const known = readings.get(key);
  if (known !== undefined) return { ...known, reason };
  const reading = { layout, reason, ...readAs(layout, view, context) };
  readings.set(key, reading);
  forgetOldest();
  return reading;
}

/** Whose layout a folder has, and why. @throws TenonError `LAYOUT_UNCLEAR`, `MIGRATIONS_FOLDER_MISSING` */
export function layoutOf(folder: string, context: Pick<LayoutContext, "layout" | "baseFolder">): Detected {
  return chooseLayout(openFolder(folder, context.baseFolder), context.layout);
}

/** What was read of a folder holds as long as the look at it: the folder is opened anew when anything in it has changed. */
const readingsOf = new WeakMap<FolderView, Map<string, LayoutReading>>();
const detectedOf = new WeakMap<FolderView, Detected>();

function chooseLayout(view: FolderView, choice: LayoutChoice = "auto"): Detected {
  if (choice !== "auto") return { layout: choice, reason: "so it was said" };
  const known = detectedOf.get(view) ?? detectLayout(view);
  detectedOf.set(view, known);
  return known;
}

function readAs(
  layout: LayoutName,
  view: FolderView,
  context: LayoutContext,
): Pick<LayoutReading, "migrations" | "passedOver"> {
  const tool = LAYOUTS.find(({ name }) => name === layout);
  if (tool === undefined) return { migrations: readFolder(view, context), passedOver: [] };
  const { migrations, passedOver } = tool.read(view, context.engine);
  return {
    migrations: migrationsOf(tool, migrations, context),
    passedOver: passedOver.map(({ file }) => file),
  };
}
