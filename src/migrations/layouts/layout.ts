import type { EngineName } from "../../connection/index.js";
import type { TenonError } from "../../errors.js";
import type { FolderFile, FolderView } from "../folder-view.js";
import type { LayoutName, TransactionMode } from "../migration.js";

/** How one other tool lays out its migrations. */
export interface Layout {
  readonly name: Exclude<LayoutName, "native">;
  /** What in the folder speaks for this tool; undefined when nothing does. */
  recognise(folder: FolderView): Sign | undefined;
  /** Reads the folder as the tool does. @throws TenonError for what that tool would refuse too */
  read(folder: FolderView, engine: EngineName): ToolFolder;
  /** Whether foreign keys hold on SQLite while the tool runs migrations, as its driver leaves them. */
  readonly sqliteForeignKeys: "on" | "off";
  /** The tool's driver takes "…" for a text where no column has that name: https://sqlite.org/quirks.html#dblquote */
  readonly takesQuotedTexts: boolean;
}

/** Why a folder looks like one tool's. */
export interface Sign {
  /** `001_users.sql has "-- +goose Up"`. */
  readonly reason: string;
  /** The files that are its own: what else looks like a migration speaks for another tool. */
  readonly files: readonly FolderFile[];
}

/** What a tool finds in a folder. */
export interface ToolFolder {
  /** In the tool's own order. */
  readonly migrations: readonly ToolMigration[];
  /** Files that look like migrations and that the tool does not run. */
  readonly passedOver: readonly FolderFile[];
}

/** One migration as its tool sees it. */
export interface ToolMigration {
  /** The digits of its version as written, perhaps with dots; empty for what has none. */
  readonly version: string;
  /** What the tool's own table calls it. */
  readonly id: string;
  /** What the tool calls it in words. */
  readonly name: string;
  /** The file as the tool's table would name it. */
  readonly script: string;
  readonly up: ToolStep;
  readonly down?: ToolStep | undefined;
  /** Run again whenever it was changed, after all others. */
  readonly isRepeatable?: boolean | undefined;
  /** Milliseconds since 1970, where the tool knows migrations by their time. */
  readonly when?: number | undefined;
  /** The text by which the tool orders its migrations, where it does not compare numbers. */
  readonly orderKey?: string | undefined;
  /** Several may have one version; they are told apart by numbers behind it. */
  readonly sharesVersion?: boolean | undefined;
}

/** What runs in one direction. */
export interface ToolStep {
  readonly file: FolderFile;
  /** The SQL, each statement on the line that it has in the file. */
  readonly text: string;
  readonly transaction: TransactionMode;
  /** Why only the tool itself can run it; told when it would have to run. */
  readonly refusal?: (() => TenonError) | undefined;
}
