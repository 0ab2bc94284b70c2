import type { Row } from "../../../connection/index.js";
import { type Catalogue, ofNoOther } from "./catalogue.js";

export interface RoutineRow extends Row {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** `f` function, `w` window function, `p` procedure. */
  readonly kind: string;
  readonly arguments: string;
  readonly returns: string | null;
  readonly definition: string;
}

/** Functions and procedures. Aggregates have no definition to read and are `others`. */
export function readRoutines({ connection, namespaces }: Catalogue): Promise<RoutineRow[]> {
  return connection.query<RoutineRow>(
    `SELECT
      p.oid::text AS oid,
      n.nspname AS schema,
      p.proname AS name,
      p.prokind::text AS kind,
      pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments,
      pg_catalog.pg_get_function_result(p.oid) AS returns,
      pg_catalog.pg_get_functiondef(p.oid) AS definition
    FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.pronamespace = ANY ($1::oid[])
      AND p.prokind IN ('f', 'p', 'w')
      AND ${ofNoOther("pg_proc", "p.oid")}`,
    [namespaces],
  );
}
