import type { Row } from "../../../connection/index.js";
import { type Catalogue, FIRST_USER_OID } from "./catalogue.js";

interface CommentRow extends Row {
  readonly catalogue: string;
  readonly object: string;
  readonly part: number;
  readonly text: string;
}

/** Gives the comment of an object, or of one of its columns. */
export type CommentOf = (catalogue: CommentedCatalogue, oid: string, column?: number) => string | undefined;

export type CommentedCatalogue =
  | "pg_class"
  | "pg_constraint"
  | "pg_extension"
  | "pg_namespace"
  | "pg_policy"
  | "pg_proc"
  | "pg_trigger"
  | "pg_type";

/** The comment that initdb gives the schema `public`. */
const COMMENT_OF_PUBLIC = "standard public schema";

/** Every extension comes with a comment of its own, as `standard public schema` comes with the schema. */
const OF_ITS_CONTROL_FILE = `c.relname = 'pg_extension' AND EXISTS (
        SELECT FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_available_extensions() AS a ON a.name = e.extname
        WHERE e.oid = d.objoid AND a.comment = d.description
      )`;

export async function readComments({ connection }: Pick<Catalogue, "connection">): Promise<CommentOf> {
  const rows = await connection.query<CommentRow>(
    `SELECT
      c.relname AS catalogue,
      d.objoid::text AS object,
      d.objsubid AS part,
      d.description AS text
    FROM pg_catalog.pg_description AS d
    JOIN pg_catalog.pg_class AS c ON c.oid = d.classoid
    WHERE (d.objoid >= ${FIRST_USER_OID} OR c.relname = 'pg_namespace')
      AND d.description <> '${COMMENT_OF_PUBLIC}'
      AND NOT (${OF_ITS_CONTROL_FILE})`,
  );
  const keyOf = (catalogue: string, oid: string, part: number) => `${catalogue} ${oid} ${part}`;
  const comments = new Map(rows.map((row) => [keyOf(row.catalogue, row.object, row.part), row.text]));
  return (catalogue, oid, column = 0) => comments.get(keyOf(catalogue, oid, column));
}
