import { quoteText } from "./literal-to-sqlite.js";
import { Untranslatable } from "./translation.js";

/**
 * A condition on a text that a simple regular expression says, with GLOB: SQLite itself has no others. Literal characters, classes, `.`, `{n}`, anchors, and one
 * class with `+` or `*` at the end are simple. https://sqlite.org/lang_expr.html#like
 * @throws Untranslatable
 */
export function matchesRegex(operand: string, pattern: string): string {
  const isFromStart = pattern.startsWith("^");
  const isToEnd = /(?:^|[^\\])(?:\\\\)*\$$/.test(pattern);
  const atoms = readAtoms(pattern.slice(isFromStart ? 1 : 0, isToEnd ? -1 : undefined), pattern);
  const last = atoms.at(-1);
  const fixed = atoms.slice(0, last?.repeat === undefined ? undefined : -1);
  if (fixed.some((atom) => atom.repeat !== undefined)) throw refusal(pattern);
  const start = `${isFromStart ? "" : "*"}${fixed.map((atom) => atom.glob).join("")}`;
  if (last?.repeat === undefined) return `${operand} GLOB ${quoteText(`${start}${isToEnd ? "" : "*"}`)}`;
  const needsOne = last.repeat === "+";
  if (last.glob === "?" || !isToEnd)
    return `${operand} GLOB ${quoteText(`${start}${needsOne ? last.glob : ""}*`)}`;
  if (!isFromStart || last.others === undefined) throw refusal(pattern);
  const rest = fixed.length === 0 ? operand : `substr(${operand}, ${fixed.length + 1})`;
  const onlyThose = `${rest} NOT GLOB ${quoteText(`*${last.others}*`)}`;
  if (!needsOne && fixed.length === 0) return onlyThose;
  return `(${operand} GLOB ${quoteText(`${start}${needsOne ? last.glob : ""}*`)} AND ${onlyThose})`;
}

interface Atom {
  /** One character, as GLOB says it. */
  readonly glob: string;
  /** Every other character; undefined where that is not needed. */
  readonly others: string | undefined;
  readonly repeat: "+" | "*" | undefined;
}

const ATOM =
  /(?:\[(\^?)((?:\\.|[^\]\\])+)\]|\\(d)|\\([^a-zA-Z0-9])|(\.)|([^\\[\](){}.*+?|^$]))(?:\{(\d+)\}|([+*]))?/gy;

function readAtoms(body: string, pattern: string): readonly Atom[] {
  const atoms: Atom[] = [];
  ATOM.lastIndex = 0;
  let end = 0;
  for (let match = ATOM.exec(body); match !== null; match = ATOM.exec(body)) {
    const [, not = "", members, digit, escaped, any, plain = "", count, repeat] = match;
    const set =
      members === undefined ? (digit === undefined ? undefined : "0-9") : classMembers(members, pattern);
    const single = escaped ?? plain;
    const atom: Atom = {
      glob: set === undefined ? (any === undefined ? literal(single) : "?") : `[${not}${set}]`,
      others: set === undefined ? undefined : `[${not === "" ? "^" : ""}${set}]`,
      repeat: repeat === "+" || repeat === "*" ? repeat : undefined,
    };
    for (let times = 0; times < Number(count ?? 1); times++) atoms.push(atom);
    end = ATOM.lastIndex;
  }
  if (end !== body.length || atoms.length > MOST_ATOMS) throw refusal(pattern);
  return atoms;
}

const MOST_ATOMS = 100;

/** GLOB takes `]` as a member only in the first place, and knows no escapes. */
function classMembers(members: string, pattern: string): string {
  const plain = members.replaceAll("\\d", "0-9").replaceAll(/\\([^a-zA-Z0-9\]-])/g, "$1");
  if (/\\|\[|\]|^\^/.test(plain)) throw refusal(pattern);
  return plain;
}

function literal(character: string): string {
  return /[*?[]/.test(character) ? `[${character}]` : character;
}

function refusal(pattern: string): Untranslatable {
  return new Untranslatable(`the regular expression ${pattern}`);
}
