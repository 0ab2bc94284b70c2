import { TokenReader, unquoteName } from "../../sql/index.js";
import { key } from "./reach.js";

/**
 * A function or table in this text that no plugin may use, however it is written: what reaches files, runs SQL from a
 * text, or writes around the rules. Undefined when there is none.
 */
export function findDangerousName(text: string): string | undefined {
  const reader = new TokenReader({ text }, "sqlite");
  for (let token = reader.next(); token !== undefined; token = reader.next()) {
    if (token.kind !== "word" && token.kind !== "quoted-name") continue;
    const name = key(unquoteName(token, "sqlite"));
    if (TABLES.has(name) || (reader.isSymbol("(") && isDangerousFunction(name))) return name;
  }
  return undefined;
}

/** Tables that are there without being made: the pages of the file, the files of the disk. */
const TABLES: ReadonlySet<string> = new Set(["sqlite_dbpage", "sqlite_dbdata", "sqlite_dbptr", "fsdir"]);

const FUNCTIONS: ReadonlySet<string> = new Set([
  "load_extension",
  "readfile",
  "writefile",
  "lsmode",
  "edit",
  "eval",
  "fts3_tokenizer",
  "sha3_query",
  "sqlite_crypt",
  "sqlite_attach",
  "sqlite_detach",
]);

function isDangerousFunction(name: string): boolean {
  return FUNCTIONS.has(name) || name.startsWith("sqlite3mc_");
}

/** Whether a plugin's statement may call this function, by the name that the engine tells. */
export function isHarmlessFunction(name: string): boolean {
  const known = key(name);
  return HARMLESS.has(known) || HARMLESS_PREFIX.test(known);
}

const HARMLESS_PREFIX = /^(?:json|jsonb|vector|geopoly|rtree|fts5|pragma)_?/;

// https://sqlite.org/lang_corefunc.html, lang_aggfunc, lang_mathfunc, lang_datefunc, windowfunctions, fts3 and fts5; and
// what libSQL brings besides. A function that is not here is refused, whoever brought it.
const HARMLESS: ReadonlySet<string> = new Set(
  `-> ->> abs acos acosh asin asinh atan atan2 atanh atn2 avg bm25 ceil ceiling changes char charindex coalesce concat
  concat_ws cos cosh cot coth count cume_dist current_date current_time current_timestamp date datetime degrees
  dense_rank difference exp first_value floor format glob group_concat hex highlight ifnull iif instr julianday lag
  last_insert_rowid last_rows_affected last_value lead leftstr length like likelihood likely ln log log10 log2 lower
  lower_quartile ltrim match matchinfo max median min mod mode nth_value ntile nullif octet_length offsets optimize padc
  padl padr percent_rank pi pow power printf proper quote radians random randomblob rank regexp regexpi replace replicate
  reverse rightstr round row_number rtrim sha3 sign sin sinh snippet soundex sqlite_compileoption_get
  sqlite_compileoption_used sqlite_source_id sqlite_version sqrt square stdev strfilter strftime string_agg substr
  substring subtype sum tan tanh time timediff total total_changes trim trunc typeof unhex unicode unixepoch unlikely
  upper upper_quartile uuid uuid_blob uuid_str variance zeroblob libsql_vector_idx if unistr unistr_quote`.split(
    /\s+/,
  ),
);
