import type { LayoutName } from "../migration.js";
import type { FolderFile } from "./folder-view.js";
import { malformed } from "./refusals.js";

/** Where Up and Down of one file begin and end, as indexes of its lines. */
export interface Section {
  readonly direction: "up" | "down";
  /** The line behind the annotation. */
  readonly start: number;
  readonly end: number;
}

/** One annotation of a file: the word behind the tool's mark, and what follows it. */
export interface Annotation {
  readonly word: string;
  readonly rest: readonly string[];
  readonly index: number;
}

/** Refuses a block that is not closed, or closed and not opened. @throws TenonError `MIGRATION_INVALID` */
export function checkBlocks(layout: LayoutName, file: FolderFile, annotations: readonly Annotation[]): void {
  let open: Annotation | undefined;
  for (const annotation of annotations) {
    const word = annotation.word.toLowerCase();
    if (word === "statementbegin") {
      if (open !== undefined) throw unclosed(layout, file, open);
      open = annotation;
    } else if (word === "statementend") {
      if (open === undefined) {
        throw malformed(
          layout,
          file.file,
          "StatementEnd closes nothing",
          "Write StatementBegin before the statement.",
          annotation.index + 1,
        );
      }
      open = undefined;
    } else if (open !== undefined) throw unclosed(layout, file, open);
  }
  if (open !== undefined) throw unclosed(layout, file, open);
}

function unclosed(layout: LayoutName, file: FolderFile, open: Annotation) {
  return malformed(
    layout,
    file.file,
    "StatementBegin is not closed",
    "Write StatementEnd behind the statement.",
    open.index + 1,
  );
}
