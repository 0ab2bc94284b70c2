import type { Change, ChangeOf, Column, Table } from "../../../schema/index.js";
import { defaultExpression } from "../expression.js";
import { notNullName, qualified, quote } from "../names.js";
import { overrides } from "./build-table.js";
import { convertColumn } from "./convert-column.js";
import { continueIdentity, continueRows, continueSerial, serialSequence } from "./identity-values.js";
import { followsParent, ownDifferences } from "./inherited-columns.js";
import { type ModelIndex, partKey } from "./model-index.js";
import type { StandAside } from "./stand-aside.js";
import { columnClause, identityClause, sequenceOptionChanges } from "./statements/column-clause.js";
import { refuseUnsupported } from "./unsupported.js";

/** A table that is on both sides, with the changes of its columns. */
export interface ColumnWork {
  readonly before: Table;
  readonly after: Table;
  readonly changes: readonly Change[];
  readonly aside: StandAside;
  readonly from: ModelIndex;
  readonly to: ModelIndex;
}

export interface Step {
  readonly text: string;
  readonly changes: readonly Change[];
}

/** The statements that give a table its new columns, and its columns their new properties. */
export function alterColumns(work: ColumnWork): readonly Step[] {
  const columns = new ColumnSteps(work);
  columns.dropExpressions();
  columns.changeTypes();
  columns.addColumns();
  columns.setProperties();
  return columns.steps;
}

class ColumnSteps {
  readonly steps: Step[] = [];
  readonly #work: ColumnWork;
  readonly #table: string;
  /** Where partitions or children would follow, though they may want another default. */
  readonly #only: string;
  readonly #changed: readonly ColumnChange[];

  constructor(work: ColumnWork) {
    this.#work = work;
    const { after, to } = work;
    this.#table = `ALTER TABLE ${qualified(after)}`;
    this.#only = to.children(after).length === 0 ? this.#table : `ALTER TABLE ONLY ${qualified(after)}`;
    this.#changed = work.changes
      .filter((change) => change.kind === "change-column")
      .map((change) => ({ change, ...change, differences: ownDifferences(change, work) }));
  }

