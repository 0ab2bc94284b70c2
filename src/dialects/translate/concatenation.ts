import { type Kind, operandsOf } from "./expression-kind.js";
import type { Node } from "./expression-nodes.js";
import { Untranslatable } from "./translation.js";

/**
 * A list in which what stands beside `||` and is no text is cast to it, so that both engines write it in the same way. The engines do not agree whether `||`
 * or arithmetic comes first, so without parentheses that is refused.
 */
export function withTextOperands(
  nodes: readonly Node[],
  kindOf: (nodes: readonly Node[]) => Kind | undefined,
  needsCast: ReadonlySet<Kind>,
): readonly Node[] {
  const parts = operandsOf(nodes);
  const textAt = (index: number): string => {
    const [node] = parts[index] ?? [];
    return node?.kind === "text" && parts[index]?.length === 1 ? node.text : "";
  };
  if (!parts.some((_, index) => textAt(index) === "||")) return nodes;
  return parts.flatMap((part, index) => {
    const isBeside = textAt(index - 1) === "||" || textAt(index + 1) === "||";
    if (!isBeside || textAt(index) === "||") return part;
    if (/^[-+*/%]$/.test(textAt(index - 1)) || /^[-+*/%]$/.test(textAt(index + 1)))
      throw new Untranslatable("|| beside arithmetic without parentheses");
    const kind = kindOf(part);
    if (kind === undefined || !needsCast.has(kind)) return part;
    const gap = part[0]?.gap ?? false;
    return [{ kind: "cast" as const, operand: part, type: "text", gap }];
  });
}

/** What SQLite writes in another way than PostgreSQL when it is put beside a text. */
export const castKindsBesideConcatenation: ReadonlySet<Kind> = new Set<Kind>([
  "boolean",
  "float",
  "exact",
  "zoned",
  "moment",
  "time",
]);
