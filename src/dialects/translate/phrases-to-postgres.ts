import { operatorText } from "./expression-kind.js";
import type { Node } from "./expression-nodes.js";
import type { PostgresWords } from "./expression-to-postgres.js";
import { quoteText } from "./literal-to-postgres.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

interface Phrase {
  readonly text: string;
  readonly length: number;
}

/** Comparisons that PostgreSQL says in another form. */
export function postgresPhrases(
  nodes: readonly Node[],
  at: number,
  words: PostgresWords,
): Phrase | undefined {
  return (
    jsonValue(nodes, at, words) ??
    truth(nodes, at, words) ??
    sameness(nodes, at) ??
    pattern(nodes, at) ??
    inList(nodes, at, words) ??
    collation(nodes, at)
  );
}

/** `x ->> '$.a'`, `x -> 'a'`: the text of a number or a truth is another in SQLite, so it is compared with texts only. */
function jsonValue(nodes: readonly Node[], at: number, words: PostgresWords): Phrase | undefined {
  const [operand, operator, key] = nodes.slice(at, at + 3);
  const sign = operatorText(operator);
  if (operand === undefined || operand.kind === "text" || (sign !== "->" && sign !== "->>")) return undefined;
  const literal = key === undefined ? undefined : bareNode([key]);
  const path =
    literal?.kind === "string"
      ? literal.value
      : literal?.kind === "number"
        ? `$[${literal.text}]`
        : undefined;
  if (path === undefined) throw new Untranslatable("a key of JSON that is no literal");
  const next = operatorText(nodes[at + 3]);
  if (next === "->" || next === "->>") throw new Untranslatable(`${sign} more than once; one path says it`);
  const isText = sign === "->>";
  if (isText) refuseNumberBeside(nodes, at, at + 3, words);
  return {
    text: jsonAt(
      jsonOf([operand], words),
      path.startsWith("$") ? path : `$."${path}"`,
      isText ? "#>>" : "#>",
    ),
    length: 3,
  };
}

/** @throws Untranslatable where a value of JSON stands beside what is no text */
export function refuseNumberBeside(
  nodes: readonly Node[],
  start: number,
  end: number,
  words: PostgresWords,
): void {
  for (const [operator, operand] of [
    [nodes[start - 1], nodes[start - 2]],
    [nodes[end], nodes[end + 1]],
  ]) {
    const text = operatorText(operator) ?? "";
    const isBound = operand !== undefined && /^(?:==?|<>|!=|[<>]=?|[-+*/%]|IN|BETWEEN)$/.test(text);
    if (isBound && words.kindOf([operand]) !== "text" && operand.kind !== "group")
      throw new Untranslatable("a value of JSON beside what is no text");
  }
}

/** A value as jsonb. */
export function jsonOf(nodes: readonly Node[], words: PostgresWords): string {
  const text = words.write(nodes);
  return words.kindOf(nodes) === "json" ? text : `(${text})::jsonb`;
}

