import type { Unjudged } from "./comparison.js";
import { matchByKey } from "./matching.js";
import type { OtherObject } from "./model.js";
import type { ModelRules } from "./rules.js";

/** Objects that are not modelled and cannot be told to be the same on both sides. */
export function findUnjudged(
  from: readonly OtherObject[],
  to: readonly OtherObject[],
  rules: ModelRules,
): readonly Unjudged[] {
  const keyOf = (item: OtherObject) => [item.kind, item.schema, rules.nameKey(item.name)].join("\0");
  const found: Unjudged[] = [];
  for (const { before, after } of matchByKey(from, to, keyOf)) {
    const object = `${(after ?? before)?.kind ?? ""} ${(after ?? before)?.name ?? ""}`;
    const say = (what: string) =>
      found.push({
        from: before,
        to: after,
        reason: `The ${object} ${what}; Tenon does not model it and leaves it as it is.`,
      });
    if (after === undefined) say("exists only on the side to be changed");
    else if (before === undefined) say("exists only on the side to be reached");
    else if (before.definition === undefined || after.definition === undefined)
      say("exists on both sides, and nothing tells whether it is the same");
    else if (rules.textKey(before.definition) !== rules.textKey(after.definition))
      say("differs between the two sides");
  }
  return found;
}
