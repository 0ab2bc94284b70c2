import type { Change, ChangeOf, Check, Constraint, ForeignKey, Table } from "../../schema/index.js";
import { quote } from "./names.js";
import { isLiteral, renderColumn, renderInlineConstraint } from "./render-table.js";
import { nameKey, namesIn } from "./rules.js";

export interface InPlaceStep {
  readonly text: string;
  readonly changes: readonly Change[];
}

/**
 * The statements that change a table without a rebuild, or undefined when only a rebuild can:
 * https://sqlite.org/lang_altertable.html#alter_table_add_column, …#alter_table_drop_column. Indexes that go
 * are expected to be gone already.
 */
export function alterInPlace(
  before: Table,
  after: Table,
  changes: readonly Change[],
): readonly InPlaceStep[] | undefined {
  const added: ChangeOf<"add-column">[] = [];
  const dropped: ChangeOf<"drop-column">[] = [];
  const constraints: ChangeOf<"add-constraint">[] = [];
  for (const change of changes) {
    if (change.kind === "add-column") added.push(change);
    else if (change.kind === "drop-column") dropped.push(change);
    else if (change.kind === "add-constraint") constraints.push(change);
    else if (!IS_DONE_ELSEWHERE.has(change.kind)) return undefined;
  }

  const position = new Map(after.columns.map((column, index) => [column.name, index]));
  added.sort((a, b) => (position.get(a.to.name) ?? 0) - (position.get(b.to.name) ?? 0));
  const additions = addColumns(before, added, constraints);
  if (additions === undefined) return undefined;
  if (!dropped.every((change) => canDrop(before, change.from.name, dropped, changes))) return undefined;
  const drops = dropped.map((change) => ({
    text: `ALTER TABLE ${quote(before.name)}\nDROP COLUMN ${quote(change.from.name)}`,
    changes: [change],
  }));
  return [...additions, ...drops];
}

const IS_DONE_ELSEWHERE: ReadonlySet<string> = new Set([
  "rename-table",
  "rename-column",
  "create-index",
  "drop-index",
  "change-index",
  "rename-index",
  "create-trigger",
  "drop-trigger",
  "change-trigger",
] satisfies Change["kind"][]);

/** New constraints can come along with the column that they speak of. */
function addColumns(
  table: Table,
  added: readonly ChangeOf<"add-column">[],
  constraints: readonly ChangeOf<"add-constraint">[],
): readonly InPlaceStep[] | undefined {
  const homes = new Map<string, ChangeOf<"add-constraint">[]>();
  for (const constraint of constraints) {
    const home = homeOf(constraint.to, added);
    if (home === undefined) return undefined;
    homes.set(home, [...(homes.get(home) ?? []), constraint]);
  }
  const steps: InPlaceStep[] = [];
  const unknown = new Set(added.map((change) => nameKey(change.to.name)));
  for (const change of added) {
    unknown.delete(nameKey(change.to.name));
    const own = homes.get(change.to.name) ?? [];
    if (!canAdd(change, own, unknown)) return undefined;
    const inline = own.flatMap(({ to }) => (isInlinable(to) ? [` ${renderInlineConstraint(to)}`] : []));
    steps.push({
      text: `ALTER TABLE ${quote(table.name)}\nADD COLUMN ${renderColumn(change.to)}${inline.join("")}`,
      changes: [change, ...own],
    });
  }
  return steps;
}

/** The added column behind which a constraint can be written: the last one that it names. */
function homeOf(
  constraint: ChangeOf<"add-constraint">["to"],
  added: readonly ChangeOf<"add-column">[],
): string | undefined {
  if (!isInlinable(constraint)) return undefined;
  if (constraint.kind === "foreign-key" && constraint.columns.length > 1) return undefined;
  const named =
    constraint.kind === "check" ? namesIn(constraint.expression) : new Set(constraint.columns.map(nameKey));
  return added.findLast((change) => named.has(nameKey(change.to.name)))?.to.name;
}

function isInlinable(constraint: ChangeOf<"add-constraint">["to"]): constraint is Check | ForeignKey {
  return constraint.kind === "check" || constraint.kind === "foreign-key";
}

function canAdd(
  { to: column }: ChangeOf<"add-column">,
  constraints: readonly ChangeOf<"add-constraint">[],
  unknown: ReadonlySet<string>,
): boolean {
  if (column.generated?.storage === "stored") return false;
  if (column.default !== undefined && !isLiteral(column.default)) return false;
  // For such a column SQLite 3.45 reports "NULL value" in PRAGMA integrity_check, wrongly and for ever.
  if (column.notNull === true && FRACTION.test(column.default ?? "")) return false;
  const hasKey = constraints.some((constraint) => constraint.to.kind === "foreign-key");
  if (hasKey && column.default !== undefined) return false;
  const texts = [
    column.generated?.expression ?? "",
    ...constraints.map(({ to }) => (to.kind === "check" ? to.expression : "")),
  ];
  return texts.every((text) => ![...namesIn(text)].some((name) => unknown.has(name)));
}

const FRACTION = /^[-+]?\s*\d*(?:\.|\d[eE])/;

/** SQLite refuses to drop a column that anything in the table's definition still names. */
function canDrop(
  table: Table,
  column: string,
  dropped: readonly ChangeOf<"drop-column">[],
  changes: readonly Change[],
): boolean {
  const key = nameKey(column);
  const isListed = (names: readonly string[]) => names.some((name) => nameKey(name) === key);
  const isNamed = (text: string | undefined) => text !== undefined && namesIn(text).has(key);
  const goneIndexes = new Set(
    changes.flatMap((change) => {
      if (change.kind === "drop-index" || change.kind === "rename-index") return [change.object.name];
      return change.kind === "change-index" ? [change.from.name] : [];
    }),
  );
  const inConstraints = table.constraints.some((constraint) => concerns(constraint, isListed, isNamed));
  const inGenerated = table.columns.some(
    (other) => other.name !== column && isNamed(other.generated?.expression),
  );
  const inIndexes = table.indexes.some(
    (index) =>
      !goneIndexes.has(index.name) &&
      (isNamed(index.where) ||
        index.parts.some(
          (part) => isNamed(part.expression) || (part.column !== undefined && isListed([part.column])),
        )),
  );
  // Several drops of a large table would each write it anew; one rebuild does it once.
  return !inConstraints && !inGenerated && !inIndexes && dropped.length === 1;
}

function concerns(
  constraint: Constraint,
  isListed: (names: readonly string[]) => boolean,
  isNamed: (text: string) => boolean,
): boolean {
  switch (constraint.kind) {
    case "primary-key":
    case "unique":
      return isListed(constraint.columns.map((part) => part.name));
    case "foreign-key":
      return isListed(constraint.columns);
    case "check":
      return isNamed(constraint.expression);
    case "exclusion":
      return true;
  }
}
