import { TenonError } from "../../errors.js";
import {
  type DrizzleEnum,
  type DrizzlePolicy,
  type DrizzleRole,
  type DrizzleSchema,
  type DrizzleSequence,
  entityKinds,
  isEnum,
  isKind,
  tableAddress,
} from "./shape.js";

/** Everything of Drizzle among the values of a module, each once. */
export interface DrizzleObjects {
  readonly engine: "sqlite" | "postgres";
  readonly tables: readonly object[];
  readonly views: readonly object[];
  readonly materializedViews: readonly object[];
  readonly enums: readonly DrizzleEnum[];
  readonly schemas: readonly DrizzleSchema[];
  readonly sequences: readonly DrizzleSequence[];
  readonly policies: readonly DrizzlePolicy[];
}

/** Tables as a module gives them: by name, in a list, in groups, or a whole module that exports them. */
export type TablesGiven = Readonly<Record<string, unknown>> | readonly unknown[];

/**
 * Sorts what a module gave as its tables. What is not of the database (relations, functions, constants) is passed over, so that
 * `import * as schema` can be given as it is; what belongs to the database and cannot be built is refused.
 * @throws TenonError `MODULE_INVALID`, `CHANGE_UNSUPPORTED`
 */
export function findObjects(given: TablesGiven): DrizzleObjects {
  const found = { sqlite: new Set<object>(), postgres: new Set<object>() };
  const lists = {
    tables: new Set<object>(),
    views: new Set<object>(),
    materializedViews: new Set<object>(),
    enums: new Set<DrizzleEnum>(),
    schemas: new Set<DrizzleSchema>(),
    sequences: new Set<DrizzleSequence>(),
    policies: new Set<DrizzlePolicy>(),
  };
  const take = <T extends object>(engine: "sqlite" | "postgres", list: Set<T>, value: T) => {
    list.add(value);
    found[engine].add(value);
  };
  for (const [name, value] of valuesOf(given)) {
    if (isEnum(value)) take("postgres", lists.enums, value);
    const kind = entityKinds(value).find((each) => OBJECT_KINDS.has(each) || isUnusable(each));
    if (kind === undefined || typeof value !== "object" || value === null) continue;
    // An alias is another name for queries, not another table.
    if (tableAddress(value).isAlias) continue;
    if (kind === "SQLiteTable") take("sqlite", lists.tables, value);
    else if (kind === "SQLiteView") take("sqlite", lists.views, value);
    else if (kind === "PgTable") take("postgres", lists.tables, value);
    else if (kind === "PgView") take("postgres", lists.views, value);
    else if (kind === "PgMaterializedView") take("postgres", lists.materializedViews, value);
    else if (isSchema(value)) take("postgres", lists.schemas, value);
    else if (isSequence(value)) take("postgres", lists.sequences, value);
    else if (isPolicy(value)) take("postgres", lists.policies, value);
    else if (isRole(value)) refuseRole(value);
    else throw unusable(name, kind);
  }
  return {
    engine: engineOf(found),
    tables: [...lists.tables],
    views: [...lists.views],
    materializedViews: [...lists.materializedViews],
    enums: [...lists.enums],
    schemas: [...lists.schemas],
    sequences: [...lists.sequences],
    policies: [...lists.policies],
  };
}

/** What a role is called that a policy names. */
export function isRole(value: unknown): value is DrizzleRole {
  return isKind(value, "PgRole");
}

function isSchema(value: unknown): value is DrizzleSchema {
  return isKind(value, "PgSchema");
}

function isSequence(value: unknown): value is DrizzleSequence {
  return isKind(value, "PgSequence");
}

function isPolicy(value: unknown): value is DrizzlePolicy {
  return isKind(value, "PgPolicy");
}

const OBJECT_KINDS = new Set([
  "SQLiteTable",
  "SQLiteView",
  "PgTable",
  "PgView",
  "PgMaterializedView",
  "PgSchema",
  "PgSequence",
  "PgPolicy",
  "PgRole",
]);

