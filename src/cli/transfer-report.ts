import type { TransferReport } from "../api/index.js";
import { describeFindings, describeProof, shownChecksum } from "../transfer/index.js";
import { printable } from "./display-width.js";
import { formatTable } from "./table.js";
import type { Terminal } from "./terminal.js";
import { counted, shownDuration } from "./wording.js";

/** A transfer as people read it. */
export function describeReport(report: TransferReport, terminal: Terminal): string {
  const { paint, width } = terminal;
  const findings = describeFindings(report).map((line) => `  ${printable(line)}`);
  const left = report.leftOut.map(({ object, reason }) => `  ${printable(object)}: ${printable(reason)}`);
  return [
    ...section("Columns", findings),
    ...section(report.isDone ? "Left out" : "Not in the target", left),
    ...section(
      "Notes",
      report.notes.map((note) => `  ${printable(note)}`),
    ),
    ...(report.isDone
      ? [tableOf(report, { paint, width }), ...proofOf(report), summary(report)]
      : [preview(report)]),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0
    ? []
    : [title, ...lines.map((line) => (line.startsWith(" ") ? line : `  ${line}`)), ""];
}

function tableOf(report: TransferReport, options: Parameters<typeof formatTable>[2]): string {
  const proven = new Map(report.proof?.tables.map((proof) => [proof.table.toLowerCase(), proof]));
  const hasChecksums = [...proven.values()].some(({ columns }) => columns.length > 0);
  return formatTable(
    [
      { title: "table", canShrink: true },
      { title: "rows", align: "right" },
      { title: "rejected", align: "right" },
      ...(hasChecksums
        ? ([{ title: "columns", align: "right" }, { title: "source" }, { title: "target" }] as const)
        : []),
    ],
    report.tables.map(({ table, rows, rejected }) => {
      const proof = proven.get(table.toLowerCase());
      return [
        table,
        rows.toLocaleString("en-US"),
        rejected === 0 ? "-" : rejected.toLocaleString("en-US"),
        ...(hasChecksums && proof !== undefined
          ? [String(proof.columns.length), shownChecksum(proof, "source"), shownChecksum(proof, "target")]
          : []),
      ];
    }),
    options,
  );
}

function proofOf({ proof }: TransferReport): readonly string[] {
  return proof === undefined ? [] : [describeProof(proof)];
}

function summary({ tables, phases, to }: TransferReport): string {
  const rows = tables.reduce((sum, each) => sum + each.rows, 0);
  const all = Object.values(phases).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(phases).map(([phase, ms]) => `${phase} ${shownDuration(ms)}`);
  return `Moved ${rows.toLocaleString("en-US")} rows of ${counted(tables.length, "table")} to ${printable(to)} in ${shownDuration(all)} (${parts.join(", ")}).`;
}

function preview({ tables, to, leftOut, findings }: TransferReport): string {
  const isOpen = findings.some((finding) => finding.isOpen);
  const names = tables.map(({ table }) => printable(table)).join(", ");
  const state = isOpen
    ? "Some values do not fit: say what becomes of them with --map."
    : leftOut.length > 0
      ? "What the target cannot have must be left out by name: --leave-out."
      : "Everything fits.";
  return `${counted(tables.length, "table")} would be moved to ${printable(to)}: ${names}. ${state} Nothing was written.`;
}
