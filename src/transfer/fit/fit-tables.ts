import type { Fit } from "./fit.js";
import { type FitRequest, fitToPostgres } from "./fit-to-postgres.js";
import { fitToSqlite } from "./fit-to-sqlite.js";
import { identityFit } from "./identity-fit.js";

export interface FitTablesRequest extends FitRequest {
  readonly to: "sqlite" | "postgres";
}

/**
 * Looks at what the tables of a source hold, and says how it gets into the target. Reads only.
 *
 * @throws TenonError `MAPPING_INVALID`
 */
export async function fitTables(request: FitTablesRequest): Promise<Fit> {
  const { model, to } = request;
  if (model.engine === to) return identityFit(request);
  return to === "postgres" ? fitToPostgres(request) : fitToSqlite(request);
}
