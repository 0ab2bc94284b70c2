import type { Row } from "../../../connection/index.js";
import { type Catalogue, FIRST_USER_OID, ofNoOther } from "./catalogue.js";

export interface OtherRow extends Row {
  /** The engine's word for it. */
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly definition: string | null;
  /** For its dependencies. */
  readonly catalogue: string;
  readonly oid: string;
}

/** Objects of all kinds that the model does not describe. Most databases have none of most kinds: what is there is asked first. */
export async function readOthers(catalogue: Catalogue): Promise<readonly OtherRow[]> {
  const sources = [...inSchemas(catalogue), ...global(catalogue)];
  const questions = sources.map(
    (source, index) => `EXISTS (SELECT FROM ${source.from} AS o WHERE ${source.exists}) AS "${index}"`,
  );
  const [found] = await catalogue.connection.query<Row>(`SELECT ${questions.join(",\n  ")}`);
  const selects = sources.filter((_, index) => found?.[String(index)] === true).map(selectOf);
  if (selects.length === 0) return [];
  const text = selects.join("\nUNION ALL\n");
  // Objects of the whole database are in no schema, and a parameter that no query names is refused.
  return catalogue.connection.query<OtherRow>(text, text.includes("$1") ? [catalogue.namespaces] : []);
}

interface OtherSource {
  readonly kind: string;
  readonly catalogue: string;
  /** Expressions over `o`, the row of the catalogue. */
  readonly schema: string;
  readonly name: string;
  readonly definition: string;
  readonly where: string;
  /** A condition without which nothing of this kind can be there. */
  readonly exists: string;
  /** Where the rows come from: the catalogue, or a query over it. */
  readonly from: string;
}

function selectOf(source: OtherSource): string {
  return `SELECT
  ${source.kind} AS kind,
  COALESCE((${source.schema})::text, '') AS schema,
  (${source.name})::text AS name,
  (${source.definition})::text AS definition,
  '${source.catalogue}' AS catalogue,
  o.oid::text AS oid
FROM ${source.from} AS o
WHERE ${source.where}
  AND ${ofNoOther(source.catalogue, "o.oid")}`;
}

