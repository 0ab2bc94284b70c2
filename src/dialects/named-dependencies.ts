import type { DatabaseModel, Dependency, Table, View } from "../schema/index.js";
import { type Token, tokenize, unquoteName } from "../sql/index.js";

/** The model with what each table and view needs, as far as their texts name it, so that changes can be ordered. */
export function withNamedDependencies(model: DatabaseModel): DatabaseModel {
  const relations: Dependency[] = [
    ...model.tables.map(({ schema, name }): Dependency => ({ kind: "table", schema, name })),
    ...model.views.map(({ schema, name }): Dependency => ({ kind: "view", schema, name })),
  ];
  const parts: Dependency[] = [
    ...model.types.map(({ schema, name }): Dependency => ({ kind: "type", schema, name })),
    ...model.sequences.map(({ schema, name }): Dependency => ({ kind: "sequence", schema, name })),
  ];
  return {
    ...model,
    tables: model.tables.map((table) => ({ ...table, dependsOn: namedIn(textsOf(table), parts) })),
    views: model.views.map((view) => ({ ...view, dependsOn: ofView(view, [...relations, ...parts]) })),
  };
}

function ofView(view: View, candidates: readonly Dependency[]): readonly Dependency[] {
  return namedIn([view.definition], candidates).filter(
    (found) => found.name !== view.name || found.schema !== view.schema,
  );
}

function textsOf(table: Table): readonly string[] {
  return table.columns.flatMap((column) =>
    [column.type, column.default, column.generated?.expression].filter((text) => text !== undefined),
  );
}

/** Whatever has a name that occurs in one of the texts: perhaps more than is needed, which does no harm to an order. */
function namedIn(texts: readonly string[], candidates: readonly Dependency[]): readonly Dependency[] {
  if (candidates.length === 0) return [];
  const names = new Set(texts.flatMap((text) => tokenize(text, "postgres").flatMap(namesOf)));
  return candidates.filter((candidate) => names.has(candidate.name));
}

/** A text names a sequence too: nextval('orders_number'). */
function namesOf(token: Token): readonly string[] {
  if (token.kind === "word" || token.kind === "quoted-name") return [unquoteName(token, "postgres")];
  if (token.kind !== "string") return [];
  const parts = token.text.slice(1, -1).split(".");
  return parts.map((part) => part.replaceAll('"', ""));
}
