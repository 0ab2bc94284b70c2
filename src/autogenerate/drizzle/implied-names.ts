/** The key under which a name stands that nobody chose. */
export function impliedNameKey(
  table: { readonly schema: string; readonly name: string },
  name: string,
): string {
  return JSON.stringify([table.schema, table.name, name]);
}
