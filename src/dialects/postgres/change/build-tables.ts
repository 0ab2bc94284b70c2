import type {
  Change,
  ChangeOf,
  Constraint,
  ForeignKey,
  IndexDefinition,
  ObjectAddress,
  Table,
} from "../../../schema/index.js";
import { qualified, quote } from "../names.js";
import { alterColumns } from "./alter-columns.js";
import { alterTable } from "./alter-table.js";
import { buildTable, replicaIdentityClause } from "./build-table.js";
import type { ChangeWork } from "./change-work.js";
import { nameKey, partKey } from "./model-index.js";
import { labelsOf } from "./object-labels.js";
import { constraintMentions, indexMentions, mentions } from "./parts.js";
import { constraintClause, deferral } from "./statements/constraint-clause.js";
import { createIndex } from "./statements/create-index.js";

/** What is left for later while objects are built. */
export interface OpenParts {
  readonly foreignKeys: {
    readonly table: Table;
    readonly key: ForeignKey;
    readonly changes: readonly Change[];
  }[];
  readonly later: { readonly text: string; readonly changes: readonly Change[] }[];
  /** Keys of the objects that are still to be built. */
  readonly built: Set<string>;
}

/** Creates a table; what needs a routine that itself needs the table follows when all routines are there. */
export function buildNewTable(work: ChangeWork, change: ChangeOf<"create-table">, open: OpenParts): void {
  const table = change.to;
  const missing = (table.dependsOn ?? []).filter(
    (need) => need.kind === "routine" && open.built.has(`routine\0${nameKey(need)}`),
  );
  const isMissing = (mentioned: (object: { schema: string; name: string }) => boolean) =>
    missing.some(({ schema, name }) => mentioned({ schema, name: name.slice(0, name.indexOf("(")) }));
  const waitsConstraint = (item: Constraint) => isMissing((object) => constraintMentions(item, object));
  const waitsIndex = (item: IndexDefinition) => isMissing((object) => indexMentions(item, object));
  const first: Table = {
    ...table,
    columns: table.columns.map((column) =>
      isMissing((object) => mentions(column.default, object)) ? { ...column, default: undefined } : column,
    ),
    constraints: table.constraints.filter((item) => !waitsConstraint(item)),
    indexes: table.indexes.filter((item) => !waitsIndex(item)),
  };
  const built = buildTable(first, {
    to: work.after,
    isThere: (target) =>
      !open.built.has(`table\0${nameKey(target)}`) ||
      (work.before.table(target) !== undefined && hasKeys(work, target)),
  });
  for (const text of built.statements) work.add(text, [change]);
  for (const key of built.open) open.foreignKeys.push({ table, key, changes: [change] });
  labelTable(work, table, [change]);

  const alter = `ALTER TABLE ${qualified(table)}`;
  for (const [index, column] of table.columns.entries()) {
    if (column.default === first.columns[index]?.default) continue;
    const text = `${alter}\n  ALTER COLUMN ${quote(column.name)} SET DEFAULT ${column.default}`;
    open.later.push({ text, changes: [change] });
  }
  for (const item of table.constraints.filter(waitsConstraint)) {
    open.later.push({ text: `${alter}\n  ADD ${constraintClause(item)}`, changes: [change] });
  }
  for (const item of table.indexes.filter(waitsIndex)) {
    open.later.push({ text: createIndex(item, table), changes: [change] });
  }
}

/** Whether the keys of a table that is there are the ones that it will have. */
function hasKeys(work: ChangeWork, table: { readonly schema: string; readonly name: string }): boolean {
  const isKeyChange = (change: Change) =>
    change.object.schema === table.schema &&
    change.object.table === table.name &&
    (change.kind === "add-constraint" ||
      change.kind === "change-constraint" ||
      change.kind === "create-index" ||
      change.kind === "change-column" ||
      change.kind === "add-column");
  return !work.comparison.changes.some(isKeyChange);
}

function labelTable(work: ChangeWork, table: Table, changes: readonly Change[]): void {
  const { schema, name } = table;
  labelsOf(work, { kind: "table", schema, name }, table, changes);
  const part = (kind: ObjectAddress["kind"], partName: string): ObjectAddress => ({
    kind,
    schema,
    table: name,
    name: partName,
  });
  for (const column of table.columns) labelsOf(work, part("column", column.name), column, changes);
  for (const item of table.constraints) {
    if (item.kind !== "foreign-key") labelsOf(work, part("constraint", item.name ?? ""), item, changes);
  }
  for (const item of table.indexes) labelsOf(work, part("index", item.name), item, changes);
}

