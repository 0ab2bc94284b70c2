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

/** Gives the comments of an object and of all its columns, as one text. */
export type CommentsOn = (catalogue: CommentedCatalogue, oid: string) => string;

export interface Comments {
  readonly commentOf: CommentOf;
  readonly commentsOn: CommentsOn;
  /** Whether anything but schemas has one. */
  readonly hasComments: boolean;
}

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

export async function readComments({ connection }: Pick<Catalogue, "connection">): Promise<Comments> {
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
  const byObject = new Map<string, Map<number, string>>();
  for (const { catalogue, object, part, text } of rows) {
    const key = `${catalogue} ${object}`;
    const known = byObject.get(key);
    if (known === undefined) byObject.set(key, new Map([[part, text]]));
    else known.set(part, text);
  }
  const commentsOf = (catalogue: string, oid: string) =>
    byObject.size === 0 ? undefined : byObject.get(`${catalogue} ${oid}`);
  return {
    commentOf: (catalogue, oid, column = 0) => commentsOf(catalogue, oid)?.get(column),
    commentsOn: (catalogue, oid) =>
      JSON.stringify([...(commentsOf(catalogue, oid) ?? [])].sort(([a], [b]) => a - b)),
    hasComments: rows.some((row) => row.catalogue !== "pg_namespace"),
  };
}
