/** A type of PostgreSQL as the engine itself writes it: `timestamptz(3)` as `timestamp(3) with time zone`. */
export function canonicalType({
  base,
  modifiers,
  dimensions,
}: {
  readonly base: string;
  readonly modifiers: readonly string[];
  readonly dimensions: number;
}): string {
  const list = modifiers.length === 0 ? "" : `(${modifiers.join(",")})`;
  // The precision stands in the middle: https://www.postgresql.org/docs/current/datatype-datetime.html
  const zone = /^(timestamp|time) (with|without) time zone$/.exec(base);
  const name = zone === null ? `${base}${list}` : `${zone[1]}${list} ${zone[2]} time zone`;
  return name + "[]".repeat(dimensions);
}
