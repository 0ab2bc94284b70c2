import type { Connection } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import { planScript, pluginsAmong, replayInto } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { loadMigrations, type Migration, sourceOf } from "../migrations/index.js";
import { type DatabaseModel, describe, type Unjudged } from "../schema/index.js";

/** A module's part of a database's schema as its first migration. */
export interface Baseline {
  readonly module: string;
  readonly up: string;
  readonly down: string;
  readonly migration: Migration;
}

export interface BaselineRequest {
  readonly connection: Connection;
  readonly dialect: Dialect;
  /** The modules in their order, each with all that stands once it and those before it are built. */
  readonly parts: readonly BaselinePart[];
}

export interface BaselinePart {
  readonly module: string;
  readonly model: DatabaseModel;
  /** In a few words, for the journal. */
  readonly description: string;
  /** What a reader of the migration should know, as comments. */
  readonly head: readonly string[];
  /** Modules that must be there first. */
  readonly dependsOn: readonly string[];
}

/**
 * Writes the schema of a database as migrations with rollbacks, and tries them out in a scratch database: what they build
 * and leave must be equal to the models, and in the end to nothing.
 *
 * @throws TenonError `CHANGE_UNSUPPORTED` naming what cannot be written in SQL exactly
 */
export async function writeBaselines(request: BaselineRequest): Promise<readonly Baseline[]> {
  const { dialect, connection, parts } = request;
  const schema = await dialect.loadSchema();
  const scratch = await dialect.openScratch(connection);
  try {
    const empty = await schema.introspect(scratch);
    const written: { readonly baseline: Baseline; readonly before: DatabaseModel }[] = [];
    let before = empty;
    for (const part of parts) {
      const baseline = await writePart(dialect, part, before);
      await replayInto(scratch, dialect, [baseline.migration], pluginsAmong([]));
      await expectModel(scratch, dialect, part.model, `migration of ${part.module}`);
      written.push({ baseline, before });
      before = part.model;
    }
    for (const { baseline, before: wanted } of written.toReversed()) {
      await replayInto(scratch, dialect, [baseline.migration], pluginsAmong([]), "down");
      await expectModel(scratch, dialect, wanted, `rollback of ${baseline.module}`);
    }
    return written.map(({ baseline }) => baseline);
  } finally {
    await scratch.close();
  }
}

async function writePart(dialect: Dialect, part: BaselinePart, before: DatabaseModel): Promise<Baseline> {
  const { module, model, description, head, dependsOn } = part;
  const schema = await dialect.loadSchema();
  const forth = await schema.planChanges(before, model, NO_RENAMES);
  refuseUnjudged(forth.comparison.unjudged);
  const back = await schema.planChanges(model, before, NO_RENAMES);
  const directives = [
    `-- tenon: description ${oneLine(description)}`,
    ...dependsOn.map((each) => `-- tenon: depends-on ${each}@1`),
  ];
  const comments = head.map((line) => `-- ${oneLine(line)}`);
  const up = `${directives.join("\n")}\n\n${comments.join("\n")}\n\n${planScript(forth, dialect)}`;
  const down = `-- Takes back the baseline: drops everything that it made, with all rows.\n\n${planScript(back, dialect)}`;
  const source = sourceOf({ 1: { name: "baseline", up, down } });
  const [migration] = await loadMigrations(source, { module, engine: dialect.engine });
  if (migration === undefined) throw new TenonError("INTERNAL", "The baseline is no migration.");
  return { module, up, down, migration };
}

/** Nothing of an empty database can have been renamed. */
const NO_RENAMES = { renames: { hints: [], ask: () => "dropped" as const } };

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

async function expectModel(
  scratch: Connection,
  dialect: Dialect,
  wanted: DatabaseModel,
  what: string,
): Promise<void> {
  const schema = await dialect.loadSchema();
  const { changes, unjudged } = schema.compare(await schema.introspect(scratch), wanted);
  const differences = [...changes.map(describe), ...unjudged.map((each) => each.reason)];
  if (differences.length === 0) return;
  throw new TenonError(
    "CHANGE_UNSUPPORTED",
    `The baseline was tried out, and the ${what} does not give what it should: ${differences.slice(0, 10).join("; ")}. Nothing was written.`,
    { hint: "Leave these objects out with --exclude and make them by a migration of your own." },
  );
}

function refuseUnjudged(unjudged: readonly Unjudged[]): void {
  if (unjudged.length === 0) return;
  const names = unjudged.flatMap(({ from, to }) => (to ?? from)?.name ?? []);
  throw new TenonError(
    "CHANGE_UNSUPPORTED",
    `This cannot be written in SQL exactly: ${unjudged.map((each) => each.reason).join(" ")} Nothing was written.`,
    {
      hint: `Leave it out, and make it by a migration of your own: ${names.map((name) => `--exclude '${name}'`).join(" ")}.`,
      details: { objects: names },
    },
  );
}
