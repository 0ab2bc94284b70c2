import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH } from "../flag.js";
import { counted, versionForJson } from "../wording.js";

export const command: Command = {
  takes: [],
  flags: [
    {
      name: "check",
      value: SWITCH,
      summary: "write nothing; exit status 3 when a file is missing or no longer true",
    },
  ],
  details:
    "Writes what the migrations of each core module build as one file beside them, `_checkpoint.sqlite.sql` or\n" +
    "`_checkpoint.postgres.sql`: `tenon up` builds an empty database from it and marks its versions as applied. The file is\n" +
    "built in a scratch database first: schema and rows are the same as after all migrations, or it is not written. It is\n" +
    "used only as long as the migrations that it stands for are unchanged.",
  examples: [
    { line: "tenon checkpoint", does: "a file for each core module" },
    { line: "tenon checkpoint --check", does: "for CI: exit status 3 when one is out of date" },
  ],
  run: checkpoint,
};

async function checkpoint(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const settings = await context.settings();
  // Loaded here, because `--help` needs none of it.
  const [{ checkpoint: write }, { parseDatabaseUrl }, { openDatabase }, { knownModules }] = await Promise.all(
    [
      import("../../api/index.js"),
      import("../../connection/index.js"),
      import("../open-database.js"),
      import("../project-modules.js"),
    ],
  );
  const address = settings.url === undefined ? undefined : parseDatabaseUrl(settings.url);
  // Only a server is asked for scratch databases of its own; the others are made in memory.
  const server = address?.kind === "postgres" ? await openDatabase(settings, "change", terminal) : undefined;
  if (server !== undefined) context.closeAtEnd(() => server.connection.close());
  const named = given.text("module");
  const results = await write({
    modules: knownModules(settings).list(),
    only: named === undefined ? undefined : [named],
    engine: address?.kind === "postgres" || address?.kind === "pglite" ? "postgres" : "sqlite",
    connection: server?.connection,
    check: given.isSet("check"),
  });
  return {
    data: {
      checkpoints: results.map(({ version, ...rest }) => ({
        version: versionForJson(String(version)),
        ...rest,
      })),
    },
    text: () =>
      results
        .map(({ state, file, module, version, statements, rows }) => {
          const what = `${module} up to ${version}: ${counted(statements, "statement")}, ${counted(rows, "row")}`;
          return `${state.padEnd(8)}  ${file}  (${what})\n`;
        })
        .join(""),
    status: results.some(({ state }) => state === "outdated") ? 3 : 0,
  };
}
