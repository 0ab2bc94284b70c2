import type { EngineName } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import { type DirectiveOptions, type Directives, readDirectives } from "../../sql/index.js";
import { checksumOf } from "../checksum.js";
import type { LoadContext } from "../load-context.js";
import type { Migration, Step, Version } from "../migration.js";
import { parseReferences } from "../reference.js";
import { compareVersions, isRepeatable } from "../version.js";
import type { Layout, ToolMigration, ToolStep } from "./layout.js";
import { withoutMargins } from "./sections.js";
import { repeatableVersion, toolVersion } from "./tool-version.js";

/** Makes migrations of what a tool found in a folder, in that tool's order. @throws TenonError `MIGRATION_DUPLICATE` */
export function migrationsOf(
  layout: Layout,
  found: readonly ToolMigration[],
  context: LoadContext,
): readonly Migration[] {
  const versions = new Map<Version, ToolMigration>();
  const migrations = found.map((each) => {
    const { file } = each.up.file;
    const version = freeVersion(each, versions);
    versions.set(version, each);
    try {
      return toMigration(layout, each, version, context);
    } catch (error) {
      throw error instanceof TenonError ? error.at({ module: context.module, version, file }) : error;
    }
  });
  return inToolsOrder(migrations, found);
}

/** Gives keys to migrations that their tool does not order as numbers: `9` after `10`, or 14 digits among 20. */
function inToolsOrder(
  migrations: readonly Migration[],
  found: readonly ToolMigration[],
): readonly Migration[] {
  const isAsNumbers = migrations.every(({ version }, index) => {
    const next = migrations[index + 1];
    return next === undefined || compareVersions(version, next.version) < 0;
  });
  if (isAsNumbers) return migrations;
  return migrations.map((migration, index) => {
    const orderKey = found[index]?.orderKey ?? String(index).padStart(6, "0");
    return isRepeatable(migration.version) ? migration : { ...migration, orderKey };
  });
}

/** The version; where a tool lets several have one, the later ones get a number behind it. */
function freeVersion(each: ToolMigration, taken: ReadonlyMap<Version, ToolMigration>): Version {
  const { file } = each.up.file;
  const version =
    each.isRepeatable === true ? repeatableVersion(each.script) : toolVersion(each.version, file);
  const other = taken.get(version);
  if (other === undefined) return version;
  if (each.sharesVersion !== true) {
    throw new TenonError(
      "MIGRATION_DUPLICATE",
      `Version ${version} is defined twice: ${other.up.file.file} and ${file}.`,
      {
        where: { version, file },
        hint: "Give one of them another version.",
        details: { files: [other.up.file.file, file] },
      },
    );
  }
  for (let number = 2; ; number++) {
    if (!taken.has(`${version}.${number}`)) return `${version}.${number}`;
  }
}

function toMigration(layout: Layout, each: ToolMigration, version: Version, context: LoadContext): Migration {
  const { module, engine } = context;
  const { up, down, name } = each;
  const directives = directivesOf(up, engine);
  return {
    module,
    version,
    name: name === "" ? version : name,
    description: directives.description,
    up: toStep(up),
    down: down && toStep(down),
    checksum: checksumOf(withoutMargins(up.text)),
    transaction: directives.noTransaction || up.transaction === "outside" ? "outside" : "inside",
    allowLoss: directives.allowLoss,
    dependsOn: parseReferences(directives.dependsOn),
    file: up.file.file,
    origin: {
      layout: layout.name,
      version: each.version,
      id: each.id,
      name,
      script: each.script,
      up: { path: up.file.path, file: up.file.file },
      down: down && { path: down.file.path, file: down.file.file },
      when: each.when,
      sqlite: { foreignKeys: layout.sqliteForeignKeys, takesQuotedTexts: layout.takesQuotedTexts },
    },
  };
}

function toStep({ text, file, transaction, refusal }: ToolStep): Step {
  if (refusal === undefined) return { kind: "sql", scripts: [{ text, file: file.file }], transaction };
  return { kind: "code", file: file.file, refusal, run: () => Promise.reject(refusal()) };
}

function directivesOf(step: ToolStep, engine: EngineName): Directives {
  const options: DirectiveOptions = {
    file: step.file.file,
    syntax: engine === "sqlite" ? "sqlite" : "postgres",
  };
  return readDirectives(step.refusal === undefined ? step.text : "", options);
}
