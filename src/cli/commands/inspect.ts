import { inspect as inspectDatabase } from "../../api/index.js";
import { TenonError } from "../../errors.js";
import type { DatabaseModel, Table } from "../../schema/index.js";
import { describeColumn } from "../../schema/index.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { printable } from "../display-width.js";
import { SWITCH } from "../flag.js";
import { openDatabase } from "../open-database.js";
import { counted } from "../wording.js";

const list = (shown: string) => ({ kind: "list" as const, shown });

export const command: Command = {
  takes: [],
  flags: [
    {
      name: "include",
      value: list("PATTERN"),
      summary: "only these tables and other objects: users, audit_*",
    },
    { name: "exclude", value: list("PATTERN"), summary: "not these" },
    { name: "grants", value: SWITCH, summary: "read rights too (PostgreSQL)" },
  ],
  details:
    "Reads the database into a model and shows it: tables with their columns, keys, checks, indexes and triggers, views,\n" +
    "types, sequences, functions, and what Tenon does not model. With --json the whole model. Tenon's own tables are left out.",
  examples: [
    { line: "tenon inspect --url file:app.db", does: "everything" },
    { line: "tenon inspect --include 'calendar_*' --json", does: "part of it, for a program" },
  ],
  run: inspect,
};

async function inspect(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const settings = await context.settings();
  const { connection, description, exists } = await openDatabase(settings, "look", terminal);
  try {
    if (!exists) throw new TenonError("CONNECTION_FAILED", `${description} does not exist.`);
    const model = await inspectDatabase(connection, {
      include: given.list("include"),
      exclude: given.list("exclude"),
      grants: given.isSet("grants"),
      journalTable: settings.journal.table,
    });
    return { data: { database: description, model }, text: () => describeModel(model) };
  } finally {
    await connection.close();
  }
}

function describeModel(model: DatabaseModel): string {
  const parts = [
    ...model.extensions.map((extension) => `extension ${extension.name}`),
    ...model.types.map((type) => `type ${qualified(type)}`),
    ...model.sequences.map((sequence) => `sequence ${qualified(sequence)}`),
    ...model.routines.map((routine) => `${routine.kind} ${qualified(routine)}`),
    ...model.tables.map(describeTable),
    ...model.views.map((view) => `view ${qualified(view)}`),
    ...model.others.map((other) => `${other.kind} ${qualified(other)} (not modelled)`),
  ];
  if (parts.length === 0) return "There is nothing in it.\n";
  const lines = parts.flatMap((part) => part.split("\n")).map(printable);
  return `${lines.join("\n")}\n\n${counted(model.tables.length, "table")}, ${counted(model.views.length, "view")}.\n`;
}

function describeTable(table: Table): string {
  const lines = [
    `${table.kind === "ordinary" ? "table" : `${table.kind} table`} ${qualified(table)}`,
    ...table.columns.map((column) => `  ${column.name}  ${describeColumn(column)}`),
    ...table.constraints.map(
      (constraint) => `  ${constraint.kind}${constraint.name === undefined ? "" : ` ${constraint.name}`}`,
    ),
    ...table.indexes.map((index) => `  ${index.unique === true ? "unique index" : "index"} ${index.name}`),
    ...table.triggers.map((trigger) => `  trigger ${trigger.name}`),
  ];
  return lines.join("\n");
}

function qualified({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return ["", "main", "public"].includes(schema) ? name : `${schema}.${name}`;
}
