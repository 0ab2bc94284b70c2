/** What a type of PostgreSQL asks of a value. */
export type TargetType =
  | { readonly kind: "integer"; readonly lowest: bigint; readonly highest: bigint }
  | { readonly kind: "boolean" }
  | { readonly kind: "double" }
  | { readonly kind: "single" }
  /** Without a precision a numeric takes any digits. */
  | { readonly kind: "numeric"; readonly precision: number | undefined; readonly scale: number }
  | { readonly kind: "text"; readonly longest: number | undefined; readonly isPadded: boolean }
  | { readonly kind: "bytes" }
  | { readonly kind: "json"; readonly isBinary: boolean }
  | { readonly kind: "uuid" }
  | { readonly kind: "date" }
  | { readonly kind: "timestamp"; readonly zone: "with" | "without"; readonly digits: number }
  | { readonly kind: "time"; readonly zone: "with" | "without"; readonly digits: number }
  /** Anything else: its values are given as text, and the server says whether they are right. */
  | { readonly kind: "other" };

/** Reads a type as `format_type` or a person writes it: `numeric(10,2)`, `timestamptz`, `varchar(20)`. */
export function readTargetType(text: string): TargetType {
  const lower = text.toLowerCase().replaceAll(/\s+/g, " ").trim();
  if (lower.endsWith("]")) return { kind: "other" };
  const modifiers = (/\(([^)]*)\)/.exec(lower)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const base = lower
    .replace(/\([^)]*\)/, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/^(?:pg_catalog|public)\./, "");
  return READERS[base]?.(modifiers) ?? { kind: "other" };
}

type Reader = (modifiers: readonly number[]) => TargetType;

const whole =
  (bits: bigint): Reader =>
  () => ({ kind: "integer", lowest: -(1n << (bits - 1n)), highest: (1n << (bits - 1n)) - 1n });

const plain =
  (type: TargetType): Reader =>
  () =>
    type;

const numeric: Reader = ([precision, scale]) => ({ kind: "numeric", precision, scale: scale ?? 0 });

const varying: Reader = ([longest]) => ({ kind: "text", longest, isPadded: false });

const padded: Reader = ([length]) => ({ kind: "text", longest: length ?? 1, isPadded: true });

/** https://www.postgresql.org/docs/current/datatype-datetime.html: microseconds where nothing else is said. */
const MOST_DIGITS = 6;

const timed =
  (kind: "timestamp" | "time", zone: "with" | "without"): Reader =>
  ([digits]) => ({ kind, zone, digits: digits ?? MOST_DIGITS });

const READERS: Readonly<Record<string, Reader>> = {
  smallint: whole(16n),
  int2: whole(16n),
  integer: whole(32n),
  int: whole(32n),
  int4: whole(32n),
  bigint: whole(64n),
  int8: whole(64n),
  boolean: plain({ kind: "boolean" }),
  bool: plain({ kind: "boolean" }),
  "double precision": plain({ kind: "double" }),
  float8: plain({ kind: "double" }),
  float: plain({ kind: "double" }),
  real: plain({ kind: "single" }),
  float4: plain({ kind: "single" }),
  numeric,
  decimal: numeric,
  text: varying,
  citext: varying,
  name: plain({ kind: "text", longest: 63, isPadded: false }),
  varchar: varying,
  "character varying": varying,
  character: padded,
  char: padded,
  bytea: plain({ kind: "bytes" }),
  json: plain({ kind: "json", isBinary: false }),
  jsonb: plain({ kind: "json", isBinary: true }),
  uuid: plain({ kind: "uuid" }),
  date: plain({ kind: "date" }),
  timestamp: timed("timestamp", "without"),
  "timestamp without time zone": timed("timestamp", "without"),
  timestamptz: timed("timestamp", "with"),
  "timestamp with time zone": timed("timestamp", "with"),
  time: timed("time", "without"),
  "time without time zone": timed("time", "without"),
  timetz: timed("time", "with"),
  "time with time zone": timed("time", "with"),
};
