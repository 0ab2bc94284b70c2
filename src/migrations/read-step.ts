import type { EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { CodeStep } from "./definition.js";
import type { StepRole } from "./sql-step.js";

/** A step as it was written, for one engine. */
export type WrittenStep =
  | { readonly kind: "sql"; readonly texts: readonly string[] }
  | { readonly kind: "code"; readonly run: CodeStep; readonly source: string };

/**
 * Reads `up`, `down` or `verify` of an object; undefined when it is not there, or not for this engine.
 * @throws TenonError `MIGRATION_INVALID`
 */
export function readWrittenStep(owner: object, role: StepRole, engine: EngineName): WrittenStep | undefined {
  const value: unknown = Reflect.get(owner, role);
  if (value === undefined || value === null) return undefined;
  const chosen = isByEngine(value) ? chooseEngine(value, role, engine) : value;
  if (chosen === undefined || chosen === null) return undefined;
  if (typeof chosen === "string") return { kind: "sql", texts: [chosen] };
  if (isListOfTexts(chosen)) return { kind: "sql", texts: chosen };
  if (isFunction(chosen)) {
    return { kind: "code", run: (connection) => chosen.call(owner, connection), source: chosen.toString() };
  }
  throw invalid(`\`${role}\` is neither SQL nor a function`);
}

const ENGINES: Readonly<Record<EngineName | "default", true>> = {
  sqlite: true,
  postgres: true,
  sqlserver: true,
  default: true,
};

function isByEngine(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function chooseEngine(
  byEngine: Readonly<Record<string, unknown>>,
  role: StepRole,
  engine: EngineName,
): unknown {
  const names = Object.keys(byEngine);
  const unknown = names.find((name) => !Object.hasOwn(ENGINES, name));
  if (unknown !== undefined) throw invalid(`\`${role}\` has a step for "${unknown}", which is no engine`);
  if (names.length === 0) throw invalid(`\`${role}\` has a step for no engine at all`);
  return byEngine[engine] ?? byEngine["default"];
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isFunction(value: unknown): value is CodeStep {
  return typeof value === "function";
}

function invalid(why: string): TenonError {
  return new TenonError("MIGRATION_INVALID", `The migration is not well formed: ${why}.`, {
    hint: `A step is an SQL text, a list of them, a function, or an object of these by engine: ${Object.keys(ENGINES).join(", ")}.`,
  });
}
