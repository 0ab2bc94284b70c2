import { createHash } from "node:crypto";

import type { Dialect, StoredRow } from "../dialects/index.js";
import { messageOf, TenonError } from "../errors.js";
import { splitStatements } from "../sql/index.js";
import { CHECKPOINT_FORM, type Checkpoint, type TableRows } from "./checkpoint.js";

/**
 * A checkpoint as a file: SQL for people to read, and what SQL cannot say exactly (rows, value by value, and where the
 * numbering stands) as JSON in comments, a row on a line.
 */
export function renderCheckpoint(checkpoint: Checkpoint): string {
  const { statements, rows, counters, ...head } = checkpoint;
  const sql = statements.map((statement) => `${statement}${BETWEEN}`).join("");
  const numbering = counters.length === 0 ? "" : `${COUNTERS}${JSON.stringify(counters)}\n`;
  const body = `${sql}${rows.map(renderRows).join("")}${numbering}`;
  const facts = {
    form: CHECKPOINT_FORM,
    ...head,
    statements: statements.length,
    sql: sql.length,
    content: hashOf(body),
  };
  return [
    `-- What all migrations of ${head.module} up to version ${head.version} build, for a database that is empty.`,
    "-- Written by `tenon checkpoint`, and written anew by it: a change by hand makes it void.",
    `${HEAD}${JSON.stringify(facts)}`,
    "",
    body,
  ].join("\n");
}

/** @throws TenonError `CHECKPOINT_INVALID` for a file that was changed by hand, or that a newer Tenon has written */
export function parseCheckpoint(text: string, file: string, dialect: Dialect): Checkpoint {
  const normal = text.replace(/\r\n/g, "\n");
  const start = normal.indexOf(`\n${HEAD}`);
  const end = normal.indexOf("\n", start + 1);
  if (start === -1 || end === -1) throw invalid(file, "its head is missing");
  const body = normal.slice(end + 2);
  try {
    const {
      form,
      content,
      sql,
      statements: count,
      ...head
    } = JSON.parse(normal.slice(start + 1 + HEAD.length, end));
    if (form !== CHECKPOINT_FORM)
      throw invalid(file, `it has the form ${form}, and this Tenon knows ${CHECKPOINT_FORM}`);
    if (content !== hashOf(body)) throw invalid(file, "it was changed after it was written");
    const statements = cutStatements(body.slice(0, sql), count, dialect, file);
    return { ...head, statements, ...parseRows(body.slice(sql)) };
  } catch (cause) {
    if (cause instanceof TenonError) throw cause;
    throw invalid(file, messageOf(cause));
  }
}

/** What stands between two statements is enough to cut them apart, unless it stands within one of them too. */
function cutStatements(sql: string, count: number, dialect: Dialect, file: string): readonly string[] {
  const pieces = sql.split(BETWEEN);
  if (pieces.length === count + 1) return pieces.slice(0, count);
  return splitStatements(sql, dialect.syntax, { file }).map(({ text }) => text);
}

const BETWEEN = ";\n\n";
const HEAD = "-- tenon-checkpoint: ";
const TABLE = "-- tenon-rows: ";
const ROW = "-- tenon-row: ";
const COUNTERS = "-- tenon-counters: ";

function renderRows({ rows, ...table }: TableRows): string {
  return `${TABLE}${JSON.stringify(table)}\n${rows.map((row) => `${ROW}${JSON.stringify(row)}\n`).join("")}`;
}

function parseRows(lines: string): Pick<Checkpoint, "rows" | "counters"> {
  const tables: (TableRows & { readonly rows: StoredRow[] })[] = [];
  let counters: Checkpoint["counters"] = [];
  for (const line of lines.split("\n")) {
    if (line.startsWith(TABLE)) tables.push({ ...JSON.parse(line.slice(TABLE.length)), rows: [] });
    else if (line.startsWith(ROW)) tables.at(-1)?.rows.push(JSON.parse(line.slice(ROW.length)));
    else if (line.startsWith(COUNTERS)) counters = JSON.parse(line.slice(COUNTERS.length));
  }
  return { rows: tables, counters };
}

function hashOf(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}

function invalid(file: string, why: string): TenonError {
  return new TenonError("CHECKPOINT_INVALID", `The checkpoint ${file} cannot be used: ${why}.`, {
    where: { file },
    hint: "Write it anew with `tenon checkpoint`, or remove it: without one the migrations themselves are applied.",
  });
}
