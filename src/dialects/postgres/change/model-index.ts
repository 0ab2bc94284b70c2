import {
  type DatabaseModel,
  type ForeignKey,
  type ObjectName,
  type OtherObject,
  type Routine,
  signatureOf,
  type Table,
  type UserType,
  type View,
} from "../../../schema/index.js";

/** A model whose objects are found by their names. */
export class ModelIndex {
  readonly model: DatabaseModel;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #views: ReadonlyMap<string, View>;
  readonly #types: ReadonlyMap<string, UserType>;
  readonly #routines: ReadonlyMap<string, Routine>;
  readonly #others: ReadonlyMap<string, OtherObject>;
  readonly #children: ReadonlyMap<string, readonly Table[]>;
  #keysByTarget: ReadonlyMap<string, readonly KeyOfTable[]> | undefined;

  constructor(model: DatabaseModel) {
    this.model = model;
    this.#tables = byName(model.tables);
    this.#views = byName(model.views);
    this.#types = byName(model.types);
    this.#routines = new Map(model.routines.map((item) => [nameKey(routineName(item)), item]));
    this.#others = new Map(model.others.map((item) => [`${item.kind}\0${nameKey(item)}`, item]));
    this.#children = childrenOf(model.tables);
  }

  table(name: ObjectName): Table | undefined {
    return this.#tables.get(nameKey(name));
  }

  view(name: ObjectName): View | undefined {
    return this.#views.get(nameKey(name));
  }

  type(name: ObjectName): UserType | undefined {
    return this.#types.get(nameKey(name));
  }

  /** By its signature. */
  routine(name: ObjectName): Routine | undefined {
    return this.#routines.get(nameKey(name));
  }

  other(kind: string, name: ObjectName): OtherObject | undefined {
    return this.#others.get(`${kind}\0${nameKey(name)}`);
  }

  /** Partitions, and tables that inherit. */
  children(name: ObjectName): readonly Table[] {
    return this.#children.get(nameKey(name)) ?? [];
  }

  /** The foreign keys of all tables that refer to this one. */
  foreignKeysTo(name: ObjectName): readonly KeyOfTable[] {
    this.#keysByTarget ??= foreignKeysByTarget(this.model.tables);
    return this.#keysByTarget.get(nameKey(name)) ?? [];
  }

  parents(table: Table): readonly Table[] {
    return parentNames(table).flatMap((name) => this.table(name) ?? []);
  }
}

export interface KeyOfTable {
  readonly table: Table;
  readonly key: ForeignKey;
}

export function nameKey({ schema, name }: ObjectName): string {
  return `${schema}\0${name}`;
}

/** The name of a part of a table or view, for use as a key. */
export function partKey(owner: ObjectName, part: string): string {
  return `${nameKey(owner)}\0${part}`;
}

export function routineName(routine: Routine): ObjectName {
  return { schema: routine.schema, name: signatureOf(routine) };
}

export function parentNames({ partitionOf, inherits }: Table): readonly ObjectName[] {
  return partitionOf === undefined ? (inherits ?? []) : [partitionOf];
}

function byName<T extends ObjectName>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [nameKey(object), object]));
}

function childrenOf(tables: readonly Table[]): ReadonlyMap<string, readonly Table[]> {
  const children = new Map<string, Table[]>();
  for (const table of tables) {
    for (const parent of parentNames(table)) {
      const list = children.get(nameKey(parent));
      if (list === undefined) children.set(nameKey(parent), [table]);
      else list.push(table);
    }
  }
  return children;
}

function foreignKeysByTarget(tables: readonly Table[]): ReadonlyMap<string, readonly KeyOfTable[]> {
  const byTarget = new Map<string, KeyOfTable[]>();
  for (const table of tables) {
    for (const key of table.constraints) {
      if (key.kind !== "foreign-key") continue;
      const target = nameKey({ schema: key.references.schema, name: key.references.table });
      const list = byTarget.get(target);
      if (list === undefined) byTarget.set(target, [{ table, key }]);
      else list.push({ table, key });
    }
  }
  return byTarget;
}
