import type { FolderFile, FolderView } from "../folder-view.js";
import { type Annotation, checkBlocks, withoutAnnotations } from "./annotations.js";
import type { Layout, ToolFolder, ToolMigration, ToolStep } from "./layout.js";
import { isMarked, mayBeMarked } from "./marks.js";
import { malformed, unnumbered } from "./refusals.js";
import { keepLines, linesOf } from "./sections.js";

/**
 * sql-migrate: every `.sql` file, with `-- +migrate Up` and `-- +migrate Down`, each with `notransaction` perhaps. The file's name is its
 * id; files are ordered by the number that they begin with, then by name: https://github.com/rubenv/sql-migrate#writing-migrations
 */
export const sqlMigrate: Layout = {
  name: "sql-migrate",
  sqliteForeignKeys: "off",
  takesQuotedTexts: true,
  recognise(folder) {
    const files = folder.files.filter(isOwn);
    const first = files.find((file) => mayBeMarked(file) && isMarked(file, "sql-migrate"));
    return first && { reason: `${first.name} has \`-- +migrate\` in it`, files };
  },
  read,
};

function isOwn(file: FolderFile): boolean {
  return file.name.endsWith(".sql");
}

function read(folder: FolderView): ToolFolder {
  const migrations = folder.files
    .filter(isOwn)
    .map((file) => ({ file, version: /^\d+/.exec(file.name)?.[0] }))
    .sort((a, b) => compareNumbers(a.version, b.version) || (a.file.name < b.file.name ? -1 : 1))
    .map(({ file, version }): ToolMigration => {
      if (version === undefined) throw unnumbered("sql-migrate", file.file, "`20240131120000-name.sql`");
      const name = file.name.slice(version.length, -".sql".length).replace(/^[_-]+/, "");
      const steps = readSteps(file);
      return {
        version,
        id: file.name,
        name: name || version,
        script: file.name,
        sharesVersion: true,
        ...steps,
      };
    });
  return { migrations, passedOver: [] };
}

function compareNumbers(a = "", b = ""): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function readSteps(file: FolderFile): Pick<ToolMigration, "up" | "down"> {
  const lines = linesOf(file.text);
  const annotations = lines.flatMap((line, index): Annotation[] => {
    if (!line.startsWith("-- +migrate ")) return [];
    const [word = "", ...rest] = line.slice("-- +migrate ".length).trim().split(/\s+/);
    return [{ word, rest, index }];
  });
  const unknown = annotations.find(({ word }) => !KNOWN.includes(word));
  if (unknown !== undefined) {
    throw invalid(
      file,
      `\`+migrate ${unknown.word}\` is not known`,
      `Known are ${KNOWN.join(", ")}.`,
      unknown.index,
    );
  }
  const sections = annotations.filter(({ word }) => word === "Up" || word === "Down");
  if (!sections.some(({ word }) => word === "Up")) {
    throw invalid(file, "it has no `-- +migrate Up`", "Write it before the first statement.");
  }
  checkBlocks("sql-migrate", file, annotations);
  const statements = withoutAnnotations(lines, annotations);
  return { up: stepOf(file, statements, sections, "Up"), down: downOf(file, statements, sections) };
}

const KNOWN = ["Up", "Down", "StatementBegin", "StatementEnd"];

function downOf(
  file: FolderFile,
  lines: readonly string[],
  sections: readonly Annotation[],
): ToolStep | undefined {
  return sections.some(({ word }) => word === "Down") ? stepOf(file, lines, sections, "Down") : undefined;
}

/** Both may be there several times; the lines of each count together. */
function stepOf(
  file: FolderFile,
  lines: readonly string[],
  sections: readonly Annotation[],
  wanted: string,
): ToolStep {
  const own = sections.filter(({ word }) => word === wanted);
  const isWanted = (index: number) => sections.findLast((section) => section.index < index)?.word === wanted;
  return {
    file,
    text: keepLines(lines, isWanted),
    transaction: own.some(({ rest }) => rest.includes("notransaction")) ? "outside" : "wrapped",
  };
}

function invalid(file: FolderFile, why: string, hint: string, index?: number) {
  return malformed("sql-migrate", file.file, why, hint, index === undefined ? undefined : index + 1);
}
