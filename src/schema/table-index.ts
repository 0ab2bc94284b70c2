import type { Dependency } from "./address.js";

/** An index made by CREATE INDEX, on a table or a materialised view. */
export interface IndexDefinition {
  readonly name: string;
  readonly parts: readonly IndexPart[];
  readonly unique?: boolean | undefined;
  /** The condition of a partial index. */
  readonly where?: string | undefined;

  /** PostgreSQL: the access method where it is not `btree`. */
  readonly method?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly nullsNotDistinct?: boolean | undefined;
  /** Storage parameters: `{ fillfactor: "70", lists: "100" }`. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** A build that failed left it unusable. */
  readonly invalid?: boolean | undefined;
  readonly comment?: string | undefined;
  readonly dependsOn?: readonly Dependency[] | undefined;
}

/** A column by its name, or an expression. */
export type IndexPart = IndexPartOptions &
  (
    | { readonly column: string; readonly expression?: undefined }
    | { readonly expression: string; readonly column?: undefined }
  );

interface IndexPartOptions {
  readonly descending?: boolean | undefined;
  /** PostgreSQL: where it is not what the direction implies (ascending: last, descending: first). */
  readonly nulls?: "first" | "last" | undefined;
  /**
   * Where it is not the column's own. Behind an expression: as given; the expression then has its
   * parentheses.
   */
  readonly collation?: string | undefined;
  /**
   * PostgreSQL: where it is not the type's default, with parameters: `vector_cosine_ops`,
   * `public.gin_trgm_ops`.
   */
  readonly operatorClass?: string | undefined;
}