/** Kinds that stand in a schema. */
function inSchemas({ version }: Catalogue): readonly OtherSource[] {
  const source = (
    kind: string,
    catalogue: string,
    prefix: string,
    definition: string,
    condition = "true",
    name = `o.${prefix}name`,
  ): OtherSource => ({
    kind: kind.startsWith("CASE") ? kind : `'${kind}'`,
    catalogue,
    schema: `(SELECT nspname FROM pg_catalog.pg_namespace AS n WHERE n.oid = o.${prefix}namespace)`,
    name,
    definition,
    where: `o.${prefix}namespace = ANY ($1::oid[]) AND ${condition}`,
    exists: `o.oid >= ${FIRST_USER_OID} AND ${condition}`,
    from: `pg_catalog.${catalogue}`,
  });
  const collationLocale = version >= 170000 ? "o.colllocale" : version >= 150000 ? "o.colliculocale" : "NULL";
  return [
    source(
      "aggregate",
      "pg_proc",
      "pro",
      `SELECT concat_ws(' ',
        a.aggkind, a.aggnumdirectargs, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
        a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn, a.aggfinalextra, a.aggmfinalextra, a.aggfinalmodify,
        a.aggmfinalmodify, a.aggsortop::regoperator, format_type(a.aggtranstype, NULL), a.aggtransspace,
        format_type(a.aggmtranstype, NULL), a.aggmtransspace, quote_nullable(a.agginitval),
        quote_nullable(a.aggminitval), 'returns', format_type(o.prorettype, NULL), o.proparallel)
        FROM pg_catalog.pg_aggregate AS a WHERE a.aggfnoid = o.oid`,
      "o.prokind = 'a'",
      "o.proname || '(' || pg_get_function_identity_arguments(o.oid) || ')'",
    ),
    source(
      "CASE o.typtype WHEN 'r' THEN 'range type' ELSE 'base type' END",
      "pg_type",
      "typ",
      `CASE o.typtype WHEN 'r' THEN (
        SELECT concat_ws(' ', format_type(r.rngsubtype, NULL), r.rngcollation::regcollation, (SELECT opcname FROM pg_catalog.pg_opclass AS c WHERE c.oid = r.rngsubopc),
          r.rngcanonical, r.rngsubdiff)
        FROM pg_catalog.pg_range AS r WHERE r.rngtypid = o.oid
      ) ELSE concat_ws(' ', o.typlen, o.typbyval, o.typcategory, o.typinput, o.typoutput, o.typreceive, o.typsend,
        o.typmodin, o.typmodout, o.typalign, o.typstorage, quote_nullable(o.typdefault)) END`,
      // A shell type, an array type and a multirange come and go with another type.
      "(o.typtype = 'r' OR o.typtype = 'b' AND o.typcategory <> 'A') AND o.typisdefined",
    ),
    source(
      "operator",
      "pg_operator",
      "opr",
      `concat_ws(' ', o.oprcode, o.oprkind, format_type(o.oprresult, NULL), o.oprcom::regoperator,
        o.oprnegate::regoperator, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash)`,
      "true",
      "concat(o.oprname, '(', concat_ws(', ', format_type(NULLIF(o.oprleft, 0), NULL), format_type(NULLIF(o.oprright, 0), NULL)), ')')",
    ),
    source(
      "operator class",
      "pg_opclass",
      "opc",
      "concat_ws(' ', (SELECT amname FROM pg_catalog.pg_am AS am WHERE am.oid = o.opcmethod), format_type(o.opcintype, NULL), format_type(NULLIF(o.opckeytype, 0), NULL), o.opcdefault)",
    ),
    source(
      "operator family",
      "pg_opfamily",
      "opf",
      `concat_ws(' ', (SELECT amname FROM pg_catalog.pg_am AS am WHERE am.oid = o.opfmethod),
        (SELECT string_agg(concat_ws(' ', m.amopstrategy, m.amopopr::regoperator), ', ' ORDER BY m.amopstrategy, m.amopopr::regoperator::text)
          FROM pg_catalog.pg_amop AS m WHERE m.amopfamily = o.oid),
        (SELECT string_agg(concat_ws(' ', m.amprocnum, m.amproc::regprocedure), ', ' ORDER BY m.amprocnum, m.amproc::regprocedure::text)
          FROM pg_catalog.pg_amproc AS m WHERE m.amprocfamily = o.oid))`,
    ),
    source(
      "collation",
      "pg_collation",
      "coll",
      `concat_ws(' ', o.collprovider, o.collisdeterministic, o.collencoding, quote_nullable(o.collcollate),
        quote_nullable(o.collctype), quote_nullable(${collationLocale}))`,
    ),
    source(
      "conversion",
      "pg_conversion",
      "con",
      "concat_ws(' ', o.conforencoding, o.contoencoding, o.conproc, o.condefault)",
    ),
    source(
      "text search configuration",
      "pg_ts_config",
      "cfg",
      `concat_ws(' ', (SELECT quote_ident(n.nspname) || '.' || quote_ident(p.prsname)
          FROM pg_catalog.pg_ts_parser AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.prsnamespace
          WHERE p.oid = o.cfgparser),
        (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
          FROM pg_catalog.pg_ts_config_map AS m WHERE m.mapcfg = o.oid))`,
    ),
    source(
      "text search dictionary",
      "pg_ts_dict",
      "dict",
      `concat_ws(' ', (SELECT quote_ident(n.nspname) || '.' || quote_ident(t.tmplname)
          FROM pg_catalog.pg_ts_template AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.tmplnamespace
          WHERE t.oid = o.dicttemplate), o.dictinitoption)`,
    ),
    source(
      "text search parser",
      "pg_ts_parser",
      "prs",
      "concat_ws(' ', o.prsstart, o.prstoken, o.prsend, o.prsheadline, o.prslextype)",
    ),
    source("text search template", "pg_ts_template", "tmpl", "concat_ws(' ', o.tmplinit, o.tmpllexize)"),
    source("statistics", "pg_statistic_ext", "stx", "pg_get_statisticsobjdef(o.oid)"),
    source(
      "foreign table",
      "pg_class",
      "rel",
      `SELECT concat_ws(' ', s.srvname, f.ftoptions::text,
          (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
              pg_get_expr(d.adbin, d.adrelid), a.attfdwoptions) ORDER BY a.attnum)
            FROM pg_catalog.pg_attribute AS a
            LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped)::text)
        FROM pg_catalog.pg_foreign_table AS f
        JOIN pg_catalog.pg_foreign_server AS s ON s.oid = f.ftserver
        WHERE f.ftrelid = o.oid`,
      "o.relkind = 'f'",
    ),
    {
      kind: "'rule'",
      catalogue: "pg_rewrite",
      schema: `SELECT n.nspname FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = o.ev_class`,
      name: "SELECT c.relname || '.' || o.rulename FROM pg_catalog.pg_class AS c WHERE c.oid = o.ev_class",
      definition: "concat_ws(' ', o.ev_enabled, pg_get_ruledef(o.oid))",
      where: `o.rulename <> '_RETURN'
  AND o.ev_class IN (SELECT c.oid FROM pg_catalog.pg_class AS c WHERE c.relnamespace = ANY ($1::oid[]))`,
      exists: `o.oid >= ${FIRST_USER_OID} AND o.rulename <> '_RETURN'`,
      from: "pg_catalog.pg_rewrite",
    },
  ];
}

