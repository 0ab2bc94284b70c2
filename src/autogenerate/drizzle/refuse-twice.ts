import { TenonError } from "../../errors.js";
import type { DatabaseModel, ObjectName } from "../../schema/index.js";

/**
 * Refuses two objects of one name in one module: whichever is built, the other would be missing in silence.
 * @throws TenonError `MODULE_INVALID`
 */
export function refuseTwice({ engine, tables, views, sequences, types }: DatabaseModel): void {
  const keyOf = ({ schema, name }: ObjectName) =>
    engine === "sqlite" ? name.toLowerCase() : `${schema}\0${name}`;
  // Tables, views and sequences share their names in both engines; types have theirs among themselves.
  for (const [what, objects] of [
    ["tables", [...tables, ...views, ...sequences]],
    ["types", types],
  ] as const) {
    const seen = new Set<string>();
    for (const object of objects) {
      if (seen.has(keyOf(object))) throw twice(what, object);
      seen.add(keyOf(object));
    }
  }
}

function twice(what: "tables" | "types", { name }: ObjectName): TenonError {
  return new TenonError("MODULE_INVALID", `Two ${what} of this module have the name ${name}.`, {
    where: { object: name },
    hint: "Only one of them can be built. Give the other another name, or leave it out of `tables`.",
  });
}