  dropExpressions(): void {
    for (const { from, to, change, differences } of this.#changed) {
      const losesExpression = from.generated !== undefined && to.generated === undefined;
      if (!differences.has("generated") || !losesExpression || this.#isRemade(to)) continue;
      this.#add(`${this.#table}\n  ALTER COLUMN ${quote(to.name)} DROP EXPRESSION`, change);
    }
  }

  /** All in one statement: then the rows are written anew only once. */
  changeTypes(): void {
    const clauses: string[] = [];
    const changes = new Set<Change>();
    const { before, after, aside, from, to } = this.#work;
    for (const column of after.columns) {
      const source = before.columns.find((candidate) => candidate.name === column.name);
      const key = partKey(after, column.name);
      const changed = this.#changed.find((candidate) => candidate.to === column);
      const retyped = followsParent(column, this.#work) ? undefined : aside.retyped.get(key);
      const differs =
        changed?.differences.has("type") === true || changed?.differences.has("collation") === true;
      if (source === undefined || this.#isRemade(column) || (!differs && retyped === undefined)) continue;
      const name = quote(column.name);
      const { using } = convertColumn({
        from: source,
        to: column,
        before: from.model,
        after: to.model,
        name,
        isRebuilt: retyped !== undefined && changed?.differences.has("type") !== true,
      });
      const collate = column.collation === undefined ? "" : ` COLLATE ${column.collation}`;
      const conversion = using === undefined ? "" : ` USING ${using}`;
      clauses.push(`  ALTER COLUMN ${name} TYPE ${column.type}${collate}${conversion}`);
      for (const change of retyped?.changes ?? []) changes.add(change);
      if (changed !== undefined) changes.add(changed.change);
    }
    if (clauses.length > 0) this.#add(`${this.#table}\n${clauses.join(",\n")}`, ...changes);
  }

  addColumns(): void {
    const { after, aside, changes } = this.#work;
    // What is generated may need another new column.
    const isGenerated = (column: Column) => Number(column.generated !== undefined);
    for (const column of [...after.columns].sort((a, b) => isGenerated(a) - isGenerated(b))) {
      const key = partKey(after, column.name);
      const added = changes.find(
        (change) => change.kind === "add-column" && change.object.name === column.name,
      );
      const remade = aside.remade.get(key);
      if (added === undefined && remade === undefined) continue;
      if (followsParent(column, this.#work)) {
        const changes = added === undefined ? [...(remade?.changes ?? [])] : [added];
        for (const text of overrides(column, this.#work.to.parents(after), after))
          this.#add(text, ...changes);
        continue;
      }
      if (added !== undefined) this.#addColumn(column, [added]);
      else if (remade !== undefined && isMaterialised(remade.item, column))
        this.#materialise(column, [...remade.changes]);
      else if (remade !== undefined) this.#addColumn(column, [...remade.changes]);
    }
  }

  #addColumn(column: Column, changes: readonly Change[]): void {
    const { after, from } = this.#work;
    const isInherited = after.kind !== "partitioned" && from.children(after).length > 0;
    if (column.identity !== undefined && isInherited) {
      refuseUnsupported(
        { kind: "column", schema: after.schema, table: after.name, name: column.name },
        `PostgreSQL does not add an identity column to a table that others inherit from`,
        "Add a plain column, fill it, and make it an identity, in a migration of your own.",
      );
    }
    this.#add(`${this.#table}\n  ADD COLUMN ${columnClause(column)}`, ...changes);
    if (column.notNullOptions?.notValid === true) this.#addNotNull(column, changes);
    this.#setStorage(column, changes);
  }

  /** A virtual column keeps nothing: its values are written into a plain one that takes its name. */
  #materialise(column: Column, changes: readonly Change[]): void {
    const between = quote(`tenon_new_${column.name}`.slice(0, 50));
    const name = quote(column.name);
    this.#add(`${this.#table}\n  ADD COLUMN ${between} ${column.type}`, ...changes);
    this.#add(`UPDATE ${qualified(this.#work.after)}\nSET ${between} = ${name}`, ...changes);
    this.#add(`${this.#table}\n  DROP COLUMN ${name}`, ...changes);
    this.#add(`${this.#table}\n  RENAME COLUMN ${between} TO ${name}`, ...changes);
    if (column.default !== undefined) this.#setDefault(column, changes);
    if (column.notNull === true) this.#addNotNull(column, changes);
  }

  setProperties(): void {
    const { after, aside } = this.#work;
    for (const column of after.columns) {
      const changed = this.#changed.find((candidate) => candidate.to === column);
      const withoutDefault = aside.defaults.get(partKey(after, column.name));
      if (this.#isRemade(column)) continue;
      const isPutBack = withoutDefault !== undefined && column.default !== undefined;
      if (isPutBack || changed?.differences.has("default") === true) {
        const changes = [
          ...(withoutDefault?.changes ?? []),
          ...(changed === undefined ? [] : [changed.change]),
        ];
        if (column.default !== undefined) {
          this.#setDefault(column, [...new Set(changes)]);
          const wasIdentity = changed?.from.identity !== undefined && changed.differences.has("identity");
          const isContinued = wasIdentity && serialSequence(column) !== undefined;
          if (isContinued) this.#add(continueIdentity(after, column), ...changes);
        }
        if (column.default === undefined && withoutDefault === undefined) this.#dropDefault(column, changes);
      }
      if (changed !== undefined) this.#setOthers(changed);
    }
  }

  #setOthers({ change, from, to, differences }: ColumnChange): void {
    const becomesNotNull = differences.has("notNull") && to.notNull === true;
    if (becomesNotNull) this.#addNotNull(to, [change]);
    if (differences.has("identity") && to.identity !== undefined) this.#setIdentity(change);
    if (differences.has("notNull") && to.notNull !== true) {
      this.#add(`${this.#table}\n  ALTER COLUMN ${quote(to.name)} DROP NOT NULL`, change);
    }
    if (differences.has("notNullOptions") && to.notNull === true && from.notNull === true)
      this.#changeNotNull(change);
    if (differences.has("storage") || differences.has("compression")) this.#setStorage(to, [change], from);
  }

  #setDefault(column: Column, changes: readonly Change[]): void {
    const value = defaultExpression(column.default ?? "NULL");
    this.#add(`${this.#only}\n  ALTER COLUMN ${quote(column.name)} SET DEFAULT ${value}`, ...changes);
  }

  #dropDefault(column: Column, changes: readonly Change[]): void {
    this.#add(`${this.#only}\n  ALTER COLUMN ${quote(column.name)} DROP DEFAULT`, ...changes);
  }

  /**
   * The rows are looked through under a lock that lets others read and write. Once a valid constraint says so, the column is
   * marked without another look: https://www.postgresql.org/docs/current/sql-altertable.html (SET NOT NULL)
   */
  #addNotNull(column: Column, changes: readonly Change[]): void {
    const { after, to } = this.#work;
    const name = quote(column.name);
    const version = to.model.serverVersion ?? this.#work.from.model.serverVersion ?? 0;
    if (version >= 180000) {
      const constraint = quote(column.notNullOptions?.name ?? notNullName(after.name, column.name));
      const inherit = column.notNullOptions?.noInherit === true ? " NO INHERIT" : "";
      this.#add(
        `${this.#table}\n  ADD CONSTRAINT ${constraint} NOT NULL ${name}${inherit} NOT VALID`,
        ...changes,
      );
      if (column.notNullOptions?.notValid === true) return;
      this.#add(`${this.#table}\n  VALIDATE CONSTRAINT ${constraint}`, ...changes);
      return;
    }
    const constraint = quote(`tenon_${column.name}_not_null`.slice(0, 50));
    this.#add(
      `${this.#table}\n  ADD CONSTRAINT ${constraint} CHECK (${name} IS NOT NULL) NOT VALID`,
      ...changes,
    );
    this.#add(`${this.#table}\n  VALIDATE CONSTRAINT ${constraint}`, ...changes);
    this.#add(`${this.#table}\n  ALTER COLUMN ${name} SET NOT NULL`, ...changes);
    this.#add(`${this.#table}\n  DROP CONSTRAINT ${constraint}`, ...changes);
  }

  #changeNotNull(change: ChangeOf<"change-column">): void {
    const { after } = this.#work;
    const usual = notNullName(after.name, change.to.name);
    const before = change.from.notNullOptions;
    const target = change.to.notNullOptions;
    const name = quote(target?.name ?? usual);
    if (before?.name !== target?.name) {
      this.#add(`${this.#table}\n  RENAME CONSTRAINT ${quote(before?.name ?? usual)} TO ${name}`, change);
    }
    if (before?.notValid === true && target?.notValid !== true) {
      this.#add(`${this.#table}\n  VALIDATE CONSTRAINT ${name}`, change);
    }
    if ((before?.noInherit === true) !== (target?.noInherit === true)) {
      const inherit = target?.noInherit === true ? "NO INHERIT" : "INHERIT";
      this.#add(`${this.#table}\n  ALTER CONSTRAINT ${name} ${inherit}`, change);
    }
    if (before?.notValid !== true && target?.notValid === true) {
      this.#add(`${this.#table}\n  ALTER COLUMN ${quote(change.to.name)} DROP NOT NULL`, change);
      this.#addNotNull(change.to, [change]);
    }
  }

  /** A new identity goes on where the old sequence, or the highest value, has left off. */
  #setIdentity(change: ChangeOf<"change-column">): void {
    const { from, to } = change;
    const name = quote(to.name);
    if (from.identity === undefined) {
      this.#add(`${this.#table}\n  ALTER COLUMN ${name} ADD ${identityClause(to)}`, change);
      const sequence = serialSequence(from);
      const { after } = this.#work;
      this.#add(
        sequence === undefined ? continueRows(after, to) : continueSerial(after, to, sequence),
        change,
      );
      return;
    }
    if (to.identity === undefined) return;
    // The sequence behind an identity follows the column to its type.
    const before = { ...from.identity, type: to.type };
    const clauses = sequenceOptionChanges(before, { ...to.identity, type: to.type }).map(
      (option) => `SET ${option}`,
    );
    if (from.identity.generation !== to.identity.generation) {
      clauses.unshift(`SET GENERATED ${to.identity.generation.toUpperCase()}`);
    }
    if (clauses.length > 0) this.#add(`${this.#table}\n  ALTER COLUMN ${name} ${clauses.join(" ")}`, change);
  }

  #setStorage(column: Column, changes: readonly Change[], before?: Column): void {
    const name = quote(column.name);
    if (column.storage !== before?.storage) {
      // Before PostgreSQL 16 there is no word for the type's own.
      const storage = column.storage ?? (column.type.startsWith("numeric") ? "main" : "extended");
      this.#add(`${this.#only}\n  ALTER COLUMN ${name} SET STORAGE ${storage.toUpperCase()}`, ...changes);
    }
    if (column.compression !== before?.compression) {
      this.#add(
        `${this.#only}\n  ALTER COLUMN ${name} SET COMPRESSION ${column.compression ?? "default"}`,
        ...changes,
      );
    }
  }

  #isRemade(column: Column): boolean {
    return this.#work.aside.remade.has(partKey(this.#work.after, column.name));
  }

  #add(text: string, ...changes: readonly Change[]): void {
    this.steps.push({ text, changes });
  }
}

type ColumnChange = Omit<ChangeOf<"change-column">, "differences"> & {
  readonly change: ChangeOf<"change-column">;
  readonly differences: ReadonlySet<string>;
};

/** A virtual column that becomes a plain one. */
export function isMaterialised(from: Column, to: Column): boolean {
  return from.generated?.storage === "virtual" && to.generated === undefined;
}
