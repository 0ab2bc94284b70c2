import { Untranslatable } from "./translation.js";

type Element = string | null | readonly Element[];

/**
 * A PostgreSQL array as text (`{a,"b c",NULL}`) as JSON; `write` says one element in JSON.
 * https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function arrayAsJson(text: string, write: (element: string) => string): string {
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[{},]|[^{},"]+/gs) ?? [];
  let at = 0;
  const read = (): Element => {
    const part = parts[at++] ?? "";
    if (part !== "{")
      return part.startsWith('"') ? part.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : part.trim();
    const elements: Element[] = [];
    while (parts[at] !== "}") {
      if (at >= parts.length) throw new Untranslatable(`the array ${text}`);
      const isQuoted = parts[at]?.startsWith('"') === true;
      const element = read();
      elements.push(!isQuoted && typeof element === "string" && /^null$/i.test(element) ? null : element);
      if (parts[at] === ",") at++;
    }
    at++;
    return elements;
  };
  const found = read();
  if (!Array.isArray(found) || at !== parts.length) throw new Untranslatable(`the array ${text}`);
  return jsonOf(found, write);
}

function jsonOf(element: Element, write: (element: string) => string): string {
  if (element === null) return "null";
  return typeof element === "string"
    ? write(element)
    : `[${element.map((each) => jsonOf(each, write)).join(",")}]`;
}
