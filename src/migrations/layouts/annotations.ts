import type { FolderFile } from "../folder-view.js";
import type { LayoutName } from "../migration.js";
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

/**
 * The lines without their annotations. What closes a block ends a statement, whether or not there is a semicolon before it, so a
 * semicolon stands in its place.
 */
export function withoutAnnotations(
  lines: readonly string[],
  annotations: readonly Annotation[],
): readonly string[] {
  const words = new Map(annotations.map(({ index, word }) => [index, word.toLowerCase()]));
  return lines.map((line, index) => {
    const word = words.get(index);
    if (word === undefined) return line;
    return word === "statementend" ? ";" : "";
  });
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
