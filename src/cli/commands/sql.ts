import type { EngineName } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { text } from "../flag.js";

export const command: Command = {
  takes: [],
  flags: [
    { name: "from", value: text("V"), summary: "only what comes after this version of one module" },
    { name: "to", value: text("V"), summary: "no further than this version of one module" },
    {
      name: "engine",
      value: { kind: "choice", of: ["sqlite", "postgres"] },
      summary: "for which engine; told by the URL's scheme unless given",
    },
  ],
  details:
    "Prints a script for a person who runs it in the engine's own shell (`sqlite3`, `psql`), journal rows included, so\n" +
    "that the next run of Tenon finds nothing to do. No database is opened: the script starts at the beginning, for a\n" +
    "database that Tenon has never seen, or after --from. A migration in TypeScript cannot be printed.",
  examples: [
    { line: "tenon sql --engine postgres > install.sql", does: "all core modules, from nothing" },
    { line: "tenon sql --module users --from 3 --to 5", does: "two versions of one module" },
  ],
  run: sql,
};

async function sql(context: CommandContext): Promise<Outcome> {
  const { arguments: given } = context;
  const settings = await context.settings();
  const [{ printSql }, { knownModules }] = await Promise.all([
    import("../../api/index.js"),
    import("../project-modules.js"),
  ]);
  const all = knownModules(settings);
  const engine = await engineOf(given.text("engine"), settings.url);
  const named = given.text("module");
  const wanted = named === undefined ? all.list("core") : [all.get(named)];
  const modules = wanted.filter((module) => named !== undefined || module.source.kind !== "tables");
  for (const { name } of wanted.filter((module) => !modules.includes(module))) {
    const advice = `\`tenon sync --dry-run --module ${name}\` prints what a database needs`;
    context.terminal.note(`${name} is left out: it has tables and no migrations; ${advice}.`);
  }
  const script = await printSql(modules, {
    engine,
    others: all.list().filter((module) => !modules.includes(module)),
    from: given.text("from"),
    to: given.text("to"),
    journalTable: settings.journal.table,
    transaction: settings.transaction,
  });
  return { data: { engine, sql: script }, text: () => script };
}

async function engineOf(given: string | undefined, url: string | undefined): Promise<EngineName> {
  if (given === "sqlite" || given === "postgres") return given;
  if (url === undefined) {
    throw new TenonError("USAGE", "Nothing says for which engine the script is.", {
      hint: "Give --engine sqlite or --engine postgres.",
    });
  }
  const { parseDatabaseUrl } = await import("../../connection/index.js");
  const { kind } = parseDatabaseUrl(url);
  switch (kind) {
    case "memory":
    case "file":
    case "libsql":
      return "sqlite";
    case "postgres":
    case "pglite":
      return "postgres";
    case "sqlserver":
      return "sqlserver";
  }
}
