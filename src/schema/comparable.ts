// The forms under which objects are compared and fingerprinted: one place decides what counts as a
// difference.
import { canonicalJson, type PlainObject } from "./canonical.js";
import type { Constraint } from "./constraint.js";
import type { Extension, OtherObject } from "./model.js";
import type { ModelRules } from "./rules.js";
import type { Column, Policy, Table } from "./table.js";
import type { IndexDefinition } from "./table-index.js";
import type { Routine, Sequence, SequenceOptions, UserType } from "./type.js";
import type { Trigger, View } from "./view.js";

/**
 * Functions from an object to what counts of it: no name, no comment, no grants, nothing that belongs to its
 * parts.
 */
export interface Comparables {
  table(table: Table): PlainObject;
  column(column: Column): PlainObject;
  constraint(constraint: Constraint): PlainObject;
  index(index: IndexDefinition): PlainObject;
  trigger(trigger: Trigger): PlainObject;
  policy(policy: Policy): PlainObject;
  view(view: View): PlainObject;
  type(type: UserType): PlainObject;
  sequence(sequence: Sequence): PlainObject;
  routine(routine: Routine): PlainObject;
  extension(extension: Extension): PlainObject;
  other(other: OtherObject): PlainObject;
}

export function comparablesBy(rules: ModelRules): Comparables {
  const name = (value: string | undefined) => (value === undefined ? undefined : rules.nameKey(value));
  const names = (values: readonly string[] | undefined) => values?.map(rules.nameKey);
  const text = (value: string | undefined) => (value === undefined ? undefined : rules.textKey(value));
  const type = (value: string | undefined) => (value === undefined ? undefined : rules.typeKey(value));
  const qualified = (value: { schema: string; name: string } | undefined) =>
    value && { schema: name(value.schema), name: name(value.name) };

  const constraint = (item: Constraint): PlainObject => {
    const { kind, deferrable, initiallyDeferred } = item.kind === "check" ? { kind: item.kind } : item;
    const deferral = { kind, deferrable, initiallyDeferred };
    switch (item.kind) {
      case "primary-key":
      case "unique":
        return {
          ...deferral,
          columns: item.columns.map((column) => ({
            name: name(column.name),
            collation: name(column.collation),
            descending: column.descending,
          })),
          conflict: item.conflict,
          include: names(item.include),
          options: item.options,
          withoutOverlaps: item.withoutOverlaps,
          ...(item.kind === "unique"
            ? { nullsNotDistinct: item.nullsNotDistinct }
            : { autoincrement: item.autoincrement, rowidAlias: item.rowidAlias }),
        };
      case "check":
        return {
          kind,
          expression: text(item.expression),
          notValid: item.notValid,
          noInherit: item.noInherit,
          notEnforced: item.notEnforced,
        };
      case "foreign-key":
        return {
          ...deferral,
          columns: names(item.columns),
          references: {
            schema: name(item.references.schema),
            table: name(item.references.table),
            columns: names(item.references.columns),
          },
          onUpdate: item.onUpdate,
          onDelete: item.onDelete,
          onDeleteColumns: names(item.onDeleteColumns),
          match: item.match,
          notValid: item.notValid,
          notEnforced: item.notEnforced,
          period: item.period,
        };
      case "exclusion":
        return { ...deferral, definition: text(item.definition) };
    }
  };

  const index = (item: IndexDefinition): PlainObject => ({
    parts: item.parts.map((part) => ({
      column: name(part.column),
      expression: text(part.expression),
      descending: part.descending,
      nulls: part.nulls,
      collation: name(part.collation),
      operatorClass: part.operatorClass,
    })),
    unique: item.unique,
    where: text(item.where),
    method: item.method,
    include: names(item.include),
    nullsNotDistinct: item.nullsNotDistinct,
    options: item.options,
    invalid: item.invalid,
  });

  return {
    constraint,
    index,
    table: (item) => ({
      kind: item.kind,
      strict: item.strict,
      withoutRowid: item.withoutRowid,
      virtual: item.virtual && { module: item.virtual.module, arguments: item.virtual.arguments },
      unlogged: item.unlogged,
      partitionBy: text(item.partitionBy),
      partitionOf: item.partitionOf && {
        ...qualified(item.partitionOf),
        bound: text(item.partitionOf.bound),
      },
      inherits: item.inherits?.map((parent) => ({ ...qualified(parent) })),
      accessMethod: item.accessMethod,
      options: item.options,
      replicaIdentity: item.replicaIdentity,
      rowSecurity: item.rowSecurity,
    }),
    column: (item) => ({
      type: type(item.type),
      notNull: item.notNull,
      notNullOptions: item.notNullOptions && { ...item.notNullOptions },
      default: text(item.default),
      collation: name(item.collation),
      generated: item.generated && {
        expression: text(item.generated.expression),
        storage: item.generated.storage,
      },
      identity: item.identity && { generation: item.identity.generation, ...sequenceOptions(item.identity) },
      hidden: item.hidden,
      inherited: item.inherited,
      storage: item.storage,
      compression: item.compression,
    }),
    trigger: (item) => ({ definition: text(item.definition), enabled: item.enabled }),
    policy: (item) => ({
      command: item.command,
      restrictive: item.restrictive,
      roles: item.roles,
      using: text(item.using),
      check: text(item.check),
    }),
    view: (item) => ({
      materialized: item.materialized,
      definition: text(item.definition),
      columns: item.columns?.map((column) => ({ name: column.name, type: type(column.type) })),
      options: item.options,
    }),
    type: (item) => {
      switch (item.kind) {
        case "enum":
          return { kind: item.kind, values: item.values };
        case "domain":
          return {
            kind: item.kind,
            type: type(item.type),
            notNull: item.notNull,
            default: text(item.default),
            collation: item.collation,
            checks: sortedByJson(item.checks.map((check) => ({ name: check.name, ...constraint(check) }))),
          };
        case "composite":
          return {
            kind: item.kind,
            attributes: item.attributes.map((attribute) => ({ ...attribute, type: type(attribute.type) })),
          };
      }
    },
    sequence: (item) => ({
      type: item.type,
      unlogged: item.unlogged,
      ...sequenceOptions(item),
      ownedBy: item.ownedBy && { ...item.ownedBy },
    }),
    routine: (item) => ({
      kind: item.kind,
      returns: type(item.returns),
      definition: text(item.definition),
    }),
    extension: (item) => ({ schema: item.schema, extensionVersion: item.extensionVersion }),
    other: (item) => ({ kind: item.kind, definition: text(item.definition) }),
  };
}

function sequenceOptions(options: SequenceOptions): PlainObject {
  const { start, increment, minimum, maximum, cache, cycle } = options;
  return { start, increment, minimum, maximum, cache, cycle };
}

/** For lists whose order carries no meaning. */
export function sortedByJson(items: readonly PlainObject[]): readonly PlainObject[] {
  return items
    .map((item) => ({ item, key: canonicalJson(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}
