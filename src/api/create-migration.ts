import { join } from "node:path";
import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { newFiles, publicVersion, safeName, writeNewFiles } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import { type GenerateOptions, generate } from "./generate.js";

export interface CreateMigrationOptions
  extends Pick<GenerateOptions, "engines" | "renames" | "askRename" | "allowLoss"> {
  /** Writes what the module's tables ask for beyond its migrations, in place of an empty migration. */
  readonly autogenerate?: boolean | undefined;
  /** An empty migration in TypeScript. */
  readonly ts?: boolean | undefined;
}

/** A migration that was written. */
export interface CreatedMigration {
  /** Undefined when there was nothing to generate. */
  readonly version: number | string | undefined;
  readonly files: readonly string[];
}

export interface CreateMigrationContext {
  readonly connection: Connection;
  /** The other modules of the program. */
  readonly others: readonly Module[];
  readonly now: Date;
}

/** Writes the next migration of a module. */
export async function createMigration(
  context: CreateMigrationContext,
  module: Module | undefined,
  message: string,
  options: CreateMigrationOptions,
): Promise<CreatedMigration> {
  if (module?.source.kind !== "folder") {
    throw new TenonError(
      "USAGE",
      `${module?.name ?? "The module"} has no folder of migrations to write to.`,
      {
        where: { module: module?.name },
        hint: 'Define it as { migrations: "./migrations" }, or add the version where the others are.',
      },
    );
  }
  if (options.autogenerate === true) {
    const { connection, others, now } = context;
    const { engines, renames, askRename, allowLoss } = options;
    const { version, files } = await generate(message, {
      module,
      others,
      connection,
      now,
      engines,
      renames,
      askRename,
      allowLoss,
    });
    return { version, files };
  }
  const { path, layout } = module.source;
  const name = safeName(message);
  const { version, files: written } = newFiles({
    folder: path,
    layout,
    module: module.name,
    name,
    title: message.replace(/\s+/g, " ").trim(),
    now: context.now,
    language: options.ts === true ? "typescript" : "sql",
  });
  const files = written.map((file) => ({ path: join(path, file.name), text: file.text }));
  writeNewFiles(files);
  return { version: publicVersion(version), files: files.map((file) => file.path) };
}
