import type { Change, ChangeKind, ChangeOf, Comparison, ObjectName, Table } from "../../../schema/index.js";
import type { PlannedStatement } from "../../schema-dialect.js";
import { ModelIndex, nameKey } from "./model-index.js";
import { type SequenceRenames, sequenceRenames } from "./sequence-renames.js";
import { StandAside } from "./stand-aside.js";

export interface RenderOptions {
  /** Builds indexes on tables that are there without blocking writers; the script then runs outside a transaction. */
  readonly concurrently?: boolean | undefined;
}

/** All that rendering a comparison needs to look up, and the script as far as it is written. */
export class ChangeWork {
  readonly comparison: Comparison;
  readonly options: RenderOptions;
  /** As it is, with the renames made. */
  readonly before: ModelIndex;
  readonly after: ModelIndex;
  readonly aside: StandAside;
  readonly sequences: SequenceRenames;
  readonly serverVersion: number;
  readonly statements: PlannedStatement[] = [];
  /** Some statement cannot run in a transaction. */
  isOutside = false;
  readonly #byKind: ReadonlyMap<ChangeKind, readonly Change[]>;
  readonly #renamedSequences: ReadonlySet<Change>;
  readonly #byTable: ReadonlyMap<string, readonly Change[]>;
  #affected: ReadonlySet<string> | undefined;
  readonly #droppedTables: ReadonlySet<string>;

  constructor(comparison: Comparison, options: RenderOptions) {
    this.comparison = comparison;
    this.options = options;
    this.before = new ModelIndex(comparison.renamed);
    this.after = new ModelIndex(comparison.to);
    this.aside = new StandAside(comparison);
    this.sequences = sequenceRenames(comparison);
    this.#renamedSequences = new Set(this.sequences.changes);
    this.serverVersion = comparison.from.serverVersion ?? comparison.to.serverVersion ?? OLDEST;
    this.#byKind = groupBy(comparison.changes, (change) => change.kind);
    this.#byTable = groupBy(comparison.changes, ({ object: { kind, schema, table, name } }) =>
      nameKey({ schema, name: kind === "table" ? name : (table ?? "") }),
    );
    this.#droppedTables = new Set(this.of("drop-table").map((change) => nameKey(change.from)));
  }

  /** The changes of one kind, without those of sequences that are only renamed. */
  of<K extends ChangeKind>(kind: K): readonly ChangeOf<K>[] {
    const changes = this.#byKind.get(kind) ?? [];
    return changes.filter(
      (change): change is ChangeOf<K> => change.kind === kind && !this.#renamedSequences.has(change),
    );
  }

  /** Whether anything of a table changes, or stands aside for a change elsewhere. */
  isAffected(table: ObjectName): boolean {
    this.#affected ??= this.#findAffected();
    return this.#affected.has(nameKey(table));
  }

  #findAffected(): ReadonlySet<string> {
    const { constraints, indexes, defaults, remade, retyped } = this.aside;
    const owners = [constraints, indexes, defaults, remade, retyped].flatMap((asides) =>
      [...asides.values()].map(({ owner }) => nameKey(owner)),
    );
    return new Set([...this.#byTable.keys(), ...owners]);
  }

  /** The changes of a table and of its parts. */
  changesOf(table: ObjectName): readonly Change[] {
    return this.#byTable.get(nameKey(table)) ?? [];
  }

  add(text: string, changes: Iterable<Change>): void {
    this.statements.push({ text, changes: [...new Set(changes)] });
  }

  isDropped(table: ObjectName): boolean {
    return this.#droppedTables.has(nameKey(table));
  }

  /** Whether an index on this table can be built, or taken away, while others write. */
  isConcurrent(name: ObjectName): boolean {
    if (this.options.concurrently !== true) return false;
    const relation: Pick<Table, "kind"> | undefined = this.before.table(name);
    return relation?.kind === "ordinary";
  }
}

const OLDEST = 140000;

function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
