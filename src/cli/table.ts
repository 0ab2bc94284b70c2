import { displayWidth, printable, truncate } from "./display-width.js";
import type { Paint } from "./paint.js";

export interface Column {
  readonly title: string;
  /** `right` for numbers. */
  readonly align?: "left" | "right" | undefined;
  /** May be cut when the table is wider than the terminal. */
  readonly canShrink?: boolean | undefined;
}

/** A text, or one with a colour that takes no room in the table. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

export interface TableOptions {
  readonly paint: Paint;
  /** Columns of the terminal; undefined leaves every cell whole, as a pipe wants it. */
  readonly width?: number | undefined;
}

/** Rows below a line of titles, aligned, one line a row. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const widths = shrink(columns, naturalWidths(columns, rows), options.width);
  const titles = columns.map(({ title }) => ({ text: title, paint: options.paint.bold }));
  return [titles, ...rows].map((row) => `${formatRow(row, columns, widths)}\n`).join("");
}

const GAP = "  ";

function naturalWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map(({ title }, index) =>
    rows.reduce(
      (width, row) => Math.max(width, displayWidth(printable(textOf(row[index])))),
      displayWidth(title),
    ),
  );
}

/** Takes what is too much from the widest columns that may be cut, never below the width of a short word. */
function shrink(
  columns: readonly Column[],
  natural: readonly number[],
  available: number | undefined,
): number[] {
  const widths = [...natural];
  if (available === undefined) return widths;
  const total = () => widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  while (total() > available) {
    const [widest] = columns
      .map((column, index) => ({ index, width: column.canShrink === true ? (widths[index] ?? 0) : 0 }))
      .sort((a, b) => b.width - a.width);
    if (widest === undefined || widest.width <= SHORTEST) break;
    widths[widest.index] = widest.width - 1;
  }
  return widths;
}

const SHORTEST = 8;

function formatRow(row: readonly Cell[], columns: readonly Column[], widths: readonly number[]): string {
  const cells = columns.map((column, index) => {
    const cell = row[index] ?? "";
    const width = widths[index] ?? 0;
    const text = truncate(printable(textOf(cell)), width);
    const padding = " ".repeat(Math.max(0, width - displayWidth(text)));
    const painted = typeof cell === "string" ? text : cell.paint(text);
    return column.align === "right" ? padding + painted : painted + padding;
  });
  return cells.join(GAP).trimEnd();
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  return typeof cell === "string" ? cell : cell.text;
}
