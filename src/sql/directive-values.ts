import type { Dependency } from "./directives.js";

/** Reads `orders, "Order Lines", shop.orders`; undefined when it is anything but a list of names. */
export function readTableNames(value: string): readonly string[] | undefined {
  const tables: string[] = [];
  let rest = value;
  for (;;) {
    const match = TABLE_NAME.exec(rest);
    if (match === null) return undefined;
    tables.push(match[0].trim().replace(NAME_PART, (part) => unquote(part)));
    rest = rest.slice(match[0].length);
    if (rest === "") return tables;
    if (!rest.startsWith(",")) return undefined;
    rest = rest.slice(1);
  }
}

/** Reads `users@2, core`; undefined when it is anything but a list of modules. */
export function readDependencies(value: string): readonly Dependency[] | undefined {
  const dependencies: Dependency[] = [];
  for (const part of value.split(",")) {
    const match = DEPENDENCY.exec(part.trim());
    if (match?.[1] === undefined) return undefined;
    dependencies.push(
      match[2] === undefined ? { module: match[1] } : { module: match[1], version: match[2] },
    );
  }
  return dependencies;
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|\`(?:[^\`]|\`\`)+\`|\[[^\]]+\]|[^\s.,"\`[\]()'@;]+)`;
const NAME_PART = new RegExp(NAME, "g");
const TABLE_NAME = new RegExp(String.raw`^\s*${NAME}(?:\.${NAME})?\s*`);
const DEPENDENCY = /^([^\s@,"']+)(?:@(\d+(?:\.\d+)*))?$/;

function unquote(part: string): string {
  const quote = part[0];
  if (quote === "[") return part.slice(1, -1);
  if (quote === '"' || quote === "`") return part.slice(1, -1).replaceAll(quote + quote, quote);
  return part;
}
