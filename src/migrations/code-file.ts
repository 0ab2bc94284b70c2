import type { EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { checksumOf } from "./checksum.js";
import { exportedMigration } from "./exported-migration.js";
import { importProgram } from "./import-program.js";
import type { Migration, Step, Version } from "./migration.js";
import type { NamedFile } from "./migration-files.js";
import { readDefinition } from "./read-definition.js";
import { readMigrationText } from "./read-text.js";

/** A migration in a code file, as far as it is known without running the code. */
export interface CodeFile {
  readonly module: string;
  readonly engine: EngineName;
  readonly version: Version;
  readonly name: string;
  readonly checksum: string;
  readonly file: NamedFile;
  readonly text: string;
  /** Steps from SQL files beside it. */
  readonly down: Step | undefined;
  readonly verify: Step | undefined;
}

/**
 * A migration whose program is not loaded: enough to tell whether there is something to do. `load` gives the rest.
 * @throws TenonError `MIGRATION_EMPTY`, `DIRECTIVE_INVALID`
 */
export function codeMigration(code: CodeFile): Migration {
  const { module, version, name, checksum, file, down, verify } = code;
  if (isOnlyComments(code.text)) throw emptyProgram(file.file);
  refuseDirectives(code);
  return {
    module,
    version,
    name,
    up: { kind: "code", run: () => Promise.reject(notLoaded(code)), file: file.file },
    down,
    verify,
    checksum,
    transaction: "inside",
    allowLoss: [],
    dependsOn: [],
    file: file.file,
    load: () => loadProgram(code),
  };
}

async function loadProgram(code: CodeFile): Promise<Migration> {
  const { module, engine, version, checksum } = code;
  const { path, file } = code.file;
  try {
    refuseChanged(code, checksumOf(readMigrationText(path, file)));
    const program = exportedMigration(await importProgram(path, file, checksum), file);
    if (program === undefined) throw emptyProgram(file);
    const { name = code.name, up, content: _, ...rest } = readDefinition(program, { version, engine, file });
    if (up === undefined) throw notForEngine(code);
    const down = onlyOne(code, "down", rest.down);
    const verify = onlyOne(code, "verify", rest.verify);
    return { module, version, name, ...rest, up, down, verify, checksum, file };
  } catch (error) {
    throw error instanceof TenonError ? error.at({ module, version, file }) : error;
  }
}

/** A step comes from the program or from an SQL file beside it, not from both. */
function onlyOne(code: CodeFile, role: "down" | "verify", own: Step | undefined): Step | undefined {
  const beside = code[role];
  if (own === undefined || beside === undefined) return own ?? beside;
  const other = beside.kind === "sql" ? beside.scripts[0]?.file : undefined;
  throw new TenonError("MIGRATION_DUPLICATE", `${code.file.file} has a ${role} step, and so has ${other}.`, {
    hint: "Keep one of them.",
  });
}

/** What runs must be what the checksum was made of. */
function refuseChanged({ checksum, file }: CodeFile, now: string): void {
  if (now === checksum) return;
  throw new TenonError("MIGRATION_INVALID", `${file.file} was changed while it was about to run.`, {
    hint: "Run again when it is finished.",
  });
}

function refuseDirectives({ text, file }: CodeFile): void {
  const found = /^[ \t]*\/\/[ \t]*tenon[ \t]*:/im.exec(text);
  if (found === null) return;
  const line = text.slice(0, found.index).split(/\r\n|\r|\n/).length;
  throw new TenonError("DIRECTIVE_INVALID", "A directive has no effect in a code file.", {
    where: { file: file.file, line },
    hint: "Say it in the program: `noTransaction`, `allowLoss`, `description` and `dependsOn` stand beside `up`.",
  });
}

/** Nothing but comments and white space, so nothing that could be loaded. */
function isOnlyComments(text: string): boolean {
  const visible = /\S/g;
  for (let found = visible.exec(text); found !== null; found = visible.exec(text)) {
    const at = found.index;
    const end = text.startsWith("//", at) ? "\n" : text.startsWith("/*", at) ? "*/" : undefined;
    if (end === undefined) return false;
    const close = text.indexOf(end, at + 2);
    if (close === -1) return true;
    visible.lastIndex = close + end.length;
  }
  return true;
}

function emptyProgram(file: string): TenonError {
  return new TenonError("MIGRATION_EMPTY", `${file} exports no migration.`, {
    where: { file },
    hint: "Export a class or object with `up` as its default, or a function `up`.",
  });
}

function notForEngine({ file, engine }: CodeFile): TenonError {
  return new TenonError("MIGRATION_INVALID", `${file.file} has no \`up\` for ${engine}.`, {
    hint: "Add a `default` to it, or name the files by engine, as `003_backfill.sqlite.ts`.",
  });
}

function notLoaded({ module, version, file }: CodeFile): TenonError {
  return new TenonError("INTERNAL", `${module}@${version} was to run before its program was loaded.`, {
    where: { module, version, file: file.file },
  });
}
