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
    typeOf: () => undefined,
    plan: (target) =>
      model.tables.flatMap((table) => {
        const at = findByName(target.tables, table.name, (each) => each.name);
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
