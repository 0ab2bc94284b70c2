import { readFileSync } from "node:fs";

const document = readFileSync(new URL("../../docs/types.md", import.meta.url), "utf8");

/** One row of a table of docs/types.md, each cell without its quotes. */
export type DocumentedRow = readonly [string, string, ...string[]];

/** The rows of the table under a heading of docs/types.md. */
export function documentedRows(heading: string): DocumentedRow[] {
  const rows = sectionOf(heading)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cellText),
    );
  if (rows.length === 0) throw new Error(`docs/types.md has no table under ${heading}`);
  return rows.map(([first = "", second = "", ...others]) => [first, second, ...others]);
}

/** The names in quotes of the paragraph that starts so, under a heading. */
export function documentedNames(heading: string, start: string): string[] {
  const paragraph = sectionOf(heading)
    .split("\n\n")
    .find((each) => each.startsWith(start));
  return [...(paragraph ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name.replaceAll("\\|", "|"));
}

function sectionOf(heading: string): string {
  const [, after = ""] = document.split(`\n## ${heading}\n`);
  return after.split("\n## ")[0] ?? "";
}

function cellText(cell: string): string {
  return cell
    .trim()
    .replace(/^`(.*)`$/, "$1")
    .replaceAll("\\|", "|");
}