/** Tables and views of engines that Tenon does not read, and parts that were built but put into no table. */
function isUnusable(kind: string): boolean {
  return kind === "Table" || kind === "View" || LOOSE_PART.test(kind);
}

const LOOSE_PART =
  /^(?:Pg|SQLite)(?:IndexBuilder|IndexBuilderOn|CheckBuilder|ForeignKeyBuilder|PrimaryKeyBuilder|UniqueConstraintBuilder|UniqueOnConstraintBuilder|ColumnBuilder|DefaultViewBuilderCore|MaterializedViewBuilderCore|ViewBuilderCore)$/;

function unusable(name: string, kind: string): TenonError {
  const isLoose = LOOSE_PART.test(kind);
  return new TenonError(
    "CHANGE_UNSUPPORTED",
    isLoose
      ? `${name} is a part of a table that stands by itself (${kind}), so nothing tells which table it belongs to.`
      : `${name} is a table or view of an engine that Tenon does not read.`,
    {
      where: { object: name },
      hint: isLoose
        ? "Return it from the third argument of its table: `(table) => [index(…).on(table.column)]`. A view needs its `.as(…)`."
        : "Give tables of drizzle-orm/sqlite-core or drizzle-orm/pg-core.",
    },
  );
}

/** Roles belong to the whole server, and a module must not make up who may do what there. */
function refuseRole(role: DrizzleRole): void {
  if (role._existing === true) return;
  throw new TenonError(
    "CHANGE_UNSUPPORTED",
    `The role ${role.name} would have to be created, and Tenon creates no roles: they belong to the whole server.`,
    {
      where: { object: role.name },
      hint: `Create it by hand or in a migration, then write pgRole(${JSON.stringify(role.name)}).existing().`,
    },
  );
}

/** Values in groups are looked at too; a group is a plain object or list with something of the database in it. */
function* valuesOf(given: TablesGiven, depth = 0): Generator<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(given)) {
    if (depth < MOST_GROUPS && isGroup(value)) yield* valuesOf(value, depth + 1);
    else yield [name, value];
  }
}

const MOST_GROUPS = 4;

function isGroup(value: unknown): value is TablesGiven {
  if (typeof value !== "object" || value === null || entityKinds(value).length > 0) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || prototype === Object.prototype || Array.isArray(value);
  return isPlain && Object.values(value).some((part) => isGroupMember(part) || isGroupOfGroups(part));
}

function isGroupMember(part: unknown): boolean {
  return isEnum(part) || entityKinds(part).some((kind) => OBJECT_KINDS.has(kind) || isUnusable(kind));
}

/** `{ auth: { tables: { users } } }`; the tables inside what `defineRelations` gives are not looked for. */
function isGroupOfGroups(part: unknown): boolean {
  if (typeof part !== "object" || part === null || entityKinds(part).length > 0 || "relations" in part)
    return false;
  return Object.values(part).some(isGroupMember);
}

function engineOf(
  found: Readonly<Record<"sqlite" | "postgres", ReadonlySet<object>>>,
): "sqlite" | "postgres" {
  const [sqlite] = found.sqlite;
  const [postgres] = found.postgres;
  if (sqlite === undefined || postgres === undefined) {
    if (sqlite !== undefined || postgres !== undefined) return sqlite === undefined ? "postgres" : "sqlite";
    throw new TenonError("MODULE_INVALID", "There is no Drizzle table among what was given as tables.", {
      hint: "Give tables of drizzle-orm/sqlite-core or drizzle-orm/pg-core: `{ tables: { users, posts } }`.",
    });
  }
  throw new TenonError(
    "MODULE_INVALID",
    `The tables are for two engines: ${nameOf(sqlite)} for SQLite and ${nameOf(postgres)} for PostgreSQL.`,
    { hint: "Give the tables of one of them; Tenon translates them for the other." },
  );
}

function nameOf(object: object): string {
  if (isEnum(object)) return object.enumName;
  if (isSequence(object)) return object.seqName ?? "a sequence";
  if (isSchema(object)) return object.schemaName;
  if (isPolicy(object)) return object.name;
  return tableAddress(object).name;
}
