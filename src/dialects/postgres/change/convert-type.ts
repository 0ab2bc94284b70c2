import { canonicalType, parseType, type TypeName, writeType } from "../types.js";

/** How the values of a column become those of another type. */
export interface Conversion {
  /** The expression for USING; absent where the engine converts by itself. */
  readonly using?: string | undefined;
  /** A condition that is true for a value which the engine would change in silence: rounded, cut off, one of several to one. */
  readonly loses?: string | undefined;
  /** A condition that is true for a value which the engine refuses. */
  readonly fails?: string | undefined;
  /** The table is written anew. */
  readonly rewrites: boolean;
}

export interface ConversionOptions {
  /** The column as SQL. */
  readonly column: string;
  readonly serverVersion: number;
}

/** Finds how values go from one type to the other. Both are types that the engine has by itself. */
export function convertType(from: string, to: string, options: ConversionOptions): Conversion {
  const source = parseType(canonicalType(from));
  const target = parseType(canonicalType(to));
  const job: Job = { source, target, to: writeType(target), from: writeType(source), ...options };
  if (source.isArray || target.isArray) return convertArray(job);
  const [before, after] = [familyOf(source.base), familyOf(target.base)];
  if (after === "text") return toText(job, before);
  if (before === "text") return fromText(job);
  if (source.base === target.base) return sameBase(job);
  if (NUMBERS.has(source.base) && NUMBERS.has(target.base)) return betweenNumbers(job);
  if (before === "time" && after === "time") return betweenTimes(job);
  return byCast(job);
}

interface Job extends ConversionOptions {
  readonly source: TypeName;
  readonly target: TypeName;
  readonly from: string;
  readonly to: string;
}

const TEXTS: ReadonlySet<string> = new Set(["text", "character varying", "character", "name", "bpchar"]);
const NUMBERS: ReadonlySet<string> = new Set([
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "real",
  "double precision",
]);
const TIMES: ReadonlySet<string> = new Set([
  "date",
  "timestamp without time zone",
  "timestamp with time zone",
]);

function familyOf(base: string): "text" | "time" | "other" {
  return TEXTS.has(base) ? "text" : TIMES.has(base) ? "time" : "other";
}

function toText({ source, target, column }: Job, before: string): Conversion {
  const length = target.base === "text" || target.base === "bpchar" ? undefined : lengthOf(target);
  const known = before === "text" ? lengthOf(source) : undefined;
  const shrinks = length !== undefined && (known === undefined || known > length);
  const pads = target.base === "character" && source.base !== "character";
  const isLimited = target.base === "name" ? 63 : length;
  return {
    using:
      before === "text" ? undefined : target.base === "name" ? `${column}::text::name` : `${column}::text`,
    // Spaces beyond the length are cut off without an error.
    loses: shrinks || target.base === "name" ? `char_length(${column}::text) > ${isLimited}` : undefined,
    rewrites: before !== "text" || shrinks || pads || target.base === "name" || source.base === "name",
  };
}

function lengthOf(type: TypeName): number | undefined {
  const [length] = type.modifiers;
  return length === undefined ? undefined : Number(length);
}

function fromText(job: Job): Conversion {
  const { column, target } = job;
  const loses = lossFromText(job);
  const isInvalid = invalidAs(LOSS_READS_AS[target.base] ?? target.base, job);
  const canRead = loses !== undefined && isInvalid !== undefined;
  return {
    ...viaText(job),
    loses: canRead ? `CASE WHEN ${isInvalid} THEN false ELSE ${loses} END` : loses,
    using: `${column}::text::${job.to}`,
  };
}

/** The text of a value, read as one of the other type. */
function viaText(job: Job): Conversion {
  const { column, to } = job;
  const isInvalid = invalidAs(to, job);
  return {
    using: `${column}::text::${to}`,
    fails: isInvalid && `${column} IS NOT NULL AND ${isInvalid}`,
    rewrites: true,
  };
}

