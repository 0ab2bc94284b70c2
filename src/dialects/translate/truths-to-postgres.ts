import { type Kind, operandsOf } from "./expression-kind.js";
import type { Node } from "./expression-nodes.js";

type KindOf = (nodes: readonly Node[]) => Kind | undefined;

/**
 * An expression of SQLite in which each number that stands for a truth is compared with 0: PostgreSQL takes nothing but booleans where a condition
 * is asked for.
 */
export function withTruths(
  nodes: readonly Node[],
  kindOf: KindOf,
  start: "condition" | "value",
): readonly Node[] {
  const written: Node[] = [];
  let segment: Node[] = [];
  let isCondition = start === "condition";
  let isBetween = false;
  const flush = (connector: string) => {
    const isOperand = isCondition || connector === "AND" || connector === "OR";
    written.push(...(isOperand ? asTruth(segment, kindOf) : segment));
    segment = [];
  };
  for (const part of operandsOf(nodes)) {
    const [first] = part;
    const word = first?.kind === "text" ? first.text : "";
    if (word === "CASE") segment.push(...inCase(part, kindOf));
    else if (word === "AND" && isBetween) {
      isBetween = false;
      segment.push(...part);
    } else if (ENDS.has(word) || (word === "NOT" && segment.length === 0)) {
      flush(word);
      written.push(...part);
      isCondition = STARTS.has(word) || (isCondition && CONNECTORS.has(word));
    } else {
      if (word === "BETWEEN") isBetween = true;
      segment.push(...part.map((node) => inside(node, kindOf)));
    }
  }
  flush("");
  return written;
}

const CONNECTORS = new Set(["AND", "OR", "NOT"]);
const STARTS = new Set(["WHERE", "HAVING", "ON", "AND", "OR", "NOT"]);
const ENDS = new Set(
  `AND OR WHERE HAVING ON SELECT FROM GROUP ORDER LIMIT OFFSET UNION EXCEPT INTERSECT WINDOW JOIN LEFT RIGHT INNER
  CROSS FULL NATURAL USING , ;`.split(/\s+/),
);

/** CASE WHEN asks for conditions, CASE x WHEN for values. */
function inCase(part: readonly Node[], kindOf: KindOf): readonly Node[] {
  const inner = part.slice(1, -1);
  const pieces: Node[][] = [[]];
  for (const piece of operandsOf(inner)) {
    const [node] = piece;
    if (node?.kind === "text" && /^(?:WHEN|THEN|ELSE)$/.test(node.text)) pieces.push([]);
    pieces.at(-1)?.push(...piece);
  }
  const hasOperand = (pieces[0] ?? []).length > 0;
  const written = pieces.flatMap((piece) => {
    const [word, ...rest] = piece;
    if (word === undefined) return [];
    const isWord = word.kind === "text" && /^(?:WHEN|THEN|ELSE)$/.test(word.text);
    if (!isWord) return withTruths(piece, kindOf, "value");
    const isCondition = word.text === "WHEN" && !hasOperand;
    return [word, ...withTruths(rest, kindOf, isCondition ? "condition" : "value")];
  });
  return [...part.slice(0, 1), ...written, ...part.slice(-1)];
}

function inside(node: Node, kindOf: KindOf): Node {
  switch (node.kind) {
    case "group":
      return { ...node, parts: node.parts.map((part) => withTruths(part, kindOf, "value")) };
    case "call":
      return {
        ...node,
        parts: node.parts.map((part, index) =>
          withTruths(part, kindOf, node.name === "iif" && index === 0 ? "condition" : "value"),
        ),
      };
    case "cast":
      return { ...node, operand: withTruths(node.operand, kindOf, "value") };
    default:
      return node;
  }
}

function asTruth(segment: readonly Node[], kindOf: KindOf): readonly Node[] {
  const [only, ...others] = segment;
  if (only === undefined) return [];
  if (only.kind === "group" && others.length === 0 && only.parts.length === 1)
    return [{ ...only, parts: [withTruths(only.parts[0] ?? [], kindOf, "condition")] }];
  const kind = kindOf(segment);
  if (kind !== "integer" && kind !== "exact" && kind !== "float") return segment;
  const operand: Node =
    others.length === 0
      ? only
      : { kind: "group", parts: [[{ ...only, gap: false }, ...others]], gap: only.gap };
  return [operand, { kind: "text", text: "<>", gap: true }, { kind: "number", text: "0", gap: true }];
}