/** Kinds that stand in no schema. */
function global({ version }: Catalogue): readonly OtherSource[] {
  const source = (kind: string, catalogue: string, name: string, definition: string): OtherSource => ({
    kind: `'${kind}'`,
    catalogue,
    schema: "''",
    name,
    definition,
    where: `o.oid >= ${FIRST_USER_OID}`,
    exists: `o.oid >= ${FIRST_USER_OID}`,
    from: `pg_catalog.${catalogue}`,
  });
  return [
    source("access method", "pg_am", "o.amname", "concat_ws(' ', o.amtype, o.amhandler)"),
    source(
      "cast",
      "pg_cast",
      "concat('(', format_type(o.castsource, NULL), ' AS ', format_type(o.casttarget, NULL), ')')",
      "concat_ws(' ', o.castfunc::regprocedure, o.castcontext, o.castmethod)",
    ),
    source(
      "event trigger",
      "pg_event_trigger",
      "o.evtname",
      "concat_ws(' ', o.evtevent, o.evtfoid::regprocedure, o.evtenabled, o.evttags::text)",
    ),
    source(
      "foreign data wrapper",
      "pg_foreign_data_wrapper",
      "o.fdwname",
      "concat_ws(' ', o.fdwhandler::regproc, o.fdwvalidator::regproc)",
    ),
    source(
      "foreign server",
      "pg_foreign_server",
      "o.srvname",
      // Options may hold secrets: only whether they are the same is kept.
      `concat_ws(' ', (SELECT w.fdwname FROM pg_catalog.pg_foreign_data_wrapper AS w WHERE w.oid = o.srvfdw),
        o.srvtype, o.srvversion, md5(o.srvoptions::text))`,
    ),
    source(
      "language",
      "pg_language",
      "o.lanname",
      "concat_ws(' ', o.lanpltrusted, o.lanplcallfoid::regproc, o.laninline::regproc, o.lanvalidator::regproc)",
    ),
    source(
      "transform",
      "pg_transform",
      "concat(format_type(o.trftype, NULL), ' for ', (SELECT l.lanname FROM pg_catalog.pg_language AS l WHERE l.oid = o.trflang))",
      "concat_ws(' ', o.trffromsql, o.trftosql)",
    ),
    source(
      "publication",
      "pg_publication",
      "o.pubname",
      `concat_ws(' ', o.puballtables, o.pubinsert, o.pubupdate, o.pubdelete, o.pubtruncate, o.pubviaroot,
        (SELECT string_agg(concat_ws(' ', r.prrelid::regclass::text
            ${version >= 150000 ? ", r.prattrs::text, pg_get_expr(r.prqual, r.prrelid)" : ""}), ', ' ORDER BY r.prrelid::regclass::text)
          FROM pg_catalog.pg_publication_rel AS r WHERE r.prpubid = o.oid)
        ${
          version >= 150000
            ? `, (SELECT string_agg(s.pnnspid::regnamespace::text, ', ' ORDER BY s.pnnspid::regnamespace::text)
          FROM pg_catalog.pg_publication_namespace AS s WHERE s.pnpubid = o.oid)`
            : ""
        })`,
    ),
    {
      ...source("user mapping", "pg_user_mappings", "concat_ws(' on ', o.usename, o.srvname)", "NULL"),
      from: "(SELECT umid AS oid, usename, srvname FROM pg_catalog.pg_user_mappings)",
    },
    {
      // The address of the publisher may hold a password and is not read.
      ...source(
        "subscription",
        "pg_subscription",
        "o.subname",
        "concat_ws(' ', o.subenabled, o.subpublications::text)",
      ),
      where:
        "o.subdbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())",
    },
    source(
      "default privileges",
      "pg_default_acl",
      `concat_ws(' ', o.defaclrole::regrole, NULLIF(o.defaclnamespace, 0)::regnamespace, o.defaclobjtype)`,
      "o.defaclacl::text",
    ),
  ];
}
