/** The lines of a text, without the line ends. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/);
}

/** A text of the same lines, those that are not wanted empty: what is left stands on the line that it has in the file. */
export function keepLines(lines: readonly string[], isKept: (index: number) => boolean): string {
  const last = lines.findLastIndex((_, index) => isKept(index));
  return lines
    .slice(0, last + 1)
    .map((line, index) => (isKept(index) ? line : ""))
    .join("\n");
}

/** What of a section counts for its checksum: without the empty lines that stand for other sections. */
export function withoutMargins(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, "").trimEnd();
}
