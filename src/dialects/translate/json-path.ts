import type { Node } from "./expression-nodes.js";
import { Untranslatable } from "./translation.js";
import { bareNode } from "./write-nodes.js";

export interface JsonPath {
  readonly path: string;
  /** Whether it gives text, or JSON. */
  readonly isText: boolean;
  /** How many pieces stand for it behind the operand. */
  readonly length: number;
}

/** `-> 'a' ->> 0`, `#>> '{a,0}'` behind an operand as a path of SQLite: https://sqlite.org/json1.html#path_arguments */
export function readPathBehind(nodes: readonly Node[], at: number): JsonPath | undefined {
  let path = "$";
  let length = 0;
  let isText = false;
  for (;;) {
    const [operator, key] = nodes.slice(at + length, at + length + 2);
    const text = operator?.kind === "text" ? operator.text : "";
    const isStep = text === "->" || text === "->>";
    if ((!isStep && text !== "#>" && text !== "#>>") || isText) break;
    path += isStep ? stepOf(nodes, at + length + 1) : stepsOf(key);
    isText = text.endsWith(">>");
    length += isStep && key?.kind === "text" ? 3 : 2;
  }
  return length === 0 ? undefined : { path, isText, length };
}

function stepOf(nodes: readonly Node[], at: number): string {
  const [first, second] = nodes.slice(at, at + 2);
  const key = first === undefined ? undefined : bareNode([first]);
  if (key?.kind === "string") return labelStep(key.value);
  if (key?.kind === "number") return `[${key.text}]`;
  if (key?.kind === "text" && key.text === "-" && second?.kind === "number") return `[#-${second.text}]`;
  throw new Untranslatable("a key of JSON that is no literal");
}

function stepsOf(key: Node | undefined): string {
  const value = key === undefined ? undefined : bareNode([key]);
  const inner = value?.kind === "string" ? /^\{([^{}"\\]*)\}$/.exec(value.value)?.[1] : undefined;
  if (inner === undefined) throw new Untranslatable("a path of JSON that is no plain literal");
  return inner
    .split(",")
    .map((step) => (/^\d+$/.test(step.trim()) ? `[${step.trim()}]` : labelStep(step.trim())))
    .join("");
}

/** Whether an object has a key, as a condition of SQLite: unknown where there is no object. */
export function hasKey(json: string, key: string): string {
  const path = `'$${labelStep(key).replaceAll("'", "''")}'`;
  return `CASE WHEN ${json} IS NOT NULL THEN json_type(${json}, ${path}) IS NOT NULL END`;
}

function labelStep(label: string): string {
  if (label.includes('"')) throw new Untranslatable(`the key ${label} of JSON`);
  return `."${label}"`;
}
