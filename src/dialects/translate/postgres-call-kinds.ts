import { type Kind, widest } from "./expression-kind.js";

/** What a function of PostgreSQL gives. */
export function kindOfPostgresCall(name: string, args: readonly (Kind | undefined)[]): Kind | undefined {
  if (AS_FIRST.has(name)) return args[0];
  if (WIDEST.has(name)) return args.every((kind) => kind === args[0]) ? args[0] : widest(args);
  return RESULTS[name];
}

const AS_FIRST = new Set(
  "abs nullif round min max lag lead first_value last_value trunc sum ceil ceiling floor".split(" "),
);
const WIDEST = new Set(["coalesce", "greatest", "least"]);

const RESULTS: Readonly<Record<string, Kind>> = {
  ...namesOf(
    "text",
    "lower upper replace ltrim rtrim trim btrim substr substring left right concat chr encode string_agg to_char json_typeof jsonb_typeof md5",
  ),
  ...namesOf(
    "integer",
    "length char_length character_length octet_length strpos position ascii count row_number rank dense_rank json_array_length jsonb_array_length cardinality array_length",
  ),
  ...namesOf("float", "random sqrt power exp ln date_part extract avg"),
  ...namesOf("boolean", "starts_with bool_and bool_or every jsonb_exists"),
  ...namesOf(
    "json",
    "json_agg jsonb_agg json_object_agg jsonb_object_agg json_build_object jsonb_build_object json_build_array jsonb_build_array",
  ),
  ...namesOf("word", "gen_random_uuid uuid_generate_v4 uuidv4"),
  ...namesOf("zoned", "now transaction_timestamp statement_timestamp clock_timestamp"),
  array_agg: "array",
  gen_random_bytes: "bytes",
};

function namesOf(kind: Kind, names: string): Readonly<Record<string, Kind>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, kind]));
}
