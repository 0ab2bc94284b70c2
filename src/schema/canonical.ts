/** Any JSON value, and `undefined` where a property may be absent. */
export type Plain = undefined | null | boolean | number | string | readonly Plain[] | PlainObject;
export interface PlainObject {
  readonly [property: string]: Plain;
}

/**
 * JSON that is the same for the same data: properties sorted by name, and what means "nothing special"
 * (absent, `false`, `[]`, `{}`) left out.
 */
export function canonicalJson(value: Plain): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isObject(value)) {
    const properties = Object.keys(value)
      .sort()
      .filter((name) => !meansNothing(value[name]))
      .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
    return `{${properties.join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}

/** The names of the properties in which two objects differ, sorted. */
export function differingProperties(from: PlainObject, to: PlainObject): readonly string[] {
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...names].filter((name) => !isSame(from[name], to[name])).sort();
}

function isSame(one: Plain, other: Plain): boolean {
  if (one === other) return true;
  if (meansNothing(one) || meansNothing(other)) return meansNothing(one) && meansNothing(other);
  if (typeof one !== "object" || typeof other !== "object") return false;
  return canonicalJson(one) === canonicalJson(other);
}

function meansNothing(value: Plain): boolean {
  if (value === undefined || value === null || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every(meansNothing);
}

function isObject(value: Plain): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
