import { TenonError } from "../errors.js";
import { type Effect, readEffects } from "../sql/index.js";
import { freedBy, madeBy } from "./named-in-text.js";
import { describeObject, type OwnedObject, type Ownership } from "./ownership.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";

/**
 * The refusal, `OBJECT_TAKEN`, of a step that wants a name which another module has, also where `IF NOT EXISTS` would have let
 * it pass and both would have gone on with one table. A name that the step itself frees first is free. A module with a
 * schema of its own has its names there, where it gives none.
 */
export function findTakenName(
  step: PreparedStep,
  ownership: Ownership,
  { dialect, journal }: Pick<RunContext, "dialect" | "journal">,
  ownSchema?: string | undefined,
): TenonError | undefined {
  if (ownership.isEmpty) return undefined;
  const freed = new Set<string>();
  for (const { statements, file } of step.scripts) {
    for (const statement of statements) {
      for (const effect of readEffects(statement, dialect.syntax)) {
        const owner = findOwner(effect, ownership, ownSchema ?? journal.address.schema);
        const name = owner === undefined ? undefined : dialect.nameKey(owner.name);
        if (owner !== undefined && owner.module !== step.planned.module && !freed.has(name ?? "")) {
          return nameTaken(step, owner, { file, line: statement.line, column: statement.column });
        }
        const free = freedBy(effect);
        if (free !== undefined) freed.add(dialect.nameKey(free));
      }
    }
  }
  return undefined;
}

/** Whose object has the name that this makes, in the schema that is meant. */
function findOwner(effect: Effect, ownership: Ownership, defaultSchema: string): OwnedObject | undefined {
  const made = madeBy(effect);
  if (made === undefined || !IN_ONE_NAMESPACE.has(made.kind)) return undefined;
  const schema = made.schema ?? defaultSchema;
  return ownership
    .named(made.name)
    .find((object) => object.schema === schema && IN_ONE_NAMESPACE.has(object.kind));
}

/**
 * Kinds of which no two can have one name. Triggers and policies are named within their table, functions by their
 * arguments as well, and a schema may be meant to be shared.
 */
const IN_ONE_NAMESPACE: ReadonlySet<string> = new Set([
  "table",
  "foreign table",
  "view",
  "materialized view",
  "index",
  "sequence",
  "type",
  "domain",
]);

function nameTaken(
  { planned: { module, version, migration } }: PreparedStep,
  owner: OwnedObject,
  place: { readonly file: string | undefined; readonly line: number; readonly column: number },
): TenonError {
  const what = describeObject(owner);
  return new TenonError(
    "OBJECT_TAKEN",
    `Module ${module} wants the name ${owner.name}, which module ${owner.module} has: its version ${owner.version} made the ${what}.`,
    {
      where: { module, version, ...place, file: place.file ?? migration?.file, object: owner.name },
      hint: `Give it another name in ${module}, with the module's own prefix for instance. Nothing was changed.`,
      details: { object: owner.name, kind: owner.kind, owner: owner.module, wantedBy: module },
    },
  );
}
