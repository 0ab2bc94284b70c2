import type { Dialect, PreparedScript, SessionSettings } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Migration, SqlScript, Step } from "../migrations/index.js";
import { readDirectives, splitStatements } from "../sql/index.js";
import type { PlannedStep } from "./plan-input.js";
import type { Rephrase } from "./step-guards.js";
import { runsOutside } from "./step-transaction.js";

/** A planned step that has been read whole, so that what cannot run is refused before anything has run. */
export interface PreparedStep {
  readonly planned: PlannedStep;
  readonly scripts: readonly (PreparedScript & { readonly file?: string | undefined })[];
  readonly transaction: "inside" | "outside";
  readonly settings: SessionSettings;
  readonly allowLoss: readonly string[];
  /** Gets what the step takes away or leaves broken, where that is told and not refused. */
  readonly tolerate?: ((what: string) => void) | undefined;
  /** How the driver of the tool would have read a statement that fails here. */
  readonly rephrase?: Rephrase | undefined;
}

/** Reads the SQL of a step. @throws TenonError what the dialect refuses, with module and version. */
export function prepareStep(planned: PlannedStep, dialect: Dialect): PreparedStep {
  const { module, version, migration, step } = planned;
  const isUp = planned.direction === "up";
  try {
    const directives = sqlScripts(step).map((script) =>
      readDirectives(script.text, { file: script.file, syntax: dialect.syntax }),
    );
    if (step.kind === "code" && step.refusal !== undefined) throw step.refusal();
    const mode = step.kind === "sql" ? step.transaction : undefined;
    const isOutside =
      directives.some((each) => each.noTransaction) ||
      (isUp && migration?.transaction === "outside") ||
      (mode !== undefined && runsOutside(mode, sqlScripts(step), dialect, migration));
    const transaction = isOutside ? "outside" : "inside";
    const scripts = sqlScripts(step).map((script) => ({
      ...dialect.prepareScript(script.text, { transaction, file: script.file }),
      file: script.file,
    }));
    return {
      planned,
      scripts,
      transaction,
      rephrase: migration?.origin?.sqlite.takesQuotedTexts === true ? dialect.readQuotedTexts : undefined,
      settings: { ...sessionOf(migration), ...mergeSettings(scripts.map((script) => script.settings)) },
      allowLoss: [
        ...(isUp ? (migration?.allowLoss ?? []) : []),
        ...directives.flatMap((each) => each.allowLoss),
      ],
    };
  } catch (error) {
    throw error instanceof TenonError ? error.at({ module, version, file: migration?.file }) : error;
  }
}

/** The statements of a verify step. */
export function verifyStatements(step: Step, dialect: Dialect) {
  return sqlScripts(step).flatMap((script) =>
    splitStatements(script.text, dialect.syntax, { file: script.file }).map((statement) => ({
      statement,
      file: script.file,
    })),
  );
}

/** What the session of the tool was like that the migration was written for; a script that says otherwise is stronger. */
function sessionOf(migration: Migration | undefined): SessionSettings {
  return migration?.origin?.sqlite.foreignKeys === "off" ? { foreignKeys: "off" } : {};
}

function sqlScripts(step: Step): readonly SqlScript[] {
  return step.kind === "sql" ? step.scripts : [];
}

function mergeSettings(settings: readonly SessionSettings[]): SessionSettings {
  return Object.assign({}, ...settings);
}
