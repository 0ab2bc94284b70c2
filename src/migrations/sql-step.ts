import type { EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { type Directives, hasStatement, readDirectives, type SqlSyntax } from "../sql/index.js";
import type { SqlScript, Step } from "./migration.js";

/** What a step is for. */
export type StepRole = "up" | "down" | "verify";

/** A step of SQL, and what the heads of its scripts say. */
export interface SqlStep {
  readonly step: Step;
  readonly directives: Directives;
}

/**
 * Makes a step of scripts.
 * @throws TenonError `MIGRATION_EMPTY` when there is no statement in them; `DIRECTIVE_UNKNOWN`, and
 *   `DIRECTIVE_INVALID` for directives that have no meaning in this step
 */
export function readSqlStep(role: StepRole, scripts: readonly SqlScript[], engine: EngineName): SqlStep {
  const syntax = syntaxOf(engine);
  if (!scripts.some((script) => hasStatement(script.text, syntax, { file: script.file }))) {
    throw emptyStep(role, scripts[0]?.file);
  }
  const [first = NO_DIRECTIVES, ...others] = scripts.map((script) => {
    const directives = readDirectives(script.text, { file: script.file, syntax });
    refuseMisplaced(role, directives, script.file);
    return directives;
  });
  return { step: { kind: "sql", scripts }, directives: others.reduce(mergeDirectives, first) };
}

/** What a step without any directive says. */
export const NO_DIRECTIVES: Directives = {
  noTransaction: false,
  allowLoss: [],
  description: undefined,
  dependsOn: [],
};

// Only comments and the first word are read by these rules; T-SQL nests its comments as PostgreSQL does.
function syntaxOf(engine: EngineName): SqlSyntax {
  return engine === "sqlite" ? "sqlite" : "postgres";
}

function emptyStep(role: StepRole, file: string | undefined): TenonError {
  const what = file === undefined ? `The \`${role}\` step` : "The file";
  return new TenonError("MIGRATION_EMPTY", `${what} has no statement in it.`, {
    where: { file },
    hint: EMPTY_HINTS[role],
  });
}

const EMPTY_HINTS = {
  up: "Write its SQL, or take it away if it is not meant to be.",
  down: "Write what takes the migration back, leave it out if nothing can, or write `SELECT 1;` if there is nothing to do.",
  verify: "Write a SELECT that returns no row while all is well, or leave it out.",
} as const;

function refuseMisplaced(role: StepRole, directives: Directives, file: string | undefined): void {
  const misplaced = [
    role !== "up" && directives.description !== undefined && "description",
    role !== "up" && directives.dependsOn.length > 0 && "depends-on",
    role === "verify" && directives.noTransaction && "no-transaction",
    role === "verify" && directives.allowLoss.length > 0 && "allow-loss",
  ].find((name) => name !== false);
  if (misplaced === undefined) return;
  throw new TenonError(
    "DIRECTIVE_INVALID",
    `The directive \`${misplaced}\` has no meaning in a ${role} step.`,
    {
      where: { file },
      hint: "Move it to the head of the migration itself, or take it away.",
    },
  );
}

function mergeDirectives(a: Directives, b: Directives): Directives {
  if (a.description !== undefined && b.description !== undefined) {
    throw new TenonError(
      "DIRECTIVE_INVALID",
      "The directive `description` is given in two parts of one step.",
      {
        hint: "Keep one of them.",
      },
    );
  }
  return {
    noTransaction: a.noTransaction || b.noTransaction,
    allowLoss: [...new Set([...a.allowLoss, ...b.allowLoss])],
    description: a.description ?? b.description,
    dependsOn: [...a.dependsOn, ...b.dependsOn],
  };
}
