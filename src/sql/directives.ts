import { TenonError } from "../errors.js";
import { readDependencies, readTableNames } from "./directive-values.js";
import { type FoundDirective, findDirectives } from "./find-directives.js";
import type { ReadOptions } from "./lexer.js";
import { nearestWord } from "./nearest-word.js";
import type { SqlSyntax } from "./statement.js";

/** What the comments at the head of a migration file say to Tenon. */
export interface Directives {
  /** `no-transaction`: the script runs statement by statement. */
  readonly noTransaction: boolean;
  /** `allow-loss`: tables as `table` or `schema.table`, without quotes, in the case in which they were written. */
  readonly allowLoss: readonly string[];
  readonly description: string | undefined;
  readonly dependsOn: readonly Dependency[];
}

/** A module, or a module at a version (kept as text), that must be there first. */
export interface Dependency {
  readonly module: string;
  readonly version?: string | undefined;
}

export interface DirectiveOptions extends ReadOptions {
  /** By whose rules strings and comments are told apart. Without it, whatever is a comment to one engine is one. */
  readonly syntax?: SqlSyntax | undefined;
}

/**
 * Reads the `-- tenon: …` comments at the head of a file: before its first statement, with blank lines and other
 * comments between them as one likes.
 *
 * @throws TenonError `DIRECTIVE_UNKNOWN`; `DIRECTIVE_INVALID` for a wrong value, for a second description, and for
 *   a directive further down, where it would have no effect.
 */
export function readDirectives(text: string, options: DirectiveOptions = {}): Directives {
  const read: Reading = { noTransaction: false, allowLoss: new Set(), description: undefined, dependsOn: [] };
  for (const directive of findDirectives(text, options)) addDirective(read, directive, options.file);
  return { ...read, allowLoss: [...read.allowLoss] };
}

/** The directives read so far. */
interface Reading {
  noTransaction: boolean;
  readonly allowLoss: Set<string>;
  description: string | undefined;
  readonly dependsOn: Dependency[];
}

const USAGES = {
  "no-transaction": "`-- tenon: no-transaction`",
  "allow-loss": '`-- tenon: allow-loss orders, "Order Lines"`',
  description: "`-- tenon: description Adds the calendar`",
  "depends-on": "`-- tenon: depends-on users@2, core`",
} as const;

function addDirective(read: Reading, directive: FoundDirective, file: string | undefined): void {
  const { name, value } = directive;
  if (!isKnown(name)) throw unknownDirective(directive, file);
  const invalid = (reason: string) =>
    new TenonError("DIRECTIVE_INVALID", `The directive \`${name}\` ${reason}.`, {
      where: { file, line: directive.line },
      hint: `Write it as ${USAGES[name]}.`,
    });
  switch (name) {
    case "no-transaction":
      if (value !== "") throw invalid(`takes no value, and has "${value}"`);
      read.noTransaction = true;
      return;
    case "allow-loss": {
      const tables = readTableNames(value);
      if (tables === undefined) throw invalid(`needs table names separated by commas, and has "${value}"`);
      for (const table of tables) read.allowLoss.add(table);
      return;
    }
    case "description":
      if (value === "") throw invalid("needs a text");
      if (read.description !== undefined) throw invalid("is given twice");
      read.description = value;
      return;
    case "depends-on": {
      const dependencies = readDependencies(value);
      if (dependencies === undefined) {
        throw invalid(`needs modules, or modules with a version, separated by commas, and has "${value}"`);
      }
      read.dependsOn.push(...dependencies);
      return;
    }
    default:
      name satisfies never;
  }
}

function isKnown(name: string): name is keyof typeof USAGES {
  return Object.hasOwn(USAGES, name);
}

function unknownDirective(directive: FoundDirective, file: string | undefined): TenonError {
  const known = Object.keys(USAGES);
  const nearest = nearestWord(directive.name, known);
  return new TenonError("DIRECTIVE_UNKNOWN", `There is no directive \`${directive.name}\`.`, {
    where: { file, line: directive.line },
    hint:
      nearest === undefined
        ? `The directives are ${known.join(", ")}. A comment that is not for Tenon must not start with "tenon:".`
        : `Did you mean \`${nearest}\`?`,
  });
}
