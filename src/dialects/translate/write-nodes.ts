import type { Lists, Node } from "./expression-nodes.js";

/** How one engine says the pieces that the two do not share. */
export interface NodeWords {
  /** A list as it is to be written, before any piece of it is. */
  prepare?(nodes: readonly Node[]): readonly Node[];
  call(name: string, args: readonly string[], node: Node & { readonly kind: "call" }): string;
  cast(operand: readonly Node[], type: string): string;
  string(value: string): string;
  blob(hex: string): string;
  name(path: readonly string[], isQuoted: boolean): string;
  /** A keyword or an operator. */
  word(text: string): string;
  /** Several pieces that say one thing together; gives the text and how many pieces it stands for. */
  phrase(nodes: readonly Node[], at: number): { readonly text: string; readonly length: number } | undefined;
}

/** Writes pieces in the words of an engine, with the white space that was between them. */
export function writeNodes(list: readonly Node[], words: NodeWords): string {
  const nodes = words.prepare?.(list) ?? list;
  let text = "";
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at];
    if (node === undefined) break;
    const phrase = words.phrase(nodes, at);
    const written = phrase?.text ?? writeNode(node, words);
    const needsGap = node.gap || (/\w$/.test(text) && /^\w/.test(written));
    text += written === "" ? "" : `${needsGap && text !== "" ? " " : ""}${written}`;
    at += (phrase?.length ?? 1) - 1;
  }
  return text;
}

export function writeLists(lists: Lists, words: NodeWords): readonly string[] {
  return lists.map((list) => writeNodes(list, words));
}

function writeNode(node: Node, words: NodeWords): string {
  switch (node.kind) {
    case "text":
      return words.word(node.text);
    case "number":
      return node.text;
    case "string":
      return words.string(node.value);
    case "blob":
      return words.blob(node.hex);
    case "name":
      return words.name(node.path, node.isQuoted === true);
    case "call":
      return words.call(node.name, writeLists(node.parts, words), node);
    case "group":
      return `(${writeLists(node.parts, words).join(", ")})`;
    case "array":
      return `ARRAY[${writeLists(node.parts, words).join(", ")}]`;
    case "cast":
      return words.cast(node.operand, node.type);
  }
}

/** Takes off parentheses and casts around a piece that stands alone. */
export function bareNode(nodes: readonly Node[]): Node | undefined {
  const [only, ...others] = nodes;
  if (only === undefined || others.length > 0) return undefined;
  if (only.kind === "cast") return bareNode(only.operand) ?? only;
  if (only.kind === "group" && only.parts.length === 1) return bareNode(only.parts[0] ?? []) ?? only;
  return only;
}
