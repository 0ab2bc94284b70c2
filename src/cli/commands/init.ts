import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { TenonError } from "../../errors.js";
import type { Command, CommandContext, Outcome } from "../command.js";

export const command: Command = {
  takes: [],
  flags: [],
  details:
    "Writes tenon.config.ts, and a folder with the first migration of a module called main (--module names another,\n" +
    "--dir another folder). Nothing is ever overwritten: when one of the files exists, none is written.",
  examples: [
    { line: "tenon init", does: "a config for file:app.db, and ./migrations" },
    {
      line: "tenon init --url postgres://localhost/app --module users --dir users/migrations",
      does: "with other names",
    },
  ],
  run: init,
};

async function init(context: CommandContext): Promise<Outcome> {
  const { arguments: given, workingFolder } = context;
  const module = given.text("module") ?? "main";
  const folder = given.text("dir") ?? "migrations";
  const [{ parseDatabaseUrl, redactUrl }, { isModuleName, writeNewFiles }] = await Promise.all([
    import("../../connection/index.js"),
    import("../../migrations/index.js"),
  ]);
  if (!isModuleName(module)) {
    throw new TenonError("MODULE_INVALID", `"${module}" cannot be the name of a module.`, {
      hint: "A name is a letter, then letters, digits, `_`, `-` or `.`; 63 characters at most.",
    });
  }
  const url = given.text("url") ?? "file:app.db";
  parseDatabaseUrl(url);
  refuseOtherConfig(workingFolder);
  const path = resolve(workingFolder, folder);
  const files = [
    // A secret in the URL stays out of a file that is going to be shared.
    {
      path: join(workingFolder, "tenon.config.ts"),
      text: configText(redactUrl(url) === url ? url : undefined, module, relative(workingFolder, path)),
    },
    ...(hasMigrations(path) ? [] : firstMigration(path)),
  ];
  writeNewFiles(files);
  const names = files.map((file) => relative(workingFolder, file.path));
  return {
    data: { files: names },
    text: () =>
      `${names.map((name) => `wrote  ${name}\n`).join("")}\nNext: look at them, then \`tenon plan\` and \`tenon up\`.\n`,
  };
}

function refuseOtherConfig(folder: string): void {
  const other = readdirSync(folder).find((name) => /^tenon\.config\.([cm]?[jt]s|json)$/.test(name));
  if (other === undefined) return;
  throw new TenonError("FILE_EXISTS", `There is a config already: ${other}. Nothing was written.`, {
    where: { file: join(folder, other) },
    hint: "Add modules to it, or remove it first.",
  });
}

/** A folder that has migrations gets a config and no first migration. */
function hasMigrations(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => /^\d/.test(name));
}

function configText(url: string | undefined, module: string, folder: string): string {
  const address =
    url === undefined
      ? "  // The address has a password in it, so it stays out of this file: set DATABASE_URL.\n"
      : `  url: ${JSON.stringify(url)},\n`;
  const path = folder.split("\\").join("/");
  const shown = path.startsWith(".") || path.startsWith("/") ? path : `./${path}`;
  return `import { defineConfig } from "tenon";

export default defineConfig({
${address}  modules: [{ name: ${JSON.stringify(module)}, migrations: ${JSON.stringify(shown)} }],
});
`;
}

function firstMigration(folder: string): { path: string; text: string }[] {
  return [
    {
      path: join(folder, "001_initial_schema.sql"),
      text: `-- tenon: description The first tables

CREATE TABLE note (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL
);
`,
    },
    { path: join(folder, "001_initial_schema_rollback.sql"), text: "DROP TABLE note;\n" },
  ];
}