/** https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-VALIDITY: since PostgreSQL 16. */
function invalidAs(type: string, { column, serverVersion }: Job): string | undefined {
  if (serverVersion < 160000) return undefined;
  return `NOT pg_input_is_valid(${column}::text, '${type.replaceAll("'", "''")}')`;
}

/** As what the condition of `lossFromText` reads the text, where that can fail. */
const LOSS_READS_AS: Readonly<Record<string, string>> = {
  date: "text",
  "timestamp without time zone": "text",
};

function lossFromText({ column, target }: Job): string | undefined {
  switch (target.base) {
    case "numeric": {
      const scale = target.modifiers[1];
      return scale === undefined
        ? undefined
        : `${column}::text::numeric <> round(${column}::text::numeric, ${scale})`;
    }
    case "date":
      return `${column}::text LIKE '%:%'`;
    // The zone in the text would be left out of account.
    case "timestamp without time zone":
      return `${column}::text ~* ':[0-9.]+ *(z|utc|[+-][0-9]{1,2}(:?[0-9]{2})*) *$'`;
    default:
      return undefined;
  }
}

function sameBase(job: Job): Conversion {
  const { column, source, target, to } = job;
  if (target.modifiers.length === 0) return { rewrites: source.base === "interval" };
  switch (source.base) {
    case "numeric":
      return numericModifier(job);
    case "bit":
      return {
        using: `${column}::${to}`,
        loses: `length(${column}) <> ${target.modifiers[0]}`,
        rewrites: true,
      };
    case "bit varying": {
      const [before, after] = [lengthOf(source), lengthOf(target)];
      if (before !== undefined && after !== undefined && before <= after) return { rewrites: false };
      return { loses: `length(${column}) > ${target.modifiers[0]}`, rewrites: true };
    }
    default: {
      const [before, after] = [lengthOf(source) ?? 6, lengthOf(target) ?? 6];
      if (before <= after && source.base !== "interval") return { rewrites: false };
      return { loses: `${column}::${to} <> ${column}`, rewrites: true };
    }
  }
}

function numericModifier({ column, source, target }: Job): Conversion {
  const [precision = 0, scale = 0] = target.modifiers.map(Number);
  const [oldPrecision, oldScale] = source.modifiers.map(Number);
  const fits =
    oldPrecision !== undefined &&
    oldScale !== undefined &&
    scale >= oldScale &&
    precision - scale >= oldPrecision - oldScale;
  if (fits) return { rewrites: scale !== oldScale };
  return {
    loses: `round(${column}, ${scale}) <> ${column}`,
    fails: overflow(column, precision, scale),
    rewrites: true,
  };
}

function overflow(column: string, precision: number, scale: number): string {
  return `${column} <> 'NaN' AND abs(round(${column}::numeric, ${scale})) >= 1e${precision - scale}`;
}

const WHOLE: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

function betweenNumbers(job: Job): Conversion {
  const { column, source, target, to, from } = job;
  const range = WHOLE[target.base];
  if (range !== undefined) {
    const sizes = Object.keys(WHOLE);
    const widens = WHOLE[source.base] && sizes.indexOf(source.base) < sizes.indexOf(target.base);
    if (widens) return { rewrites: true };
    const isWhole = WHOLE[source.base] !== undefined;
    return {
      loses: isWhole ? undefined : `${column} <> trunc(${column})`,
      fails: `${column}::numeric NOT BETWEEN ${range[0]} AND ${range[1]}`,
      rewrites: true,
    };
  }
  if (target.base === "numeric") {
    // The engine rounds to 15 digits; the shortest text that stands for the same number keeps them all.
    const value =
      source.base === "real" || source.base === "double precision" ? `${column}::text::numeric` : column;
    const [precision, scale] = target.modifiers.map(Number);
    const using = value === column ? undefined : value;
    if (precision === undefined || scale === undefined) return { using, rewrites: true };
    return {
      using,
      loses: `round(${value}::numeric, ${scale}) <> ${value}::numeric`,
      fails: overflow(value, precision, scale),
      rewrites: true,
    };
  }
  const isExact =
    source.base === "smallint" || (source.base === "integer" && target.base === "double precision");
  if (isExact || source.base === "real") return { rewrites: true };
  const back = source.base === "numeric" ? "::text::numeric" : `::${from}`;
  return { loses: `${column}::${to}${back} IS DISTINCT FROM ${column}`, rewrites: true };
}

