import type { ChangeOf, Column, ObjectName } from "../../../schema/index.js";
import { qualifiedWhereNeeded } from "../deparsed-names.js";
import { literal, objectName, qualified, quote } from "../names.js";
import type { ChangeWork } from "./change-work.js";
import { ownDifferences } from "./inherited-columns.js";
import { nameKey } from "./model-index.js";

/**
 * Takes columns off their identity before anything is built: the sequence behind one has a name that the sequence of a
 * serial may want. Where one goes on, its value is written down first.
 */
export function leaveIdentities(work: ChangeWork): void {
  const left = work.of("change-column").filter((change) => leavesIdentity(work, change));
  const continued = left.filter(({ to }) => serialSequence(to) !== undefined);
  if (continued.length > 0) {
    const values = continued.map((change) => {
      const owner = ownerOf(change);
      const sequence = identitySequence(owner, change.to);
      return `  ${literal(keyOf(owner, change.to))}, pg_sequence_last_value(${sequence})`;
    });
    const lines = [
      "SELECT set_config('tenon.sequences', jsonb_build_object(",
      values.join(",\n"),
      `)::text, ${!work.options.concurrently})`,
    ];
    work.add(lines.join("\n"), continued);
  }
  for (const change of left) {
    work.add(
      `ALTER TABLE ${qualified(ownerOf(change))}\n  ALTER COLUMN ${quote(change.to.name)} DROP IDENTITY`,
      [change],
    );
  }
}

function leavesIdentity(work: ChangeWork, change: ChangeOf<"change-column">): boolean {
  const before = work.before.table(ownerOf(change));
  const after = work.after.table(ownerOf(change));
  const isLost = change.from.identity !== undefined && change.to.identity === undefined;
  if (!isLost || before === undefined || after === undefined) return false;
  return ownDifferences(change, { before, after, from: work.before, to: work.after }).has("identity");
}

function ownerOf({ object }: ChangeOf<"change-column">): ObjectName {
  return { schema: object.schema, name: object.table ?? "" };
}

function keyOf(owner: ObjectName, column: Column): string {
  return `${owner.schema}.${owner.name}.${column.name}`;
}

/** The sequence of a serial column, as the literal that its default names it by. */
export function serialSequence({ default: value }: Column): string | undefined {
  return /^nextval\((.*)::regclass\)$/.exec(value ?? "")?.[1];
}

/** The sequence behind an identity column, as SQL. */
export function identitySequence(table: ObjectName, column: Column): string {
  return `pg_get_serial_sequence(${literal(qualified(table))}, ${literal(column.name)})::regclass`;
}

/**
 * The sequence behind an identity column has a name that nobody gave it, after the names that table and column had. Where another
 * sequence wants that name, it gets one that nobody wants.
 */
export function freeIdentityNames(work: ChangeWork): readonly string[] {
  const { from, renamed } = work.comparison;
  const sequences = [
    ...work.sequences.renamed.map(({ to }) => to),
    ...work.of("create-sequence").map(({ to }) => to),
  ];
  const wanted = new Set([...sequences, ...work.sequences.created].map(nameKey));
  if (wanted.size === 0) return [];
  return renamed.tables.flatMap((table, index) =>
    table.columns.flatMap((column, position) => {
      const original = from.tables[index];
      const name = objectName(original?.name ?? "", original?.columns[position]?.name ?? "", "seq");
      if (column.identity === undefined || !wanted.has(nameKey({ schema: table.schema, name }))) return [];
      const sequence = `pg_get_serial_sequence(${literal(qualified(table))}, ${literal(column.name)})`;
      const taken = literal(qualifiedWhereNeeded({ schema: table.schema, name }));
      const free = literal(objectName(table.name, column.name, "identity_seq"));
      return [
        [
          "DO $rename$",
          "BEGIN",
          `  IF ${sequence} = ${taken} THEN`,
          `    EXECUTE format('ALTER SEQUENCE %s RENAME TO %I', ${taken}, ${free});`,
          "  END IF;",
          "END",
          "$rename$",
        ].join("\n"),
      ];
    }),
  );
}

/** Lets the sequence of a serial go on where the identity has left off; nothing where that was never asked. */
export function continueIdentity(table: ObjectName, column: Column): string {
  return [
    `SELECT setval(${serialSequence(column) ?? "NULL"}, last)`,
    "FROM (",
    `  SELECT (current_setting('tenon.sequences')::jsonb ->> ${literal(keyOf(table, column))})::bigint`,
    ") AS kept (last)",
    "WHERE last IS NOT NULL",
  ].join("\n");
}

/** Lets an identity go on where the sequence of a serial has left off. */
export function continueSerial(table: ObjectName, column: Column, sequence: string): string {
  return [
    `SELECT setval(${identitySequence(table, column)}, last)`,
    `FROM pg_sequence_last_value(${sequence}::regclass) AS last`,
    "WHERE last IS NOT NULL",
  ].join("\n");
}

/** Lets an identity go on behind the furthest value that a row has. */
export function continueRows(table: ObjectName, column: Column): string {
  const furthest = column.identity?.increment?.startsWith("-") === true ? "min" : "max";
  const value = `${furthest}(${quote(column.name)})`;
  return [
    `SELECT setval(${identitySequence(table, column)}, ${value})`,
    `FROM ${qualified(table)}`,
    `HAVING ${value} IS NOT NULL`,
  ].join("\n");
}
