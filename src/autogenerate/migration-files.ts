import type { ChangePlan, Dialect } from "../dialects/index.js";
import { type Change, describe, formatAddress, type Hazard, type ObjectAddress } from "../schema/index.js";
import { verifyText } from "./verify-text.js";

export interface MigrationTextRequest {
  readonly title: string;
  readonly module: string;
  readonly plan: ChangePlan;
  /** Undefined where nothing takes the change back. */
  readonly back: ChangePlan | undefined;
  readonly reason: string | undefined;
  readonly allowLoss: readonly string[];
  readonly notes: readonly string[];
  readonly dialect: Dialect;
  /** Of the migration itself: `002_add_email.sql` */
  readonly fileName: string;
}

/** The texts of a migration, its rollback and its verification; those that have nothing to say are left out. */
export interface MigrationTexts {
  readonly up: string;
  readonly down: string | undefined;
  readonly verify: string | undefined;
}

/** Writes changes as the files of a migration, with comments that say what each statement does and what it risks. */
export function migrationTexts(request: MigrationTextRequest): MigrationTexts {
  const { plan, back, dialect, title, module } = request;
  const up = [
    [`-- tenon: description ${oneLine(title)}`, ...noTransaction(plan)],
    [
      `-- Written by \`tenon generate\` from the tables of the module ${module}. Read it before you run it.`,
      ...request.notes.map((note) => `-- Note: ${oneLine(note)}`),
      ...lossLines(plan, request.allowLoss),
      ...wideRisks(plan),
      ...(back === undefined
        ? [`-- There is no rollback: ${oneLine(request.reason ?? "nothing takes this back")}`]
        : []),
    ],
    ...checkLines(plan),
    ...scriptParts(plan, dialect),
  ];
  return {
    up: joined(up),
    down: back === undefined ? undefined : joined(downParts(request, back)),
    verify: verifyText(plan, dialect, request.fileName),
  };
}

function downParts({ plan, dialect, fileName }: MigrationTextRequest, back: ChangePlan): readonly string[][] {
  const lost = plan.hazards.filter((hazard) => hazard.kind === "loses-data");
  return [
    noTransaction(back),
    [
      `-- Takes back ${fileName}.`,
      ...lost.map((hazard) => `-- It cannot bring back what went then: ${oneLine(hazard.description)}`),
      ...lossLines(back, []).map((line) => line.replace("-- Loses data:", "-- Loses data when it runs:")),
    ],
    ...scriptParts(back, dialect),
  ].filter((part) => part.length > 0);
}

function noTransaction(plan: ChangePlan): string[] {
  return plan.transaction === "outside" ? ["-- tenon: no-transaction"] : [];
}

function lossLines(plan: ChangePlan, allowLoss: readonly string[]): readonly string[] {
  return plan.hazards
    .filter((hazard) => hazard.kind === "loses-data")
    .map((hazard) => {
      const name = formatAddress(hazard.object);
      const acknowledged = allowLoss.length === 0 ? "" : ` It was acknowledged with --allow-loss ${name}.`;
      return `-- Loses data: ${oneLine(hazard.description)}${acknowledged}`;
    });
}

/** Risks of whole tables, which belong to no one change. */
function wideRisks(plan: ChangePlan): readonly string[] {
  const told = new Set(plan.comparison.changes.map((change) => riskKey(change.object)));
  return plan.hazards
    .filter((hazard) => hazard.kind !== "loses-data" && !told.has(riskKey(hazard.object)))
    .map((hazard) => riskLine(hazard));
}

function riskLine(hazard: Hazard): string {
  const words = RISKS[hazard.kind];
  return `-- ${words.charAt(0).toUpperCase()}${words.slice(1)}: ${oneLine(hazard.description)}`;
}

function riskKey(object: ObjectAddress): string {
  return `${object.kind} ${formatAddress(object)}`;
}

/** Questions to the rows, for whoever runs this on a database with other rows than the ones that were at hand. */
function checkLines(plan: ChangePlan): readonly string[][] {
  return plan.checks.map((check) => [
    `-- It ${check.loses === undefined ? "fails" : "changes values"} where this query gives a row: ${oneLine(check.message)}`,
    ...check.query.split("\n").map((line) => `--   ${line}`),
  ]);
}

/** The statements of the script, each with the changes that it makes and their risks above it. */
function scriptParts(plan: ChangePlan, dialect: Dialect): readonly string[][] {
  const { before, after } = dialect.offline.settings(plan.settings);
  const told = new Set<Change>();
  const risks = risksByObject(plan.hazards);
  const statements = plan.statements.map(({ text, changes }) => {
    const fresh = changes.filter((change) => !told.has(change));
    for (const change of fresh) told.add(change);
    return [...fresh.flatMap((change) => changeLines(change, risks)), `${text};`];
  });
  return [...before.map((line) => [line]), ...statements, ...after.map((line) => [line])];
}

function risksByObject(hazards: readonly Hazard[]): ReadonlyMap<string, readonly Hazard[]> {
  const risks = new Map<string, Hazard[]>();
  for (const hazard of hazards) {
    if (hazard.kind === "loses-data") continue;
    const key = riskKey(hazard.object);
    const known = risks.get(key);
    if (known === undefined) risks.set(key, [hazard]);
    else known.push(hazard);
  }
  return risks;
}

function changeLines(change: Change, risks: ReadonlyMap<string, readonly Hazard[]>): readonly string[] {
  return [
    `-- ${oneLine(describe(change))}.`,
    ...(risks.get(riskKey(change.object)) ?? []).map(
      (risk) => `--   ${RISKS[risk.kind]}: ${oneLine(risk.description)}`,
    ),
  ];
}

const RISKS: Readonly<Record<Hazard["kind"], string>> = {
  "loses-data": "loses data",
  "rewrites-table": "rewrites the table",
  "blocks-writes": "blocks writes",
  "blocks-reads": "blocks reads",
  "can-fail": "can fail",
  "breaks-code": "breaks code",
};

function joined(parts: readonly (readonly string[])[]): string {
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n")}\n`;
}

/** A text for a comment: on one line, so that no line of it is taken for SQL. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
