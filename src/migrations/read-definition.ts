import type { EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { Directives } from "../sql/index.js";
import type { Migration, Step, Version } from "./migration.js";
import { readWrittenStep, type WrittenStep } from "./read-step.js";
import { parseReferences } from "./reference.js";
import { NO_DIRECTIVES, readSqlStep, type StepRole } from "./sql-step.js";
import { parseVersion } from "./version.js";

/** What the definition of a migration says of it. */
export type Definition = Pick<
  Migration,
  "description" | "down" | "verify" | "transaction" | "allowLoss" | "dependsOn"
> & {
  readonly name: string | undefined;
  /** Undefined when there is none for this engine. */
  readonly up: Step | undefined;
  /** What of `up` counts for the checksum. */
  readonly content: readonly string[];
};

export interface DefinitionContext {
  readonly version: Version;
  readonly engine: EngineName;
  /** The file of a code migration. */
  readonly file?: string | undefined;
}

/**
 * Reads a migration from an object: one version of an inline module, or what a code file exports. What its SQL says
 * in directives counts as if it were said in fields.
 *
 * @throws TenonError `MIGRATION_INVALID`, `MIGRATION_EMPTY`, `DIRECTIVE_UNKNOWN`, `DIRECTIVE_INVALID`, `VERSION_INVALID`
 */
export function readDefinition(owner: object, context: DefinitionContext): Definition {
  const { engine, file } = context;
  const read = (role: StepRole) => toStep(role, readWrittenStep(owner, role, engine), engine, file);
  const { name } = readHead(owner, context);
  const up = read("up");
  return {
    name,
    description: readDescription(owner, up.directives),
    up: up.step,
    down: read("down").step,
    verify: read("verify").step,
    transaction: readFlag(owner, "noTransaction") || up.directives.noTransaction ? "outside" : "inside",
    allowLoss: readTables(owner, up.directives),
    dependsOn: parseReferences([...asList(Reflect.get(owner, "dependsOn")), ...up.directives.dependsOn]),
    content: up.content,
  };
}

/** What tells which migration this is, and whether it was changed; its SQL is not understood yet. */
export function readHead(
  owner: object,
  { engine, version }: DefinitionContext,
): { readonly name: string | undefined; readonly up: WrittenStep | undefined } {
  if (Reflect.get(owner, "up") === undefined) throw invalid("it has no `up`");
  refuseOtherVersion(owner, version);
  return { up: readWrittenStep(owner, "up", engine), name: readText(owner, "name") };
}

interface ReadStep {
  readonly step: Step | undefined;
  readonly directives: Directives;
  readonly content: readonly string[];
}

function toStep(
  role: StepRole,
  written: WrittenStep | undefined,
  engine: EngineName,
  file: string | undefined,
): ReadStep {
  if (written === undefined) return { step: undefined, directives: NO_DIRECTIVES, content: [] };
  if (written.kind === "code") {
    const step: Step = { kind: "code", run: written.run, file };
    return { step, directives: NO_DIRECTIVES, content: [written.source] };
  }
  const { texts } = written;
  return {
    ...readSqlStep(
      role,
      texts.map((text) => ({ text })),
      engine,
    ),
    content: texts,
  };
}

function refuseOtherVersion(owner: object, version: Version): void {
  const given: unknown = Reflect.get(owner, "version");
  if (given === undefined) return;
  const isVersion = typeof given === "number" || typeof given === "bigint" || typeof given === "string";
  if (isVersion && parseVersion(given, { dotted: true }) === version) return;
  throw invalid(`its \`version\` is ${String(given)}, and it stands as version ${version}`);
}

function readDescription(owner: object, directives: Directives): string | undefined {
  const field = readText(owner, "description");
  if (field === undefined) return directives.description;
  if (directives.description === undefined) return field;
  throw invalid("it has a `description`, and its SQL has another in a directive");
}

function readTables(owner: object, directives: Directives): readonly string[] {
  const tables = asList(Reflect.get(owner, "allowLoss"));
  const named = tables.filter((table) => typeof table === "string" && table.trim() !== "").map(String);
  if (named.length !== tables.length) throw invalid("`allowLoss` is not a list of table names");
  return [...new Set([...named, ...directives.allowLoss])];
}

function readText(owner: object, field: string): string | undefined {
  const value: unknown = Reflect.get(owner, field);
  if (value === undefined) return undefined;
  if (typeof value === "string" && value.trim() !== "") return value;
  throw invalid(`\`${field}\` is not a text`);
}

function readFlag(owner: object, field: string): boolean {
  const value: unknown = Reflect.get(owner, field) ?? false;
  if (typeof value === "boolean") return value;
  throw invalid(`\`${field}\` is neither true nor false`);
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function invalid(why: string): TenonError {
  return new TenonError("MIGRATION_INVALID", `The migration is not well formed: ${why}.`, {
    hint: "A migration has `name` and `up`, and may have `description`, `down`, `verify`, `noTransaction`, `allowLoss` and `dependsOn`.",
  });
}
