import type { Node } from "./expression-nodes.js";
import type { SqliteWords } from "./expression-to-sqlite.js";
import { hasKey, readPathBehind } from "./json-path.js";
import { quoteText } from "./literal-to-sqlite.js";
import { matchesRegex } from "./regex-to-glob.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

interface Phrase {
  readonly text: string;
  readonly length: number;
}

/** Comparisons that SQLite says in another form. */
export function comparisonPhrases(
  nodes: readonly Node[],
  at: number,
  words: SqliteWords,
): Phrase | undefined {
  return (
    jsonValue(nodes, at, words) ??
    regex(nodes, at, words) ??
    membership(nodes, at, words) ??
    order(nodes, at, words) ??
    unknown(nodes, at) ??
    pattern(nodes, at)
  );
}

function wordAt(nodes: readonly Node[], at: number): string {
  const node = nodes[at];
  return node?.kind === "text" ? node.text : "";
}

/** `->>` of SQLite gives numbers and truths as such, where PostgreSQL gives their text. */
function jsonValue(nodes: readonly Node[], at: number, words: SqliteWords): Phrase | undefined {
  const operand = nodes[at];
  if (operand === undefined || operand.kind === "text") return undefined;
  if (wordAt(nodes, at + 1) === "?") return jsonKey(nodes, at, words);
  const found = readPathBehind(nodes, at + 1);
  if (found === undefined) return undefined;
  const source = words.write([operand]);
  const path = quoteText(found.path);
  const length = found.length + 1;
  if (!found.isText) return { text: `${source} -> ${path}`, length };
  const type = `CASE json_type(${source}, ${path})`;
  return {
    text: `${type} WHEN 'text' THEN ${source} ->> ${path} WHEN 'null' THEN NULL ELSE ${source} -> ${path} END`,
    length,
  };
}

/** Whether an object has a key. */
function jsonKey(nodes: readonly Node[], at: number, words: SqliteWords): Phrase {
  const [operand, , key] = nodes.slice(at, at + 3);
  const label = key === undefined ? undefined : bareNode([key]);
  if (operand === undefined || label?.kind !== "string")
    throw new Untranslatable("a key of JSON that is no literal");
  const source = words.write([operand]);
  return { text: hasKey(source, label.value), length: 3 };
}

function regex(nodes: readonly Node[], at: number, words: SqliteWords): Phrase | undefined {
  const [operand, operator, text] = nodes.slice(at, at + 3);
  const sign = operator?.kind === "text" ? operator.text : "";
  if (operand === undefined || operand.kind === "text" || !/^!?~\*?$/.test(sign)) return undefined;
  const value = text === undefined ? undefined : bareNode([text]);
  if (value?.kind !== "string") throw new Untranslatable("a regular expression that is no literal");
  if (sign.endsWith("*") && /[a-z]/i.test(value.value))
    throw new Untranslatable(`the regular expression ${value.value}`);
  const condition = matchesRegex(words.write([operand]), value.value);
  return { text: sign.startsWith("!") ? `NOT (${condition})` : condition, length: 3 };
}

/** `x = ANY (ARRAY[…])` is how the engine keeps `x IN (…)`. */
function membership(nodes: readonly Node[], at: number, words: SqliteWords): Phrase | undefined {
  const [operator, quantifier, list] = nodes.slice(at, at + 3);
  if (operator?.kind !== "text" || quantifier?.kind !== "text" || list?.kind !== "group") return undefined;
  const isAny = operator.text === "=" && (quantifier.text === "ANY" || quantifier.text === "SOME");
  const isNone = operator.text === "<>" && quantifier.text === "ALL";
  const array = bareNode(list.parts[0] ?? []);
  if ((!isAny && !isNone) || array === undefined) return undefined;
  if (array.kind !== "array") throw new Untranslatable(`${quantifier.text} of an array`);
  const items = array.parts.map((part) => words.write(part));
  return { text: `${isAny ? "IN" : "NOT IN"} (${items.join(", ")})`, length: 3 };
}

/** An enum is ordered as it was declared, its text by its letters. */
function order(nodes: readonly Node[], at: number, words: SqliteWords): undefined {
  const [operand, operator, other] = nodes.slice(at, at + 3);
  if (operator?.kind !== "text" || !/^[<>]=?$/.test(operator.text)) return undefined;
  for (const each of [operand, other])
    if (each?.kind === "name" && words.isEnumColumn(each.path))
      throw new Untranslatable(`the order of the enum ${each.path.at(-1) ?? ""}`);
  const kinds = [operand, other].map((each) => (each === undefined ? undefined : words.kindOf([each])));
  const times = new Set(kinds.filter((kind) => kind === "zoned" || kind === "moment" || kind === "date"));
  if (times.size > 1 && operand?.kind === "name" && other?.kind === "name")
    throw new Untranslatable("a comparison of times of two kinds");
  return undefined;
}

/** IS UNKNOWN is IS NULL of a truth. */
function unknown(nodes: readonly Node[], at: number): Phrase | undefined {
  const isNot = wordAt(nodes, at + 1) === "NOT";
  const last = nodes[at + (isNot ? 2 : 1)];
  if (wordAt(nodes, at) !== "IS" || last?.kind !== "name" || last.path.join(".") !== "unknown")
    return undefined;
  return { text: isNot ? "IS NOT NULL" : "IS NULL", length: isNot ? 3 : 2 };
}

/**
 * LIKE heeds the case of letters, and SQLite's does not; GLOB does: https://sqlite.org/lang_expr.html#like. A pattern without letters is the
 * same for both.
 */
function pattern(nodes: readonly Node[], at: number): Phrase | undefined {
  const sign = wordAt(nodes, at);
  const isFolded = /^(?:ILIKE|!?~~\*)$/.test(sign);
  if (!isFolded && !/^(?:LIKE|!?~~)$/.test(sign)) return undefined;
  const text = nodes[at + 1];
  const value = text === undefined ? undefined : bareNode([text]);
  const hasEscape = wordAt(nodes, at + 2) === "ESCAPE";
  if (isFolded && (value?.kind !== "string" || hasEscape)) return undefined;
  if (value?.kind !== "string" || hasEscape)
    throw new Untranslatable("LIKE with a pattern that is not plain text");
  const not = sign.startsWith("!") ? "NOT " : "";
  const characters = [...value.value.matchAll(/\\(.)|(.)/gs)].map(([, escaped, plain]) => ({
    escaped,
    plain: plain ?? "",
  }));
  if (isFolded || !/[A-Za-z]/.test(value.value)) {
    const ending = value.value.includes("\\") ? " ESCAPE '\\'" : "";
    return { text: `${not}LIKE ${quoteText(value.value)}${ending}`, length: 2 };
  }
  const glob = characters.map(({ escaped, plain }) => {
    if (escaped === undefined && (plain === "%" || plain === "_")) return plain === "%" ? "*" : "?";
    return (escaped ?? plain).replace(/[[*?]/, "[$&]");
  });
  return { text: `${not}GLOB ${quoteText(glob.join(""))}`, length: 2 };
}
