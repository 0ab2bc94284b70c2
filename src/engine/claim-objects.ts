import type { ListedObject } from "../dialects/index.js";
import { splitStatements } from "../sql/index.js";
import type { JournalRow } from "./journal-row.js";
import { makersOf } from "./named-in-text.js";
import type { OwnedObject, Ownership } from "./ownership.js";
import type { RunContext } from "./run.js";

/**
 * Who made the objects that nobody saw being made: migrations that were stamped, that a script from `tenon sql` ran,
 * or that ran before the journal kept owners. Only their texts can tell, and only what is really there counts.
 */
export function claimObjects(
  { dialect, catalogue }: Pick<RunContext, "dialect" | "catalogue">,
  rows: readonly JournalRow[],
  listed: readonly ListedObject[],
  ownership: Ownership,
): readonly OwnedObject[] {
  const defined = new Map(catalogue.migrations.map((each) => [`${each.module}@${each.version}`, each.up]));
  const schemas = new Map(
    dialect.capabilities.hasSchemas ? catalogue.modules.map(({ name, rules }) => [name, rules?.schema]) : [],
  );
  const texts = [...rows]
    .sort((a, b) => a.sequence - b.sequence)
    .map((row) => {
      const up = defined.get(`${row.module}@${row.version}`);
      const scripts = up?.kind === "sql" ? up.scripts.map((script) => script.text) : [];
      const statements = (row.upSql ?? scripts).flatMap((text) => splitStatements(text, dialect.syntax));
      return { maker: row, statements, schema: schemas.get(row.module) };
    });
  const makerOf = makersOf(texts, dialect.syntax, dialect.nameKey);
  return listed
    .filter((object) => !object.temporary && ownership.ownerOf(object) === undefined)
    .flatMap((object): OwnedObject[] => {
      const { kind, schema, name, table } = object;
      // A key's index and a column's sequence are in no text; their table is.
      const maker = makerOf(object) ?? (table === undefined ? undefined : makerOf({ schema, name: table }));
      return maker === undefined
        ? []
        : [{ kind, schema, name, table, module: maker.module, version: maker.version }];
    });
}
