import { TenonError } from "../errors.js";
import { DEFAULT_SCHEMA, formatAddress } from "./address.js";
import type { DatabaseModel } from "./model.js";
import { findHint, type RenameHint, rejectUnusedHints } from "./rename-hint.js";
import { likelySource, likelyTables } from "./rename-likeness.js";
import type { ModelRules } from "./rules.js";
import type { Column, Table } from "./table.js";

/** The renames that are settled. Everything else that is gone is dropped, everything else that is new is created. */
export interface Renames {
  readonly tables: readonly TableRename[];
  readonly columns: readonly ColumnRename[];
}

export interface TableRename {
  readonly schema: string;
  readonly from: string;
  readonly to: string;
}

export interface ColumnRename {
  readonly schema: string;
  /** The table's name in `to`. */
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

export const NO_RENAMES: Renames = { tables: [], columns: [] };

/** Something is gone and something like it is new: was it renamed? */
export interface RenameQuestion {
  readonly kind: "table" | "column";
  readonly schema: string;
  /** Of a column: its table's name in `to`. */
  readonly table?: string | undefined;
  readonly from: string;
  /** What it may have become; the likeliest first, never empty. */
  readonly candidates: readonly string[];
}

/** One of the candidates, or that it was dropped. */
export type RenameAnswer = { readonly to: string } | "dropped";

/** Answers a question, or `undefined` when it cannot. A terminal, a browser and a program all fit behind this. */
export type AskRename = (
  question: RenameQuestion,
) => Promise<RenameAnswer | undefined> | RenameAnswer | undefined;

export interface RenameAnswers {
  /** Said beforehand: flags, or a file. They also hold where no pair looks likely. */
  readonly hints?: readonly RenameHint[] | undefined;
  readonly ask?: AskRename | undefined;
}

/**
 * Settles what was renamed. Hints come first; then every likely pair is a question.
 * @throws TenonError `RENAME_AMBIGUOUS` when a question stays without an answer, `USAGE` when a hint fits nothing.
 */
export async function settleRenames(
  from: DatabaseModel,
  to: DatabaseModel,
  rules: ModelRules,
  answers: RenameAnswers,
): Promise<Renames> {
  const hints = answers.hints ?? [];
  const used = new Set<RenameHint>();
  const unanswered: RenameQuestion[] = [];

  /** Pairs what is gone with what is new, in one schema or one table. */
  const settle = async <T extends { readonly name: string }>(
    place: Place,
    lists: Gone<T>,
    oldTable?: string,
  ): Promise<Pair<T>[]> => {
    const pairs: Pair<T>[] = [];
    let open = [...lists.created];
    const pair = (source: T, target: T) => {
      pairs.push({ from: source, to: target });
      open = open.filter((item) => item !== target);
    };
    const undecided: T[] = [];
    for (const source of lists.dropped) {
      const hint = findHint(hints, { ...place, oldTable, name: source.name }, rules);
      if (hint === undefined) {
        undecided.push(source);
        continue;
      }
      used.add(hint);
      if (hint.to === undefined) continue;
      const name = hint.to.at(-1) ?? "";
      const target = open.find((item) => rules.nameKey(item.name) === rules.nameKey(name));
      if (target === undefined) throw hintWithoutTarget(hint);
      pair(source, target);
    }
    for (const source of undecided) {
      const candidates = lists.likely(source, open, undecided);
      if (candidates.length === 0) continue;
      const question = { ...place, from: source.name, candidates: candidates.map((item) => item.name) };
      const answer = await answers.ask?.(question);
      if (answer === undefined) unanswered.push(question);
      else if (answer !== "dropped") {
        const target = open.find((item) => item.name === answer.to);
        if (target === undefined) throw answerWithoutTarget(question, answer.to);
        pair(source, target);
      }
    }
    return pairs;
  };

  const tables: TableRename[] = [];
  const columns: ColumnRename[] = [];
  const matched = matchTables(from, to, rules);
  for (const [schema, lists] of matched.gone) {
    const likely = (source: Table, open: readonly Table[]) => likelyTables(source, open, rules);
    const pairs = await settle({ kind: "table", schema }, { ...lists, likely });
    for (const pair of pairs) tables.push({ schema, from: pair.from.name, to: pair.to.name });
    matched.pairs.push(...pairs);
  }
  for (const pair of matched.pairs) {
    if (pair.from.kind === "virtual" || pair.to.kind === "virtual") continue;
    const place: Place = { kind: "column", schema: pair.to.schema, table: pair.to.name };
    const dropped = missingFrom(pair.to.columns, pair.from.columns, rules);
    const created = missingFrom(pair.from.columns, pair.to.columns, rules);
    if (dropped.length === 0) continue;
    const likely = likelySource(pair, dropped, created, rules);
    for (const found of await settle<Column>(place, { dropped, created, likely }, pair.from.name)) {
      columns.push({
        schema: pair.to.schema,
        table: pair.to.name,
        from: found.from.name,
        to: found.to.name,
      });
    }
  }

  rejectUnusedHints(hints, used, from, to, rules);
  if (unanswered.length > 0) throw ambiguous(unanswered);
  return { tables, columns };
}

export interface Pair<T> {
  readonly from: T;
  readonly to: T;
}

type Place = Pick<RenameQuestion, "kind" | "schema" | "table">;

interface Gone<T> {
  readonly dropped: readonly T[];
  readonly created: readonly T[];
  readonly likely: (source: T, open: readonly T[], dropped: readonly T[]) => readonly T[];
}

function matchTables(from: DatabaseModel, to: DatabaseModel, rules: ModelRules) {
  const keyOf = (table: Table) => `${table.schema}\0${rules.nameKey(table.name)}`;
  const targets = new Map(to.tables.map((table) => [keyOf(table), table]));
  const pairs: Pair<Table>[] = [];
  const gone = new Map<string, { dropped: Table[]; created: Table[] }>();
  const bySchema = (schema: string) => {
    const known = gone.get(schema) ?? { dropped: [], created: [] };
    gone.set(schema, known);
    return known;
  };
  for (const table of from.tables) {
    const target = targets.get(keyOf(table));
    targets.delete(keyOf(table));
    if (target === undefined) bySchema(table.schema).dropped.push(table);
    else pairs.push({ from: table, to: target });
  }
  for (const table of targets.values()) bySchema(table.schema).created.push(table);
  return { pairs, gone };
}

function missingFrom(
  columns: readonly Column[],
  others: readonly Column[],
  rules: ModelRules,
): readonly Column[] {
  const known = new Set(columns.map((column) => rules.nameKey(column.name)));
  return others.filter((column) => !known.has(rules.nameKey(column.name)));
}

function ambiguous(questions: readonly RenameQuestion[]): TenonError {
  const lines = questions.map((question) => {
    const [likeliest = ""] = question.candidates;
    const old = pathOf(question, question.from);
    return {
      message: `${question.kind} ${old} is gone and ${question.candidates.join(", ")} is new`,
      rename: `--rename ${old}:${pathOf(question, likeliest)}`,
      drop: `--rename ${old}:`,
    };
  });
  return new TenonError(
    "RENAME_AMBIGUOUS",
    `It is not clear whether something was renamed or dropped: ${lines.map((line) => line.message).join("; ")}.`,
    {
      hint:
        `If it was renamed, say ${lines.map((line) => line.rename).join(" ")}. ` +
        `If it was dropped and its data can go, say ${lines.map((line) => line.drop).join(" ")}.`,
      details: { questions },
    },
  );
}

function pathOf(question: RenameQuestion, name: string): string {
  const parts = question.table === undefined ? [name] : [question.table, name];
  if (!DEFAULT_SCHEMA.has(question.schema)) parts.unshift(question.schema);
  return parts.map((part) => (/[.:"]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join(".");
}

function hintWithoutTarget(hint: RenameHint): TenonError {
  return new TenonError("USAGE", `The rename ${hint.text} names a target that is not new.`, {
    hint: "The name after the colon must exist in the desired schema and must not exist now.",
  });
}

function answerWithoutTarget(question: RenameQuestion, to: string): TenonError {
  const where = { kind: question.kind, schema: question.schema, table: question.table, name: question.from };
  return new TenonError("USAGE", `${formatAddress(where)} cannot have been renamed to ${to}.`, {
    hint: `It may have become ${question.candidates.join(", ")}.`,
  });
}
