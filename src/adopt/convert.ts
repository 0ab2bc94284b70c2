import { join } from "node:path";
import type { Connection, EngineName } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import { type PreparedStep, pluginsAmong, prepareStep, replayInto } from "../engine/index.js";
import { TenonError } from "../errors.js";
import {
  type FileToWrite,
  loadMigrations,
  type Migration,
  type Step,
  sourceOf,
} from "../migrations/index.js";
import { describe } from "../schema/index.js";
import { readPragma, splitStatements } from "../sql/index.js";
import { type NativeName, nativeNames } from "./native-versions.js";

export interface ConversionRequest {
  readonly connection: Connection;
  readonly dialect: Dialect;
  /** Of one module, in their order. */
  readonly migrations: readonly Migration[];
  readonly folder: string;
}

/** A history in Tenon's own layout. */
export interface Conversion {
  readonly files: readonly FileToWrite[];
  /** What each migration has become. */
  readonly converted: ReadonlyMap<Migration, Migration>;
  readonly notes: readonly string[];
}

/**
 * Writes a history in Tenon's own layout, with the transactions and the settings that the other tool's driver gave it. Both
 * histories are run in scratch databases: what they build must be equal.
 *
 * @throws TenonError `CHANGE_UNSUPPORTED` when they do not build the same, `UNSUPPORTED` for what cannot be written in that layout
 */
export async function convertHistory(request: ConversionRequest): Promise<Conversion> {
  const { connection, dialect, migrations } = request;
  const { names, isRenumbered } = nativeNames(migrations);
  const schema = await dialect.loadSchema();
  const [original, native] = [await dialect.openScratch(connection), await dialect.openScratch(connection)];
  try {
    const parts: Part[] = [];
    for (const name of names) {
      await replayInto(original, dialect, [name.migration], pluginsAmong([]));
      parts.push(await convertOne(native, dialect, name));
    }
    const { changes, unjudged } = schema.compare(
      await schema.introspect(native),
      await schema.introspect(original),
    );
    const differences = [...changes.map(describe), ...unjudged.map(({ reason }) => reason)];
    if (differences.length > 0) throw notTheSame(differences);
    return {
      files: parts.flatMap((part) => filesOf(part, request.folder)),
      converted: new Map(parts.map(({ name, converted }) => [name.migration, converted])),
      notes: isRenumbered
        ? ["Not all of these versions are numbers that grow: in the new folder they are counted from 1."]
        : [],
    };
  } finally {
    await original.close();
    await native.close();
  }
}

interface Part {
  readonly name: NativeName;
  readonly up: string;
  readonly down: string | undefined;
  readonly converted: Migration;
}

async function convertOne(native: Connection, dialect: Dialect, name: NativeName): Promise<Part> {
  const { migration } = name;
  const down = migration.down === undefined ? undefined : textOf(dialect, name, migration.down, "down");
  let up = textOf(dialect, name, migration.up, "up");
  for (let attempt = 0; ; attempt++) {
    const converted = await readBack(dialect.engine, name, { up, down });
    try {
      await replayInto(native, dialect, [converted], pluginsAmong([]));
      return { name, up, down, converted };
    } catch (error) {
      const corrected = attempt < MOST_CORRECTIONS ? correct(dialect, migration, up, error) : undefined;
      if (corrected === undefined) throw refused(error, migration);
      up = corrected;
    }
  }
}

const MOST_CORRECTIONS = 100;

/** Writes out what the other tool let pass: losses that nothing named, and texts in double quotes; undefined for any other trouble. */
function correct(dialect: Dialect, migration: Migration, up: string, error: unknown): string | undefined {
  const losses = lossesOf(error);
  if (losses.length > 0) return `${losses.map((object) => `-- tenon: allow-loss ${object}\n`).join("")}${up}`;
  if (migration.origin?.sqlite.takesQuotedTexts !== true || !(error instanceof TenonError)) return undefined;
  const { line = 0 } = error.where;
  const failed = splitStatements(up, dialect.syntax).findLast((statement) => statement.line <= line);
  const meant = failed === undefined ? undefined : dialect.readQuotedTexts?.(failed, error.cause ?? error);
  if (failed === undefined || meant === undefined) return undefined;
  return up.slice(0, failed.start) + meant.text + up.slice(failed.start + failed.text.length);
}

