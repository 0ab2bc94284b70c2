import type { DatabaseModel } from "../../schema/index.js";
import { unquoteName } from "../../sql/index.js";
import { isName, nameKey, tokensOf } from "./rules.js";

/**
 * Names that views and triggers read from and nothing has, by key. SQLite lets a view outlive its table and then
 * refuses every rename and DROP COLUMN in the database: https://sqlite.org/lang_altertable.html#alter_table_rename.
 * A name too many does no harm here.
 */
export function missingRelations(model: DatabaseModel): ReadonlySet<string> {
  const known = new Set<string>();
  for (const table of model.tables) {
    known.add(nameKey(table.name));
    for (const shadow of table.virtual?.shadowTables ?? []) known.add(nameKey(shadow));
  }
  for (const view of model.views) known.add(nameKey(view.name));
  const texts = [
    ...model.views.map((view) => view.definition),
    ...[...model.tables, ...model.views].flatMap((relation) =>
      relation.triggers.map(({ definition }) => definition),
    ),
  ];
  const missing = new Set<string>();
  for (const text of texts)
    for (const name of readNames(text))
      if (!known.has(name) && !name.startsWith("sqlite_")) missing.add(name);
  return missing;
}

/** What stands after FROM, JOIN or INTO and is neither a function nor defined by WITH in the same text. */
function readNames(text: string): readonly string[] {
  const tokens = tokensOf(text);
  const word = (index: number) => (tokens[index]?.kind === "word" ? tokens[index].text.toUpperCase() : "");
  const names: string[] = [];
  const defined = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    if (isName(token) && word(index + 1) === "AS" && tokens[index + 2]?.text === "(")
      defined.add(nameKey(unquoteName(token, "sqlite")));
    if (!["FROM", "JOIN", "INTO"].includes(word(index))) continue;
    const at = tokens[index + 2]?.text === "." ? index + 3 : index + 1;
    const name = tokens[at];
    if (isName(name) && tokens[at + 1]?.text !== "(") names.push(nameKey(unquoteName(name, "sqlite")));
  }
  return names.filter((name) => !defined.has(name));
}