/** A path of SQLite as one of PostgreSQL: `$.a."b c"[0]` is `{a,"b c",0}`. https://sqlite.org/json1.html#path_arguments */
export function jsonAt(json: string, path: string, operator: "#>" | "#>>"): string {
  const steps = [...path.matchAll(/\.(?:"([^"]*)"|([^.[\]"]+))|\[(#-)?(\d+)\]/g)];
  if (!path.startsWith("$") || steps.map(([step]) => step).join("") !== path.slice(1))
    throw new Untranslatable(`the path ${path} of JSON`);
  const names = steps.map(([, quoted, plain, fromEnd, index]) => {
    const label = quoted ?? plain;
    if (label === undefined) return fromEnd === undefined ? (index ?? "") : `-${index ?? ""}`;
    return /^\w+$/.test(label) ? label : `"${label.replaceAll("\\", "\\\\")}"`;
  });
  return `(${json} ${operator} ${quoteText(`{${names.join(",")}}`)})`;
}

/** 0 and 1 beside a boolean. */
function truth(nodes: readonly Node[], at: number, words: PostgresWords): Phrase | undefined {
  const [column, operator, value] = nodes.slice(at, at + 3);
  if (column?.kind !== "name" || operator?.kind !== "text" || value?.kind !== "number") return undefined;
  if (
    words.kindOf([column]) !== "boolean" ||
    !/^(?:==?|<>|!=|IS)$/.test(operator.text) ||
    !/^[01]$/.test(value.text)
  )
    return undefined;
  const written = words.write([column]);
  const isTrue = (value.text === "1") === /^(?:=|IS)/.test(operator.text);
  if (operator.text === "IS") return { text: `${written} IS ${isTrue ? "TRUE" : "FALSE"}`, length: 3 };
  return { text: isTrue ? written : `NOT ${written}`, length: 3 };
}

/** IS compares any two values in SQLite. */
function sameness(nodes: readonly Node[], at: number): Phrase | undefined {
  const [is, not, next] = nodes.slice(at, at + 3);
  if (is?.kind !== "text" || is.text !== "IS") return undefined;
  const isNot = not?.kind === "text" && not.text === "NOT";
  const operand = isNot ? next : not;
  const isOfBoth = operand?.kind === "text" && /^(?:NULL|TRUE|FALSE|DISTINCT)$/.test(operand.text);
  if (isOfBoth) return undefined;
  return isNot ? { text: "IS DISTINCT FROM", length: 2 } : { text: "IS NOT DISTINCT FROM", length: 1 };
}

/**
 * GLOB heeds the case of letters, as LIKE does here, and SQLite's LIKE does not. A backslash is an escape here without being told so, and there it is none:
 * https://www.postgresql.org/docs/current/functions-matching.html#FUNCTIONS-LIKE
 */
function pattern(nodes: readonly Node[], at: number): Phrase | undefined {
  const [operator, text, further] = nodes.slice(at, at + 3);
  const sign = operator?.kind === "text" ? operator.text : "";
  if ((sign !== "GLOB" && sign !== "LIKE") || text === undefined) return undefined;
  const value = bareNode([text]);
  if (sign === "LIKE") {
    if (value?.kind !== "string" || operatorText(further) === "ESCAPE") return undefined;
    return { text: `ILIKE ${quoteText(value.value.replaceAll("\\", "\\\\"))}`, length: 2 };
  }
  if (value?.kind !== "string") throw new Untranslatable("GLOB with a pattern that is no literal");
  return { text: globPattern(value.value), length: 2 };
}

/** A class of characters is one of a regular expression, which then says all of it. */
function globPattern(glob: string): string {
  if (!glob.includes("["))
    return `LIKE ${quoteText(
      glob
        .replaceAll(/[%_\\]/g, "\\$&")
        .replaceAll("*", "%")
        .replaceAll("?", "_"),
    )}`;
  const regex = glob.replaceAll(
    /\[(\^?)(\]?[^\]]*)\]|([*?])|([\s\S])/g,
    (_, not, members?: string, any?: string, plain = "") => {
      if (members !== undefined) {
        if (/[[\]\\^]/.test(members)) throw new Untranslatable(`GLOB with the pattern ${glob}`);
        return `[${not}${members}]`;
      }
      if (any !== undefined) return any === "*" ? ".*" : ".";
      return plain.replace(/[\\^$.|+(){}[\]]/, "\\$&");
    },
  );
  return `~ ${quoteText(`^${regex}$`)}`;
}

function inList(nodes: readonly Node[], at: number, words: PostgresWords): Phrase | undefined {
  const [column, operator, list] = nodes.slice(at, at + 3);
  if (column?.kind !== "name" || operatorText(operator) !== "IN" || list?.kind !== "group") return undefined;
  if (words.kindOf([column]) !== "boolean") return undefined;
  const values = list.parts.map((part) => {
    const [only] = part;
    if (part.length === 1 && only?.kind === "number" && /^[01]$/.test(only.text))
      return only.text === "1" ? "true" : "false";
    return words.write(part);
  });
  return { text: `${words.write([column])} IN (${values.join(", ")})`, length: 3 };
}

/** Bytes are compared by both unless they are told otherwise. */
function collation(nodes: readonly Node[], at: number): Phrase | undefined {
  const [word, name] = nodes.slice(at, at + 2);
  if (word?.kind !== "text" || word.text !== "COLLATE") return undefined;
  const collation = name?.kind === "name" ? (name.path[0] ?? "") : "";
  if (collation.toUpperCase() !== "BINARY") throw new Untranslatable(`COLLATE ${collation}`);
  return { text: "", length: 2 };
}