/** The text as it was written where that means the same to Tenon; else its statements, one after the other. */
function textOf(
  dialect: Dialect,
  { migration, digits, name }: NativeName,
  step: Step,
  direction: "up" | "down",
): string {
  if (step.kind !== "sql") throw isProgram(migration);
  const wanted = prepared(dialect, migration, step, direction);
  const head = [
    ...(direction === "up" && migration.description !== undefined
      ? [`-- tenon: description ${migration.description.replaceAll(/\s+/g, " ")}`]
      : []),
    ...(wanted.transaction === "outside" ? ["-- tenon: no-transaction"] : []),
    ...(direction === "up" ? migration.allowLoss : []).map((object) => `-- tenon: allow-loss ${object}`),
  ];
  const { before, after } = dialect.offline.settings(wanted.settings);
  const bodies = [
    step.scripts.map(({ text }) => text.trim()),
    [...before, ...step.scripts.map(({ text }) => text.trim()), ...after],
    [
      ...before,
      ...wanted.scripts.flatMap(({ statements }) => statements.map((statement) => `${statement.text};`)),
      ...after,
    ],
  ];
  for (const body of bodies) {
    const text = `${[...(head.length > 0 ? [head.join("\n")] : []), ...body].join("\n\n")}\n`;
    const found = prepared(dialect, undefined, { kind: "sql", scripts: [{ text }] }, direction);
    if (isSame(dialect, found, wanted)) return text;
  }
  throw new TenonError(
    "UNSUPPORTED",
    `${migration.module}@${migration.version} cannot be written in Tenon's own layout so that it means the same.`,
    {
      where: { module: migration.module, version: migration.version, file: migration.file },
      hint: `Write ${digits}_${name} by hand, or keep the folder as it is: Tenon reads it in place.`,
    },
  );
}

function prepared(
  dialect: Dialect,
  migration: Migration | undefined,
  step: Step,
  direction: "up" | "down",
): PreparedStep {
  const { module = "main", version = "1", name = "" } = migration ?? {};
  return prepareStep({ direction, module, version, name, migration, row: undefined, step }, dialect);
}

function isSame(dialect: Dialect, a: PreparedStep, b: PreparedStep): boolean {
  const canSwitchKeys = dialect.offline.settings({ foreignKeys: "off" }).before.length > 0;
  const statementsOf = ({ scripts }: PreparedStep) =>
    scripts
      .flatMap(({ statements }) => statements)
      .filter((statement) => readPragma(statement)?.name !== "foreign_keys")
      .map((statement) => statement.text);
  const keysOf = ({ settings }: PreparedStep) =>
    canSwitchKeys && (settings.foreignKeys === "off" || settings.restore?.includes("foreign_keys") === true);
  return (
    a.transaction === b.transaction &&
    keysOf(a) === keysOf(b) &&
    JSON.stringify(statementsOf(a)) === JSON.stringify(statementsOf(b))
  );
}

/** Reads the texts as they will be read from their files. */
async function readBack(
  engine: EngineName,
  { migration, digits, name }: NativeName,
  texts: { readonly up: string; readonly down: string | undefined },
): Promise<Migration> {
  const { up, down } = texts;
  const source = sourceOf({ [digits]: { name, up, ...(down === undefined ? {} : { down }) } });
  const [converted] = await loadMigrations(source, { module: migration.module, engine });
  if (converted === undefined) throw new TenonError("INTERNAL", "What was converted is no migration.");
  return converted;
}

function filesOf({ name: { digits, name }, up, down }: Part, folder: string): readonly FileToWrite[] {
  const base = join(folder, `${digits}_${name}`);
  return [
    { path: `${base}.sql`, text: up },
    ...(down === undefined ? [] : [{ path: `${base}_rollback.sql`, text: down }]),
  ];
}

/** The tables, and columns as `table.column`, that a guard named. */
function lossesOf(error: unknown): readonly string[] {
  if (!(error instanceof TenonError) || !["ROWS_LOST", "OBJECTS_LOST"].includes(error.code)) return [];
  const losses: unknown = error.details["losses"];
  return Array.isArray(losses) ? losses.map((loss: { object: string }) => loss.object) : [];
}

function refused(error: unknown, { module, version, file }: Migration): unknown {
  if (!(error instanceof TenonError)) return error;
  return new TenonError(
    "UNSUPPORTED",
    `${module}@${version} does not run in Tenon's own layout as it does in place: ${error.message}`,
    {
      where: { module, version, file, line: error.where.line },
      hint: "Keep the folder as it is: Tenon reads it in place.",
      cause: error,
    },
  );
}

function isProgram({ module, version, file }: Migration): TenonError {
  return new TenonError("UNSUPPORTED", `${module}@${version} is a program, which cannot be converted.`, {
    where: { module, version, file },
    hint: "Take the database over with --baseline instead.",
  });
}

function notTheSame(differences: readonly string[]): TenonError {
  return new TenonError(
    "CHANGE_UNSUPPORTED",
    `The converted history does not build what the history builds: ${differences.slice(0, 10).join("; ")}. Nothing was written.`,
    {
      hint: "Keep the folder as it is: Tenon reads it in place. This is a defect of Tenon; please report it with the files.",
    },
  );
}
