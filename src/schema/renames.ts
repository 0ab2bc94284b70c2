import { TenonError } from "../errors.js";
import { DEFAULT_SCHEMA, formatAddress } from "./address.js";
import { inheritedRenames } from "./inherited-renames.js";
import type { DatabaseModel } from "./model.js";
import { type HintPlace, type RenameHint, rejectUnusedHints } from "./rename-hint.js";
import { likelySource, likelyTables } from "./rename-likeness.js";
import { type Named, type Pair, type PairedSides, pairByHints, pairByName } from "./rename-pairs.js";
import type { ModelRules } from "./rules.js";
import type { Column, Table } from "./table.js";

/**
 * The renames that are settled. Everything else that is gone is dropped, everything else that is new is
 * created.
 */
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

/**
 * Answers a question, or `undefined` when it cannot. A terminal, a browser and a program all fit behind this.
 */
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
 * @throws TenonError `RENAME_AMBIGUOUS` when a question stays without an answer, `USAGE` when a hint fits
 * nothing.
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

  /** Pairs all that is on both sides of one place: by hints, by name, and by questions about what is left. */
  const settle = async <T extends Named>(place: HintPlace, sides: Sides<T>): Promise<readonly Pair<T>[]> => {
    const hinted = pairByHints(place, sides, hints, rules);
    for (const hint of hinted.used) used.add(hint);
    const same = pairByName(hinted.rest, rules);
    const pairs = [...hinted.pairs, ...same.pairs];
    let open = same.rest.to;
    const likely = sides.likeliness(same.rest.from, open);
    for (const source of same.rest.from) {
      const candidates = likely(source, open);
      if (candidates.length === 0) continue;
      const { kind, schema, table } = place;
      const names = candidates.map((item) => item.name);
      const question: RenameQuestion = { kind, schema, table, from: source.name, candidates: names };
      const answer = await answers.ask?.(question);
      if (answer === undefined) unanswered.push(question);
      else if (answer !== "dropped") {
        const target = open.find((item) => item.name === answer.to);
        if (target === undefined) throw answerWithoutTarget(question, answer.to);
        pairs.push({ from: source, to: target });
        open = open.filter((item) => item !== target);
      }
    }
    return pairs;
  };

  const tables: TableRename[] = [];
  const columns: ColumnRename[] = [];
  const isRename = ({ from: a, to: b }: Pair<Named>) => rules.nameKey(a.name) !== rules.nameKey(b.name);
  for (const schema of new Set([...from.tables, ...to.tables].map((table) => table.schema))) {
    const inSchema = (table: Table) => table.schema === schema;
    const pairs = await settle<Table>(
      { kind: "table", schema },
      {
        from: from.tables.filter(inSchema),
        to: to.tables.filter(inSchema),
        likeliness: () => (source, open) => likelyTables(source, open, rules),
      },
    );
    for (const pair of pairs) {
      if (isRename(pair)) tables.push({ schema, from: pair.from.name, to: pair.to.name });
      // Most tables are on both sides as one object, and nobody has said anything about them.
      if (pair.from === pair.to && hints.length === 0) continue;
      // The columns of a virtual table are what its module makes of its arguments.
      if (pair.from.kind === "virtual" || pair.to.kind === "virtual") continue;
      const place: HintPlace = { kind: "column", schema, table: pair.to.name, oldTable: pair.from.name };
      // Nobody is asked about what a parent has, where it is renamed with it.
      const own = (column: Column) => column.inherited !== true;
      const found = await settle<Column>(place, {
        from: pair.from.columns.filter(own),
        to: pair.to.columns.filter(own),
        likeliness: (gone, created) => likelySource(pair, gone, created, rules),
      });
      for (const { from: old, to: now } of found.filter(isRename))
        columns.push({ schema, table: pair.to.name, from: old.name, to: now.name });
    }
  }

  rejectUnusedHints(hints, used, from, to, rules);
  if (unanswered.length > 0) throw ambiguous(unanswered);
  return { tables, columns: [...columns, ...inheritedRenames(from, to, tables, columns, rules)] };
}

interface Sides<T> extends PairedSides<T> {
  /** Gives, for what is gone and what is new, the function that finds likely successors. */
  likeliness(gone: readonly T[], created: readonly T[]): (source: T, open: readonly T[]) => readonly T[];
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

function answerWithoutTarget(question: RenameQuestion, to: string): TenonError {
  const where = { kind: question.kind, schema: question.schema, table: question.table, name: question.from };
  return new TenonError("USAGE", `${formatAddress(where)} cannot have been renamed to ${to}.`, {
    hint: `It may have become ${question.candidates.join(", ")}.`,
  });
}
