import {
  nextVersionOf,
  type PlannedStep,
  plan,
  prepareStep,
  type RunContext,
  type RunResult,
  readState,
  run,
  type Target,
} from "../engine/index.js";
import { publicVersion } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import { groupsOf, type MigrateOptions, migrateLatest, refuseForeignHistory } from "./migrate-latest.js";

/** One step of a plan, as plain data. */
export interface PlanStep {
  readonly direction: "up" | "down";
  readonly module: string;
  readonly version: number | string;
  readonly name: string;
  readonly description: string | undefined;
  readonly transaction: "inside" | "outside";
  readonly file: string | undefined;
  /** The exact statements, without closing semicolons; undefined when the step is code. */
  readonly statements: readonly string[] | undefined;
}

/** The ordered steps from what is applied to a target. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  /** The exact SQL of all steps as one text, with a comment line before each step. */
  toSql(): string;
  /** What will happen, in sentences. */
  explain(): readonly string[];
  /**
   * Runs this plan: what others have done meanwhile is not done again, and nothing runs that is not part of it.
   * @throws TenonError `PLAN_OUTDATED` when the journal was changed so that other steps would run, and as `run`
   */
  run(options?: MigrateOptions): Promise<RunResult>;
}

/** Works out the steps to a target and reads their SQL; writes nothing. */
export async function makePlan(
  context: RunContext,
  modules: readonly Module[],
  target: Target,
  options: MigrateOptions,
): Promise<Plan> {
  const follows = target.kind === "latest" && modules.some(({ name }) => context.catalogue.synced.has(name));
  if (follows) return planWithTables(context, modules, options);
  const { steps: planned } = await plan(context, target, options);
  return planOf(
    planned.map((step) => describeStep(context, step)),
    async (runOptions) => {
      await refuseForeignHistory(context);
      return run(context, target, { ...options, ...runOptions, agreed: planned });
    },
  );
}

/** The steps of modules with migrations, and between them what brings the database after the tables of the others. */
async function planWithTables(
  context: RunContext,
  modules: readonly Module[],
  options: MigrateOptions,
): Promise<Plan> {
  const { planSync } = await import("../autogenerate/index.js");
  const steps: PlanStep[] = [];
  const agreed: PlannedStep[] = [];
  const agreedStatements = new Map<string, readonly string[]>();
  const { rows } = await readState(context);
  for (const group of groupsOf(modules, context.catalogue.synced)) {
    const [first] = group;
    if (first === undefined) continue;
    if (!context.catalogue.synced.has(first.name)) {
      const names = group.map((module) => module.name);
      const { steps: planned } = await plan(context, { kind: "latest", modules: names }, options);
      steps.push(...planned.map((step) => describeStep(context, step)));
      agreed.push(...planned);
      continue;
    }
    const { plan: found } = await planSync(context, first, options);
    if (found.statements.length === 0) continue;
    const statements = found.statements.map((statement) => statement.text);
    agreedStatements.set(first.name, statements);
    steps.push({
      direction: "up",
      module: first.name,
      version: publicVersion(nextVersionOf(rows, first.name)),
      name: "sync",
      description: undefined,
      transaction: found.transaction,
      file: undefined,
      statements,
    });
  }
  return planOf(steps, (runOptions) =>
    migrateLatest(context, modules, { ...options, ...runOptions, agreed, agreedStatements }),
  );
}

function planOf(steps: readonly PlanStep[], runThem: (options: MigrateOptions) => Promise<RunResult>): Plan {
  return {
    steps,
    toSql: () => steps.map(stepSql).join("\n"),
    explain: () => (steps.length === 0 ? ["There is nothing to do."] : steps.map(explainStep)),
    run: (options = {}) => runThem(options),
  };
}

function describeStep(context: RunContext, step: PlannedStep): PlanStep {
  const prepared = prepareStep(step, context.dialect);
  return {
    direction: step.direction,
    module: step.module,
    version: publicVersion(step.version),
    name: step.name,
    description: step.migration?.description,
    transaction: prepared.transaction,
    file: step.migration?.file,
    statements:
      step.step.kind === "code"
        ? undefined
        : prepared.scripts.flatMap((script) => script.statements.map((statement) => statement.text)),
  };
}

function stepSql(step: PlanStep): string {
  const head = `-- ${step.direction} ${step.module}@${step.version} ${step.name.replace(/\s+/g, " ")}`;
  if (step.statements === undefined) return `${head}\n-- (code: ${step.file ?? "inline function"})\n`;
  return `${head}\n${step.statements.map((statement) => `${statement};\n`).join("")}`;
}

function explainStep(step: PlanStep): string {
  const verb = step.direction === "up" ? "Apply" : "Roll back";
  const what =
    step.statements === undefined
      ? `runs code from ${step.file ?? "an inline function"}`
      : `${step.statements.length} ${step.statements.length === 1 ? "statement" : "statements"}`;
  const how =
    step.transaction === "outside" ? ", without a transaction, each finished statement recorded" : "";
  return `${verb} ${step.module}@${step.version} "${step.name}": ${what}${how}.`;
}
