import type { Connection } from "../../../src/connection/index.js";
import { loadDialect, loadTranslation, type SchemaDialect } from "../../../src/dialects/index.js";
import { SqliteSource } from "../../../src/transfer/sqlite-source.js";
import type { ColumnPlan, TablePlan } from "../../../src/transfer/table-plan.js";

/** Plans for tables whose values need no decision, so that moving can be tested without anything else. */
export async function handMade(from: Connection, to: Connection) {
  const sqlite = await (await loadDialect("sqlite")).loadSchema();
  const schema: SchemaDialect = await (await loadDialect("postgres")).loadSchema();
  const model = await sqlite.introspect(from);
  const { translateModel } = await loadTranslation();
  const wanted = await schema.normalise(translateModel(model, "postgres").model, to);
  const plans = model.tables.map((source): TablePlan => {
    const target = wanted.tables.find(({ name }) => name === source.name);
    if (target === undefined) throw new Error(`${source.name} was not translated`);
    const columns = source.columns.flatMap((column): ColumnPlan[] => {
      const to = target.columns.find(({ name }) => name === column.name);
      const select = `"${column.name}"`;
      return to === undefined || to.generated !== undefined
        ? []
        : [
            {
              source: column,
              target: to,
              conversion: "identity",
              select,
              selectText: select,
              treatment: { kind: "identity" },
            },
          ];
    });
    return { source, target, columns };
  });
  const source = new SqliteSource(from, 100_000);
  const tables = [];
  for (const plan of plans) {
    const convert = (values: readonly unknown[]) => ({
      kind: "row" as const,
      values: values.map((value) => (value === null ? null : String(value))),
    });
    tables.push({ plan, cut: await source.cut(plan), convert, mustConvert: false });
  }
  return { source, schema, wanted, tables };
}
