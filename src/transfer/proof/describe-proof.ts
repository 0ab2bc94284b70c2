import type { Proof, TableProof } from "./table-proof.js";

/** One number for all checksums of a side of a table, for people to look at: 16 hexadecimal digits; empty where values were compared. */
export function shownChecksum({ columns, rowChecksum }: TableProof, side: "source" | "target"): string {
  const sums = [...columns, ...(rowChecksum === undefined ? [] : [rowChecksum])];
  if (sums.length === 0) return "";
  // Each sum counts by its place, so that two columns with each other's values do not look like the right ones.
  const folded = sums.reduce((all, each, index) => all + BigInt(each[side] || 0) * BigInt(2 * index + 1), 0n);
  return BigInt.asUintN(64, folded).toString(16).padStart(16, "0");
}

/** What was proved, as a sentence. */
export function describeProof({ method, tables, isEqual, differences, finish }: Proof): string {
  if (!isEqual) return differences.join(" ");
  const columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
  const rows =
    method === "values"
      ? "Every value is the same on both sides."
      : `Rows and the checksums of ${columns} columns are the same on both sides.`;
  if (finish === undefined) return rows;
  const { foreignKeys, sequences } = finish;
  const keys =
    foreignKeys.length === 0
      ? []
      : [foreignKeys.length === 1 ? "1 foreign key holds" : `${foreignKeys.length} foreign keys hold`];
  const next =
    sequences.length === 0
      ? []
      : [
          `${sequences.length === 1 ? "1 sequence is" : `${sequences.length} sequences are`} beyond the highest number`,
        ];
  const also = [...keys, ...next].join(", ");
  return also === "" ? rows : `${rows} ${also.replace(/^./, (letter) => letter.toUpperCase())}.`;
}