/** Changes a table that stays, part by part. */
export function buildChangedTable(work: ChangeWork, before: Table, after: Table, open: OpenParts): void {
  const own = work.changesOf(after);
  const whole = own.filter((change) => change.kind === "change-table");
  const isLate = (text: string) => /\n {2}(?:ATTACH|INHERIT|REPLICA)/.test(text);
  const statements = whole.flatMap((change) =>
    alterTable(change).map((text) => ({ text, changes: [change] })),
  );
  for (const { text, changes } of statements) if (!isLate(text)) work.add(text, changes);

  const { aside, before: from, after: to } = work;
  for (const { text, changes } of alterColumns({ before, after, changes: own, aside, from, to })) {
    work.add(text, changes);
  }
  labelNewColumns(work, after, own);
  const rebuiltIndexes = addConstraintsAndIndexes(work, before, after, own, open);
  for (const { text, changes } of statements) if (isLate(text)) work.add(text, changes);
  restoreIdentity(work, before, after, rebuiltIndexes);
}

function labelNewColumns(work: ChangeWork, table: Table, own: readonly Change[]): void {
  for (const column of table.columns) {
    const added = own.find((change) => change.kind === "add-column" && change.object.name === column.name);
    const remade = work.aside.remade.get(partKey(table, column.name));
    const changes = added === undefined ? remade?.changes : [added];
    if (changes === undefined) continue;
    const object: ObjectAddress = {
      kind: "column",
      schema: table.schema,
      table: table.name,
      name: column.name,
    };
    labelsOf(work, object, column, changes);
    if (remade !== undefined) restoreColumnTraits(work, table, column.name, remade.changes);
  }
}

/** What a column has that the model does not describe goes with it, and is given to its successor. */
function restoreColumnTraits(
  work: ChangeWork,
  table: Table,
  column: string,
  changes: Iterable<Change>,
): void {
  const name = { schema: table.schema, name: `${table.name}.${column}` };
  const alter = `ALTER TABLE ${qualified(table)}\n  ALTER COLUMN ${quote(column)}`;
  const target = work.before.other("statistics target", name)?.definition;
  if (target !== undefined) work.add(`${alter} SET STATISTICS ${target}`, changes);
  const options = work.before.other("column options", name)?.definition;
  if (options !== undefined) work.add(`${alter} SET (${options})`, changes);
}

/** Gives the names of the indexes that were made anew. */
function addConstraintsAndIndexes(
  work: ChangeWork,
  before: Table,
  after: Table,
  own: readonly Change[],
  open: OpenParts,
): ReadonlySet<string> {
  const anew = new Set<string>();
  const changesOf = (kind: "constraint" | "index", item: { readonly name?: string | undefined }) => {
    const key = partKey(after, item.name ?? "");
    const aside = (kind === "constraint" ? work.aside.constraints : work.aside.indexes).get(key);
    const found = own.filter(
      (change) =>
        (change.kind === "add-constraint" ||
          change.kind === "change-constraint" ||
          change.kind === "create-index" ||
          change.kind === "change-index") &&
        change.to === item,
    );
    return aside === undefined ? found : [...new Set([...aside.changes, ...found])];
  };
  // Keys first: a foreign key of the same script may need them.
  for (const constraint of after.constraints) {
    const changes = changesOf("constraint", constraint);
    if (changes.length === 0) continue;
    const [change] = changes;
    const isAside = work.aside.constraints.has(partKey(after, constraint.name ?? ""));
    if (change?.kind === "change-constraint" && !isAside && change.differences.join() === "notValid") {
      validate(work, after, constraint, changes);
    } else if (constraint.kind === "foreign-key")
      open.foreignKeys.push({ table: after, key: constraint, changes });
    else {
      addConstraint(work, after, constraint, changes);
      if (constraint.name !== undefined) anew.add(constraint.name);
    }
  }
  for (const index of after.indexes) {
    const changes = changesOf("index", index);
    if (changes.length === 0) continue;
    const concurrently = work.isConcurrent(before);
    if (concurrently) work.isOutside = true;
    const tablespace = work.before.other("tablespace", {
      schema: after.schema,
      name: index.name,
    })?.definition;
    work.add(createIndex(index, after, { concurrently, tablespace }), changes);
    const object: ObjectAddress = {
      kind: "index",
      schema: after.schema,
      table: after.name,
      name: index.name,
    };
    labelsOf(work, object, index, changes);
    anew.add(index.name);
  }
  return anew;
}

