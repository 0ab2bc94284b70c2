import { join, resolve } from "node:path";

import { TenonError } from "../../errors.js";
import type { LayoutChoice } from "../../migrations/index.js";
import type { Module } from "../../modules/index.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH } from "../flag.js";
import { versionForJson } from "../wording.js";

export const command: Command = {
  takes: [{ shown: "NAME", isRequired: true, summary: "what the migration does, in a few words" }],
  flags: [{ name: "ts", value: SWITCH, summary: "one file in TypeScript, with up() and down()" }],
  details:
    "Writes `NNN_name.sql` and `NNN_name_rollback.sql` into the folder of a module, with the version after its highest;\n" +
    "where the folder counts by timestamps, the time now (UTC). The name is made safe for a file. Nothing is ever\n" +
    "overwritten. With several modules --module says which.",
  examples: [
    { line: "tenon create add_email", does: "002_add_email.sql and its rollback" },
    { line: 'tenon create "Split names" --ts --module users', does: "a migration in TypeScript" },
    { line: "tenon create first --dir ./migrations", does: "without a config" },
  ],
  run: create,
};

async function create(context: CommandContext): Promise<Outcome> {
  const { arguments: given, workingFolder } = context;
  const [title = ""] = given.positionals;
  const settings = await context.settings();
  // Loaded here, because they bring the reading of migrations with them, which `--help` does not need.
  const [{ knownModules }, { newFiles, safeName, writeNewFiles }] = await Promise.all([
    import("../project-modules.js"),
    import("../../migrations/index.js"),
  ]);
  const name = safeName(title);
  const modules = knownModules(settings);
  const named = given.text("module");
  const { module, folder, layout } = oneWithFolder(
    named === undefined ? modules.list() : [modules.get(named)],
  );
  const { version, files } = newFiles({
    folder: resolve(workingFolder, folder),
    layout,
    module: module.name,
    name,
    title: title.replace(/\s+/g, " ").trim(),
    now: new Date(),
    language: given.isSet("ts") ? "typescript" : "sql",
  });
  const paths = files.map((file) => join(folder, file.name));
  writeNewFiles(files.map(({ text }, index) => ({ path: paths[index] ?? "", text })));
  return {
    data: { module: module.name, version: versionForJson(version), files: paths },
    text: () => paths.map((path) => `wrote  ${path}\n`).join(""),
  };
}

/** The module that a new file goes to, and its folder. @throws TenonError `USAGE` */
function oneWithFolder(modules: readonly Module[]): {
  module: Module;
  folder: string;
  layout: LayoutChoice | undefined;
} {
  const withFolder = modules.flatMap((module) =>
    module.source.kind === "folder"
      ? [{ module, folder: module.source.path, layout: module.source.layout }]
      : [],
  );
  const [only] = withFolder;
  if (only !== undefined && withFolder.length === 1) return only;
  if (only === undefined) {
    const names = modules.map((module) => module.name).join(", ");
    throw new TenonError("USAGE", `There is no folder to write to: the versions of ${names} stand in code.`, {
      hint: "Add the version where the others are, or give the folder with --dir.",
    });
  }
  const names = withFolder.map(({ module }) => module.name);
  throw new TenonError("USAGE", `There are ${names.length} modules with a folder: ${names.join(", ")}.`, {
    hint: "Say which is meant with --module.",
  });
}
