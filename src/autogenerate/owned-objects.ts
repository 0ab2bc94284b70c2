import type { SchemaDialect } from "../dialects/index.js";
import type { JournalRow } from "../engine/index.js";
import { TenonError } from "../errors.js";
import type { DatabaseModel, ObjectName } from "../schema/index.js";
import { readEffects, type SqlSyntax, splitStatements } from "../sql/index.js";

/** What a module has in the database: it may change and drop these, and no other module may have one of the same name. */
export interface OwnedObjects {
  readonly tables: readonly ObjectName[];
  readonly views: readonly ObjectName[];
  readonly types: readonly ObjectName[];
  readonly sequences: readonly ObjectName[];
  /** Tables whose row security the module declared. */
  readonly secured: readonly ObjectName[];
}

export const NOTHING_OWNED: OwnedObjects = { tables: [], views: [], types: [], sequences: [], secured: [] };

/** What a module has once the database looks like its desired model. */
export function ownedBy(desired: DatabaseModel): OwnedObjects {
  const names = (objects: readonly ObjectName[]): readonly ObjectName[] =>
    objects.map(({ schema, name }) => ({ schema, name }));
  return {
    tables: names(desired.tables),
    views: names(desired.views),
    types: names(desired.types),
    sequences: names(desired.sequences.filter((sequence) => sequence.ownedBy === undefined)),
    secured: names(desired.tables.filter((table) => table.rowSecurity !== undefined)),
  };
}

export interface TakenRequest {
  readonly module: string;
  readonly desired: DatabaseModel;
  readonly current: DatabaseModel;
  readonly own: OwnedObjects;
  /** What other modules that follow their tables have, by module. */
  readonly others: ReadonlyMap<string, OwnedObjects>;
  readonly rows: readonly JournalRow[];
  readonly schema: SchemaDialect;
  readonly syntax: SqlSyntax;
}

/**
 * Refuses an object whose name another module has already: its columns would never come, or would be put into the
 * other's table. An object that no module brought is taken over.
 * @throws TenonError `OBJECT_TAKEN`
 */
export function refuseTaken(request: TakenRequest): void {
  const { module, desired, current, own, others, schema } = request;
  const keyOf = (object: ObjectName) => `${object.schema}\0${schema.rules.nameKey(object.name)}`;
  for (const kind of ["tables", "views", "sequences"] as const) {
    const standing = new Set(current[kind].map(keyOf));
    const ours = new Set(own[kind].map(keyOf));
    for (const object of desired[kind]) {
      if (!standing.has(keyOf(object)) || ours.has(keyOf(object))) continue;
      const owner =
        [...others].find(([, theirs]) => theirs[kind].some((each) => keyOf(each) === keyOf(object)))?.[0] ??
        creatorOf(object, request);
      if (owner !== undefined && owner !== module) throw taken(object, module, owner);
    }
  }
}

/** The module among whose applied migrations is the one that created a table or view of that name. */
function creatorOf(object: ObjectName, { rows, module, schema, syntax }: TakenRequest): string | undefined {
  const wanted = schema.rules.nameKey(object.name);
  const applied = rows.filter((row) => row.status === "applied" && row.module !== module);
  for (const row of applied.sort((a, b) => b.sequence - a.sequence)) {
    for (const text of row.upSql ?? []) {
      if (!text.toLowerCase().includes(object.name.toLowerCase())) continue;
      const effects = splitStatements(text, syntax).flatMap((statement) => readEffects(statement, syntax));
      const creates = effects.some(
        (effect) =>
          (effect.kind === "create-table" && schema.rules.nameKey(effect.table ?? "") === wanted) ||
          (effect.renamedTo !== undefined && schema.rules.nameKey(effect.renamedTo) === wanted),
      );
      if (creates) return row.module;
    }
  }
  return undefined;
}

function taken(object: ObjectName, module: string, owner: string): TenonError {
  return new TenonError(
    "OBJECT_TAKEN",
    `The modules ${owner} and ${module} both want a table or view named ${object.name}. ${owner} has it already; nothing of ${module} was changed.`,
    {
      where: { module, object: object.name },
      hint: `Give it another name in ${module} (a prefix such as ${module.replaceAll(/\W/g, "_")}_${object.name}), or take it out of one of the two.`,
      details: { object: object.name, modules: [owner, module] },
    },
  );
}
