import type { SchemaDialect } from "../dialects/index.js";
import type { ObjectOwner } from "../engine/index.js";
import { TenonError } from "../errors.js";
import type { DatabaseModel, ObjectName } from "../schema/index.js";

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

/** What a module has once the database looks like its desired model; what another lends it is not among that. */
export function ownedBy(desired: DatabaseModel, lent: readonly ObjectName[]): OwnedObjects {
  const isLent = (object: ObjectName) =>
    lent.some((each) => each.schema === object.schema && each.name === object.name);
  const names = (objects: readonly ObjectName[]): readonly ObjectName[] =>
    objects.map(({ schema, name }) => ({ schema, name }));
  return {
    tables: names(desired.tables),
    views: names(desired.views),
    types: names(desired.types.filter((type) => !isLent(type))),
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
  /** Whose the objects of the database are; asked only where something of a wanted name stands. */
  readonly readOwners: () => Promise<readonly ObjectOwner[]>;
  readonly schema: SchemaDialect;
}

/**
 * Refuses an object whose name another module has already: its columns would never come, or would be put into the
 * other's table. An object that no module brought is taken over. A type that another module lends, and that both see
 * alike, is used and stays that module's.
 *
 * @returns the types that are lent
 * @throws TenonError `OBJECT_TAKEN`
 */
export async function refuseTaken(request: TakenRequest): Promise<readonly ObjectName[]> {
  const { module, desired, current, own, schema } = request;
  const keyOf = (object: ObjectName) => `${object.schema}\0${schema.rules.nameKey(object.name)}`;
  const lent: ObjectName[] = [];
  for (const kind of ["tables", "views", "sequences", "types"] as const) {
    const standing = new Map<string, ObjectName>(current[kind].map((object) => [keyOf(object), object]));
    const ours = new Set(own[kind].map(keyOf));
    for (const object of desired[kind]) {
      const there = standing.get(keyOf(object));
      if (there === undefined || ours.has(keyOf(object))) continue;
      const owner = await ownerOf(object, kind, request);
      if (owner === undefined || owner === module) continue;
      if (kind !== "types" || !isSameType(there, object)) throw taken(object, kind, module, owner);
      lent.push({ schema: object.schema, name: object.name });
    }
  }
  return lent;
}

type Kind = "tables" | "views" | "sequences" | "types";

async function ownerOf(
  object: ObjectName,
  kind: Kind,
  { others, readOwners, schema }: TakenRequest,
): Promise<string | undefined> {
  const keyOf = ({ schema: place, name }: ObjectName) => `${place}\0${schema.rules.nameKey(name)}`;
  const following = [...others].find(([, theirs]) =>
    theirs[kind].some((each) => keyOf(each) === keyOf(object)),
  );
  if (following !== undefined) return following[0];
  const owners = await readOwners();
  return owners.find((each) => LISTED_AS[kind].has(each.kind) && keyOf(each) === keyOf(object))?.module;
}

const LISTED_AS: Readonly<Record<Kind, ReadonlySet<string>>> = {
  tables: new Set(["table"]),
  views: new Set(["view", "materialized view"]),
  sequences: new Set(["sequence"]),
  types: new Set(["type", "domain"]),
};

/** Comments and rights are the owner's business. */
function isSameType(standing: ObjectName, wanted: ObjectName): boolean {
  const shape = (type: ObjectName) => JSON.stringify({ ...type, comment: undefined, grants: undefined });
  return shape(standing) === shape(wanted);
}

function taken(object: ObjectName, kind: Kind, module: string, owner: string): TenonError {
  const what = kind === "types" ? "a type" : kind === "sequences" ? "a sequence" : "a table or view";
  return new TenonError(
    "OBJECT_TAKEN",
    `The modules ${owner} and ${module} both want ${what} named ${object.name}. ${owner} has it already; nothing of ${module} was changed.`,
    {
      where: { module, object: object.name },
      hint: `Give it another name in ${module} (a prefix such as ${module.replaceAll(/\W/g, "_")}_${object.name}), or take it out of one of the two.`,
      details: { object: object.name, modules: [owner, module] },
    },
  );
}
