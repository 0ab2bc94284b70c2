import { CONVERSIONS } from "./conversions.js";
import { describeFindings } from "./describe-findings.js";
import type { ColumnFinding } from "./finding.js";
import type { Fit } from "./fit.js";
import type { ColumnChoice } from "./mapping.js";

/** A mapping file to start from: what is open with what is suggested, and what was decided by itself, each under what was found. */
export function writeMapping(fit: Pick<Fit, "findings">): string {
  const told = fit.findings.filter(
    (finding) => finding.column !== "" && (finding.misfits.length > 0 || finding.convert.length > 0),
  );
  const tables = [...new Set(told.map((finding) => finding.table))];
  const parts = tables.map((table) => {
    const columns = told.filter((finding) => finding.table === table).map((finding) => writeColumn(finding));
    return `    ${JSON.stringify(table)}: {\n      "columns": {\n${joined(columns)}\n      }\n    }`;
  });
  return [
    "// What becomes of values that do not fit their type on the target. Look at each line: a suggestion is not a decision.",
    "//   type       the type on the target",
    `//   convert    ${wrapped(Object.keys(CONVERSIONS))}`,
    '//   otherwise  what becomes of a value that still does not fit: "stop", "null", or "reject" (its row goes to the reject table)',
    parts.length === 0 ? '{ "tables": {} }' : `{\n  "tables": {\n${joined(parts)}\n  }\n}`,
    "",
  ].join("\n");
}

function writeColumn(finding: ColumnFinding): string {
  const comments = describeFindings({ findings: [{ ...finding, suggestion: undefined }] });
  const choice: ColumnChoice = finding.suggestion ?? {
    type: finding.type,
    ...(finding.convert.length === 0 ? {} : { convert: finding.convert }),
    ...(finding.otherwise === "stop" ? {} : { otherwise: finding.otherwise }),
  };
  const lines = comments.map((comment) => `        // ${comment.replaceAll(/\s*\n\s*/g, " ")}`);
  return [...lines, `        ${JSON.stringify(finding.column)}: ${JSON.stringify(choice)}`].join("\n");
}

const joined = (parts: readonly string[]) => parts.join(",\n");

function wrapped(words: readonly string[]): string {
  const lines: string[] = [""];
  for (const word of words) {
    const last = lines.at(-1) ?? "";
    if (last.length + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last}, ${word}`;
  }
  return lines.join(",\n//              ");
}
