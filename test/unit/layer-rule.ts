import { posix } from "node:path";

/**
 * The layers of src/ from the top of the list in docs/how-it-works.md to its bottom: each imports only from those before it. Those
 * that share a line stand side by side, and none of them imports another.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ["errors.ts"],
  ["schema"],
  ["sql"],
  ["connection"],
  ["dialects"],
  ["migrations"],
  ["modules"],
  ["engine"],
  ["autogenerate", "plugins", "adopt", "transfer", "checkpoint"],
  ["api"],
  ["config"],
  ["cli"],
  ["index.ts"],
];

/** Texts of source files by their path under src/, with `/` on every system. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly isTypeOnly: boolean;
}

/** Every import of one source file from another, whether static, dynamic or as an export of what is imported. */
export function readImports(sources: Sources): Import[] {
  return [...sources].flatMap(([from, text]) => {
    const code = withoutComments(text);
    const found = [...code.matchAll(STATIC), ...code.matchAll(DYNAMIC)];
    return found.flatMap(([statement, specifier = ""]) => {
      if (!specifier.startsWith(".")) return [];
      const to = posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
      return [{ from, to, isTypeOnly: /^(?:import|export)\s+type\b/.test(statement) }];
    });
  });
}

/** What breaks the rule of the layers, as one sentence each. */
export function findBreaches(sources: Sources): string[] {
  const unknown = [...new Set([...sources.keys()].map(layerOf))].filter((layer) => rankOf(layer) === -1);
  return [
    ...unknown.map(
      (layer) => `src/${layer} is in no layer: give it its place in docs/how-it-works.md and in LAYERS`,
    ),
    ...readImports(sources).flatMap((each) => breachesOf(each, sources)),
  ];
}

/** Files that need each other to be loaded, as `a.ts -> b.ts -> a.ts`. Types are gone when programs run. */
export function findCycles(sources: Sources): string[] {
  const needs = new Map<string, string[]>([...sources.keys()].map((file) => [file, []]));
  for (const { from, to, isTypeOnly } of readImports(sources)) if (!isTypeOnly) needs.get(from)?.push(to);
  const cycles: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) cycles.push([...path.slice(start), file].join(" -> "));
    if (start !== -1 || finished.has(file)) return;
    for (const next of needs.get(file) ?? []) visit(next, [...path, file]);
    finished.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return cycles;
}

function breachesOf({ from, to }: Import, sources: Sources): string[] {
  const told = `src/${from} imports src/${to}`;
  if (!sources.has(to)) return [`${told}, which does not exist`];
  const [own, other] = [layerOf(from), layerOf(to)];
  if (own !== other) {
    if (rankOf(other) > rankOf(own)) return [`${told}, from a layer below it`];
    if (rankOf(other) === rankOf(own)) return [`${told}: capabilities do not import one another`];
    return to === other || to === `${other}/index.ts` ? [] : [`${told}: the way in is src/${other}/index.ts`];
  }
  const [engine, otherEngine] = [engineOf(from), engineOf(to)];
  if (engine !== undefined && otherEngine !== undefined && engine !== otherEngine) {
    return [`${told}: one engine's dialect does not import another's`];
  }
  if (otherEngine === undefined || engine === otherEngine) return [];
  const entry = `dialects/${otherEngine}/index.ts`;
  return to === entry ? [] : [`${told}: the way in is src/${entry}`];
}

function layerOf(file: string): string {
  return file.split("/")[0] ?? file;
}

function rankOf(layer: string): number {
  return LAYERS.findIndex((line) => line.includes(layer));
}

/** The engine that a file of dialects/ is for; undefined for what is for all of them, and elsewhere. */
function engineOf(file: string): string | undefined {
  const [layer, engine, inner] = file.split("/");
  return layer === "dialects" && inner !== undefined ? engine : undefined;
}

const STATIC = /^(?:import|export)\s(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"\s*\)/g;

/** Comments stand on lines of their own here, and examples in them import what they like. */
function withoutComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s*(?:\/\/|\/\*|\*)/.test(line))
    .join("\n");
}
