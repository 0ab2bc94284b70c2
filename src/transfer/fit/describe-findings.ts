import { TenonError } from "../../errors.js";
import type { ColumnFinding, MisfitFinding } from "./finding.js";
import type { Fit } from "./fit.js";
import { MISFITS } from "./misfit.js";

/** What was found, for people: a line for each column of which there is something to say, and its misfits below. */
export function describeFindings(fit: Pick<Fit, "findings">): readonly string[] {
  return fit.findings.flatMap((finding) => describeFinding(finding));
}

function describeFinding(finding: ColumnFinding): readonly string[] {
  const { table, column, declared, type, convert, converted, otherForm, misfits, values, note } = finding;
  if (convert.length === 0 && otherForm === 0 && misfits.length === 0 && note === undefined) return [];
  const path = column === "" ? table : `${table}.${column}`;
  const said = declared === "" ? "no type" : declared;
  const head =
    type === ""
      ? path
      : `${path}: ${said} becomes ${type}${convert.length === 0 ? "" : ` by ${convert.join(", ")}`}`;
  return [
    head,
    ...(converted === 0 ? [] : [`  ${converted} of ${values} are converted`]),
    ...misfits.map((misfit) => `  ${describeMisfit(misfit, finding)}`),
    ...(otherForm === 0
      ? []
      : [`  ${otherForm} of ${values} are written in another form there, and mean the same`]),
    ...(note === undefined ? [] : [`  ${note}`]),
    ...(finding.isOpen && finding.suggestion !== undefined
      ? [`  a mapping could say ${JSON.stringify(finding.suggestion)}`]
      : []),
  ];
}

function describeMisfit(
  { misfit, count, samples }: MisfitFinding,
  { otherwise, type }: ColumnFinding,
): string {
  const fate = { stop: "", null: ": NULL instead", reject: ": the row is rejected" }[
    type === "" ? "stop" : otherwise
  ];
  const shown = samples.map(({ row, value }) => `${row} has ${value}`).join("; ");
  return `${count} x ${MISFITS[misfit]}${fate}${shown === "" ? "" : ` (row ${shown})`}`;
}

/**
 * Refuses to go on while values do not fit and nobody decided what becomes of them.
 *
 * @throws TenonError `TRANSFER_MISFITS`
 */
export function refuseOpen(fit: Pick<Fit, "findings">): void {
  const open = fit.findings.filter((finding) => finding.isOpen);
  if (open.length === 0) return;
  const columns = open.length === 1 ? "1 column" : `${open.length} columns`;
  throw new TenonError(
    "TRANSFER_MISFITS",
    `Values of ${columns} do not fit the target, and nothing was moved.\n${describeFindings({ findings: open }).join("\n")}`,
    {
      hint: "Say what becomes of them in a mapping file (--map FILE): another type, a conversion, NULL, or reject. `--write-map FILE` writes one to start from.",
      details: { findings: open },
    },
  );
}
