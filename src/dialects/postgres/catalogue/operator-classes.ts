import type { Row } from "../../../connection/index.js";
import { type Catalogue, stringsOf } from "./catalogue.js";

export interface OperatorClassRow extends Row {
  readonly oid: string;
  readonly method: string;
  readonly name: string;
  readonly default: boolean;
  readonly type_oid: string;
}

export function readOperatorClasses({ connection }: Catalogue): Promise<OperatorClassRow[]> {
  return connection.query<OperatorClassRow>(
    `SELECT
      o.oid::text AS oid,
      o.opcmethod::text AS method,
      CASE WHEN n.nspname = 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END
        || quote_ident(o.opcname) AS name,
      o.opcdefault AS default,
      o.opcintype::text AS type_oid
    FROM pg_catalog.pg_opclass AS o
    JOIN pg_catalog.pg_namespace AS n ON n.oid = o.opcnamespace`,
  );
}

/** Tells when an index part must name its operator class. */
export class OperatorClasses {
  readonly #classes: ReadonlyMap<string, OperatorClassRow>;
  readonly #exactDefaults: ReadonlySet<string>;

  constructor(rows: readonly OperatorClassRow[]) {
    this.#classes = new Map(rows.map((row) => [row.oid, row]));
    this.#exactDefaults = new Set(
      rows.filter((row) => row.default).map((row) => `${row.method} ${row.type_oid}`),
    );
  }

  /** The class as SQL with its parameters, or undefined where the engine takes it by itself. */
  special(oid: string, typeOid: string, optionsJson: string | null): string | undefined {
    const found = this.#classes.get(oid);
    if (found === undefined) return undefined;
    const options = stringsOf(optionsJson).map(optionSql);
    if (options.length > 0) return `${found.name} (${options.join(", ")})`;
    return this.#isDefaultFor(found, typeOid) ? undefined : found.name;
  }

  /**
   * A default class may be that of another type to which this one coerces without change (text_ops for varchar),
   * but not where the type has a default of its own.
   * https://www.postgresql.org/docs/current/indexes-opclass.html
   */
  #isDefaultFor(found: OperatorClassRow, typeOid: string): boolean {
    if (!found.default) return false;
    return found.type_oid === typeOid || !this.#exactDefaults.has(`${found.method} ${typeOid}`);
  }
}

function optionSql(option: string): string {
  const split = option.indexOf("=");
  return `${option.slice(0, split)}='${option.slice(split + 1).replaceAll("'", "''")}'`;
}
