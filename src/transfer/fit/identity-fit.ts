import type { Table } from "../../schema/index.js";
import type { ColumnPlan } from "../table-plan.js";
import type { Fit } from "./fit.js";
import type { FitRequest } from "./fit-to-postgres.js";
import { findByName } from "./name-match.js";
import { quoteName } from "./table-reader.js";

/** Between databases of one engine every value stays what it is. PostgreSQL's are read as text. */
export function identityFit({ model, exclude }: Pick<FitRequest, "model" | "exclude">): Fit {
  const cast = model.engine === "postgres" ? "::text" : "";
  return {
    findings: [],
    presumed: new Set(),
    typeOf: () => undefined,
    plan: (target) =>
      model.tables.flatMap((table) => {
        const at = placeOf(table, model.tables, target.tables);
        if (at === undefined || table.kind !== "ordinary" || exclude?.(table.name) === true) return [];
        const columns = table.columns.flatMap((column): ColumnPlan[] => {
          const place = findByName(at.columns, column.name, (each) => each.name);
          if (place === undefined || column.generated !== undefined || place.generated !== undefined)
            return [];
          const name = quoteName(column.name);
          return [
            {
              source: column,
              target: place,
              conversion: "none",
              select: name + cast,
              treatment: { kind: "identity" },
            },
          ];
        });
        return [{ source: table, target: at, columns }];
      }),
  };
}

/** The table of the same schema and name; or of the same name in another schema, where none of the source has that place itself. */
function placeOf(table: Table, sources: readonly Table[], targets: readonly Table[]): Table | undefined {
  const isAt = (a: Table) => (b: Table) => a.schema === b.schema && a.name === b.name;
  return (
    targets.find(isAt(table)) ??
    findByName(
      targets.filter((target) => !sources.some(isAt(target))),
      table.name,
      (each) => each.name,
    )
  );
}
