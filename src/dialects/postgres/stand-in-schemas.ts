import { randomBytes } from "node:crypto";
import { TenonError } from "../../errors.js";
import { type DatabaseModel, DEFAULT_SCHEMA, type ObjectName, sortModel } from "../../schema/index.js";
import { type Token, tokenize, unquoteName } from "../../sql/index.js";
import { quoteWhereNeeded } from "./deparsed-names.js";
import { literal } from "./names.js";

/** Schemas under names that nobody else has, and a model that says the same of them as the given one of its own. */
export interface StandIns {
  readonly model: DatabaseModel;
  /** The names, in the order of the schemas of the model that they stand for. */
  readonly names: readonly string[];
  /** What was read from the stand-ins, in the names of the schemas themselves. */
  restore(read: DatabaseModel): DatabaseModel;
  /** An error in those names, too. */
  restoreError(error: unknown): unknown;
}

/**
 * Gives the schemas of a model other names, so that it can be built beside the objects of a database without touching any. Names of objects that
 * the model does not have (an extension's type) go on meaning those of the database.
 */
export function withStandIns(model: DatabaseModel, schemas: readonly string[]): StandIns {
  const token = randomBytes(6).toString("hex");
  const pairs = schemas.map((schema, index): [string, string] => [schema, `tenon_${token}_${index}`]);
  const standIns = new Map(pairs);
  const { types, sequences, routines, tables, views } = model;
  const own = new Set([...types, ...sequences, ...routines, ...tables, ...views].map(keyOf));
  const back = new Map(pairs.map(([schema, name]) => [name, schema]));
  const all = new RegExp(`(?<quote>"?)\\b(?<name>tenon_${token}_\\d+)\\b"?(?<dot>\\.?)`, "g");
  const readable = (text: string) =>
    text.replaceAll(all, (_, mark: string, name: string, dot: string) => {
      const schema = back.get(name) ?? name;
      return mark === "" && dot !== "" && DEFAULT_SCHEMA.has(schema) ? "" : `${mark}${schema}${mark}${dot}`;
    });
  return {
    model: sortModel(mapped(model, { name: standIns, text: (text) => renamed(text, standIns, own) })),
    names: pairs.map(([, name]) => name),
    restore: (read) => {
      const names = new RegExp(`\\btenon_${token}_\\d+\\b`, "g");
      const text = (value: string) =>
        value.replaceAll(names, (name) => quoteWhereNeeded(back.get(name) ?? name));
      return sortModel(mapped(read, { name: back, text }));
    },
    restoreError: (error) => {
      if (!(error instanceof TenonError)) return error;
      const { object } = error.where;
      const details = Object.entries(error.details).map(([key, value]) => [
        key,
        typeof value === "string" ? readable(value) : value,
      ]);
      return new TenonError(error.code, readable(error.message), {
        where: object === undefined ? error.where : { ...error.where, object: readable(object) },
        hint: error.hint === undefined ? undefined : readable(error.hint),
        cause: error,
        details: Object.fromEntries(details),
      });
    },
  };
}

function keyOf({ schema, name }: ObjectName): string {
  return `${schema}\0${name}`;
}

interface Mapping {
  readonly name: ReadonlyMap<string, string>;
  readonly text: (text: string) => string;
}

/** Everything in a model that is SQL. */
const TEXTS = new Set(
  `type default expression definition using check where partitionBy bound collation operatorClass arguments returns`.split(
    " ",
  ),
);

function mapped(model: DatabaseModel, mapping: Mapping): DatabaseModel {
  const schemas = model.schemas.map((each) => ({ ...each, name: mapping.name.get(each.name) ?? each.name }));
  return { ...mapValue(model, "", mapping), schemas };
}

function mapValue<T>(value: T, key: string, mapping: Mapping): T {
  if (typeof value === "string") {
    if (key === "schema") return (mapping.name.get(value) ?? value) as T & string;
    return TEXTS.has(key) ? (mapping.text(value) as T & string) : value;
  }
  if (Array.isArray(value)) return value.map((each) => mapValue(each, key, mapping)) as T & unknown[];
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).map(([name, part]) => [name, mapValue(part, name, mapping)]);
  return Object.fromEntries(parts);
}

/** A text in which the paths of own objects lead into the stand-ins. */
function renamed(text: string, standIns: ReadonlyMap<string, string>, own: ReadonlySet<string>): string {
  if (![...standIns.keys()].some((name) => text.includes(name))) return text;
  const tokens = tokenize(text, "postgres");
  let result = "";
  let end = 0;
  for (const [index, token] of tokens.entries()) {
    const standIn = isName(token) ? standIns.get(unquoteName(token, "postgres")) : undefined;
    const [dot, next] = tokens.slice(index + 1, index + 3);
    const isPath = dot?.text === "." && isName(next) && tokens[index - 1]?.text !== ".";
    let written = token.text;
    if (standIn !== undefined && isPath && next !== undefined) {
      const object = { schema: unquoteName(token, "postgres"), name: unquoteName(next, "postgres") };
      if (own.has(keyOf(object))) written = standIn;
    } else if (token.kind === "string") written = renamedInString(tokens, index, standIns, own) ?? token.text;
    result += text.slice(end, token.start) + written;
    end = token.end;
  }
  return result + text.slice(end);
}

/** `nextval('app.numbers'::regclass)`: a path in a string. */
function renamedInString(
  tokens: readonly Token[],
  index: number,
  standIns: ReadonlyMap<string, string>,
  own: ReadonlySet<string>,
): string | undefined {
  const isOfSequence = /^(?:nextval|currval|setval)$/i.test(tokens[index - 2]?.text ?? "");
  const isCast =
    /^reg(?:class|type)$/i.test(tokens[index + 2]?.text ?? "") && tokens[index + 1]?.text === "::";
  const content = /^'((?:[^']|'')*)'$/.exec(tokens[index]?.text ?? "")?.[1];
  if (content === undefined || (!isOfSequence && !isCast)) return undefined;
  const path = content.replaceAll("''", "'");
  const changed = renamed(path, standIns, own);
  return changed === path ? undefined : literal(changed);
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === "word" || token?.kind === "quoted-name";
}
