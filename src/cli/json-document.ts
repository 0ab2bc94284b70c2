/** The one document of `--json`, as text. Integers that a JSON number does not hold exactly come as text. */
export function jsonDocument(document: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(document, replaceValue, 2)}\n`;
}

function replaceValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  // JSON would write these as {}, whatever is in them.
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return value;
}