/** A time without a zone is taken as UTC, and a time with one as what it was in UTC, whatever the zone of the session. */
function betweenTimes({ column, source, target, to }: Job): Conversion {
  const clock = source.base === "timestamp with time zone" ? `(${column} AT TIME ZONE 'UTC')` : column;
  if (target.base === "date") {
    return { using: `${clock}::date`, loses: `${clock} <> ${clock}::date`, rewrites: true };
  }
  if (target.base === "timestamp with time zone") {
    const moment = source.base === "date" ? `${column}::timestamp` : column;
    const precise = target.modifiers.length === 0 ? "" : `::${to}`;
    return { using: `(${moment} AT TIME ZONE 'UTC')${precise}`, rewrites: true };
  }
  return { using: clock === column ? undefined : clock, rewrites: true };
}

/** Casts that the engine has beside those to and from text; the other way round where the second is true. */
const CASTS: readonly (readonly [from: string, to: string, back: boolean])[] = [
  ["integer", "boolean", true],
  ["boolean", "integer", true],
  ["json", "jsonb", false],
  ["jsonb", "json", false],
  ["jsonb", "boolean", false],
  ["jsonb", "integer", false],
  ["jsonb", "bigint", false],
  ["jsonb", "smallint", false],
  ["jsonb", "numeric", false],
  ["jsonb", "double precision", false],
  ["jsonb", "real", false],
  ["inet", "cidr", false],
  ["cidr", "inet", false],
  ["macaddr", "macaddr8", false],
  ["money", "numeric", false],
  ["numeric", "money", true],
  ["integer", "money", true],
  ["bigint", "money", true],
  ["interval", "time without time zone", true],
  ["time without time zone", "interval", true],
  ["bit", "bit varying", false],
  ["bit varying", "bit", true],
];

function byCast(job: Job): Conversion {
  const { column, source, target, to, from } = job;
  const cast = CASTS.find(([before, after]) => before === source.base && after === target.base);
  if (cast !== undefined) {
    const loses = cast[2] ? `${column}::${to}::${from} IS DISTINCT FROM ${column}` : undefined;
    return { using: `${column}::${to}`, loses, rewrites: true };
  }
  const viaInteger = source.base === "boolean" && NUMBERS.has(target.base);
  if (viaInteger) return { using: `${column}::integer::${to}`, rewrites: true };
  if (NUMBERS.has(source.base) && target.base === "boolean") {
    return { using: `${column} <> 0`, loses: `${column} NOT IN (0, 1)`, rewrites: true };
  }
  return viaText(job);
}

function convertArray(job: Job): Conversion {
  const { column, source, target, to, from } = job;
  if (source.isArray && target.isArray) {
    const areNumbers = NUMBERS.has(source.base) && NUMBERS.has(target.base);
    const isText = TEXTS.has(target.base) && target.modifiers.length === 0;
    if (isText) return { using: `${column}::${to}`, rewrites: true };
    if (!areNumbers && source.base !== target.base) return viaText(job);
    return {
      using: `${column}::${to}`,
      loses: `${column}::${to}::${from} IS DISTINCT FROM ${column}`,
      rewrites: true,
    };
  }
  if (source.isArray || TEXTS.has(source.base)) return viaText(job);
  const element = convertType(from, writeType({ ...target, isArray: false }), job);
  const value = element.using ?? column;
  return {
    ...element,
    using: `CASE WHEN ${column} IS NOT NULL THEN ARRAY[${value}]::${to} END`,
    rewrites: true,
  };
}
