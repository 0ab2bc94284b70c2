/** The first id that is not the system's: https://github.com/postgres/postgres/blob/master/src/include/access/transam.h */
const FIRST_USER_OID = 16384;

const CATALOGUES: readonly (readonly [table: string, id: string])[] = [
  ["pg_namespace", "oid"],
  ["pg_class", "oid"],
  ["pg_attribute", "attrelid"],
  ["pg_attrdef", "oid"],
  ["pg_constraint", "oid"],
  ["pg_index", "indexrelid"],
  ["pg_enum", "enumtypid"],
  ["pg_type", "oid"],
  ["pg_sequence", "seqrelid"],
  ["pg_policy", "oid"],
  ["pg_rewrite", "oid"],
  ["pg_trigger", "oid"],
];

/**
 * Counts the rows of the catalogue and adds up the transactions that wrote them: every change of the schema writes some, and takes
 * some away. What ANALYZE and VACUUM keep there is written in place and changes neither.
 * https://www.postgresql.org/docs/current/ddl-system-columns.html
 */
export const catalogueStamp = [
  `SELECT string_agg(part, ' ' ORDER BY part COLLATE "C") FROM (`,
  CATALOGUES.map(
    ([table, id]) =>
      `  SELECT concat('${table}:', count(*), ':', sum(xmin::text::bigint)) AS part ` +
      `FROM pg_catalog.${table} WHERE ${id} >= ${FIRST_USER_OID}`,
  ).join("\n  UNION ALL\n"),
  ") AS parts",
].join("\n");
