import type { EngineName } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { Module } from "../../modules/index.js";
import { CHANGE_FLAGS, renameAnswers } from "../change-flags.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { describeChanges } from "../describe-changes.js";
import { SWITCH } from "../flag.js";
import { versionForJson } from "../wording.js";

export const command: Command = {
  takes: [{ shown: "NAME", isRequired: false, summary: "what the migration does, in a few words" }],
  flags: [
    { name: "check", value: SWITCH, summary: "write nothing; exit status 3 if the tables have moved ahead" },
    {
      name: "engine",
      value: { kind: "list", shown: "NAME" },
      summary: "files for sqlite or postgres alone, as NNN_name.sqlite.sql (repeatable)",
    },
    ...CHANGE_FLAGS,
  ],
  details:
    "Compares the Drizzle tables of a module with what its migrations build in a scratch database, and writes what is\n" +
    "missing: `NNN_name.sql`, its rollback, and a verification where there is something to verify. Each is run in the\n" +
    "scratch, forth and back, before it is written; no file is ever overwritten. What a rollback cannot bring back has\n" +
    "to be acknowledged with --allow-loss. Without --url the tables' own engine is meant, in memory.",
  examples: [
    { line: "tenon generate add_email", does: "002_add_email.sql and its rollback" },
    {
      line: "tenon generate add_email --engine sqlite --engine postgres",
      does: "one version, with files for each engine",
    },
    { line: "tenon generate --check", does: "for CI: exit status 3 when a migration is missing" },
    {
      line: "tenon generate rename --rename users.name:users.full_name --module users",
      does: "a rename, and no drop",
    },
  ],
  run: generate,
};

async function generate(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const [title] = given.positionals;
  const isCheck = given.isSet("check");
  if (title === undefined && !isCheck) {
    throw new TenonError("USAGE", "Nothing says what the migration is called.", {
      hint: "Write for example `tenon generate add_email`.",
    });
  }
  const engines = enginesOf(given.list("engine"));
  const settings = await context.settings();
  // Loaded here, because `--help` needs none of it.
  const [{ generate: generateFrom }, { parseDatabaseUrl }, { openDatabase }, { knownModules }] =
    await Promise.all([
      import("../../api/index.js"),
      import("../../connection/index.js"),
      import("../open-database.js"),
      import("../project-modules.js"),
    ]);
  const modules = knownModules(settings);
  const named = given.text("module");
  const chosen = modulesWithTables(named === undefined ? modules.list() : [modules.get(named)], isCheck);
  const address = settings.url === undefined ? undefined : parseDatabaseUrl(settings.url);
  // Only a server is asked for a scratch database of its own; the others are made in memory.
  const server = address?.kind === "postgres" ? await openDatabase(settings, "change", terminal) : undefined;
  if (server !== undefined) context.closeAtEnd(() => server.connection.close());
  const engine = address === undefined ? undefined : ENGINES[address.kind];
  const answers = await renameAnswers(context);
  const results = [];
  for (const module of chosen) {
    const others = modules.list().filter((each) => each !== module);
    const options = { module, others, engine, engines, connection: server?.connection, ...answers };
    const allowLoss = given.list("allow-loss");
    const result = await generateFrom(title ?? "check", { ...options, allowLoss, check: isCheck });
    results.push({ module: module.name, ...result });
  }
  const changes = results.flatMap((result) => result.changes);
  const hazards = results.flatMap((result) => result.hazards);
  const files = results.flatMap((result) => result.files);
  const notes = results.flatMap((result) => result.notes);
  for (const note of notes) terminal.note(note);
  return {
    data: {
      modules: results.map(({ module, version, ...rest }) => ({
        module,
        version: version === undefined ? null : versionForJson(String(version)),
        ...rest,
      })),
      changes,
      hazards,
      files,
    },
    text: () => {
      if (changes.length === 0) return "Nothing to do: the migrations build what the tables ask for.\n";
      const described = describeChanges(changes, hazards, terminal.paint);
      if (isCheck) return `${described}\nThe tables have moved ahead of the migrations.\n`;
      return `${described}\n${files.map((path) => `wrote  ${path}\n`).join("")}`;
    },
    status: isCheck && changes.length > 0 ? 3 : 0,
  };
}

/** @throws TenonError `USAGE` */
function enginesOf(names: readonly string[]): readonly EngineName[] {
  return names.map((name) => {
    if (name === "sqlite" || name === "postgres") return name;
    throw new TenonError("USAGE", `--engine takes sqlite or postgres, not ${JSON.stringify(name)}.`, {
      hint: "Repeat the flag for several: --engine sqlite --engine postgres.",
    });
  });
}

const ENGINES = {
  file: "sqlite",
  memory: "sqlite",
  libsql: "sqlite",
  postgres: "postgres",
  pglite: "postgres",
  sqlserver: "sqlserver",
} as const;

/** Those that a migration can be written for: one, or with `--check` all of them. @throws TenonError `USAGE` */
function modulesWithTables(modules: readonly Module[], isCheck: boolean): readonly Module[] {
  const found = modules.filter(({ source }) => source.kind === "folder" && source.tables !== undefined);
  const [only, ...others] = found;
  if (only === undefined) {
    const names = modules.map((module) => module.name).join(", ");
    throw new TenonError("USAGE", `None of these modules has both a folder and tables: ${names}.`, {
      hint: 'Define one as { migrations: "./migrations", tables: { users } }; modules with tables alone are for `tenon sync`.',
    });
  }
  if (isCheck || others.length === 0) return found;
  throw new TenonError(
    "USAGE",
    `There are ${found.length} modules with tables: ${found.map(({ name }) => name).join(", ")}.`,
    {
      hint: "Say which is meant with --module.",
    },
  );
}
