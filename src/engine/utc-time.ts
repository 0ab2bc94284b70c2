/**
 * The times of older tables as ISO 8601 in UTC. SQLite's CURRENT_TIMESTAMP is UTC without saying so:
 * https://sqlite.org/lang_datefunc.html. Text in another form is kept as it is, so that nothing is lost.
 */
export function utcTime(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") {
    const number = Number(value);
    return new Date(number > 1e11 ? number : number * 1000).toISOString();
  }
  const text = typeof value === "string" ? value : "";
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
    text,
  );
  if (match === null) return text;
  const zone = match[3] ?? "Z";
  const padded = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  const time = new Date(`${match[1]}T${match[2]}${padded}`);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}