/** A constraint that was not valid is looked through; one that shall not be is made anew. */
function validate(work: ChangeWork, table: Table, constraint: Constraint, changes: readonly Change[]): void {
  const alter = `ALTER TABLE ${qualified(table)}`;
  const name = quote(constraint.name ?? "");
  if (!("notValid" in constraint) || constraint.notValid !== true) {
    work.add(`${alter}\n  VALIDATE CONSTRAINT ${name}`, changes);
    return;
  }
  work.add(`${alter}\n  DROP CONSTRAINT ${name}`, changes);
  addConstraint(work, table, constraint, changes);
}

/**
 * Adds a constraint to a table that is there. Rows are looked through in a second step, which does not keep others from writing:
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
export function addConstraint(
  work: ChangeWork,
  table: Table,
  constraint: Constraint,
  changes: readonly Change[],
): void {
  const alter = `ALTER TABLE ${qualified(table)}`;
  const isNew = work.before.table(table) === undefined;
  const canWait =
    (constraint.kind === "check" || constraint.kind === "foreign-key") &&
    constraint.notEnforced !== true &&
    (constraint.kind === "check" || table.kind !== "partitioned" || work.serverVersion >= 180000);
  const isLeftOpen = "notValid" in constraint && constraint.notValid === true;
  if (isKeyByIndex(work, table, constraint)) addKeyByIndex(work, table, constraint, changes);
  else if (canWait && (!isNew || isLeftOpen)) {
    work.add(`${alter}\n  ADD ${constraintClause(constraint, { notValid: true })}`, changes);
    if (!isLeftOpen && constraint.name !== undefined) {
      work.add(`${alter}\n  VALIDATE CONSTRAINT ${quote(constraint.name)}`, changes);
    }
  } else work.add(`${alter}\n  ADD ${constraintClause(constraint)}`, changes);
  const object: ObjectAddress = {
    kind: "constraint",
    schema: table.schema,
    table: table.name,
    name: constraint.name ?? "",
  };
  labelsOf(work, object, constraint, changes);
}

type KeyConstraint = Constraint & { readonly kind: "primary-key" | "unique" };

function isKeyByIndex(work: ChangeWork, table: Table, constraint: Constraint): constraint is KeyConstraint {
  const isKey = constraint.kind === "primary-key" || constraint.kind === "unique";
  return (
    isKey && constraint.name !== undefined && constraint.withoutOverlaps !== true && work.isConcurrent(table)
  );
}

/** The index of a key is built while others write; the key then only takes it over. */
function addKeyByIndex(work: ChangeWork, table: Table, key: KeyConstraint, changes: readonly Change[]): void {
  work.isOutside = true;
  const index: IndexDefinition = {
    name: key.name ?? "",
    parts: key.columns.map((column) => ({ column: column.name })),
    unique: true,
    include: key.include,
    nullsNotDistinct: key.kind === "unique" ? key.nullsNotDistinct : undefined,
    options: key.options,
  };
  work.add(createIndex(index, table, { concurrently: true }), changes);
  const kind = key.kind === "primary-key" ? "PRIMARY KEY" : "UNIQUE";
  const clause = [
    `ADD CONSTRAINT ${quote(index.name)} ${kind} USING INDEX ${quote(index.name)}`,
    ...deferral(key),
  ];
  work.add(`ALTER TABLE ${qualified(table)}\n  ${clause.join(" ")}`, changes);
}

/** An index that was made anew is no longer what rows are told apart by, nor the one that they are clustered by. */
function restoreIdentity(work: ChangeWork, before: Table, after: Table, anew: ReadonlySet<string>): void {
  const identity = /^using index (.*)$/s.exec(after.replicaIdentity ?? "")?.[1];
  const alter = `ALTER TABLE ${qualified(after)}`;
  const isSaid = before.replicaIdentity !== after.replicaIdentity;
  if (identity !== undefined && anew.has(identity) && !isSaid) {
    work.add(`${alter}\n  ${replicaIdentityClause(after)}`, []);
  }
  const cluster = work.before.other("cluster order", after)?.definition;
  if (cluster !== undefined && anew.has(cluster)) work.add(`${alter}\n  CLUSTER ON ${quote(cluster)}`, []);
}
