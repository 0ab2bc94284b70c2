import type { FolderFile, FolderView } from "../folder-view.js";
import type { Layout, ToolFolder, ToolMigration, ToolStep } from "./layout.js";
import { isMarked, mayBeMarked } from "./marks.js";
import { type DirectedFile, duplicate } from "./pair-files.js";
import { malformed } from "./refusals.js";
import { keepLines, linesOf } from "./sections.js";

/**
 * dbmate: `20240131120000_users.sql` with `-- migrate:up` and `-- migrate:down`, each with `transaction:false` perhaps:
 * https://github.com/amacneil/dbmate#migration-options. Files run in the order of their names.
 */
export const dbmate: Layout = {
  name: "dbmate",
  sqliteForeignKeys: "off",
  takesQuotedTexts: true,
  recognise(folder) {
    const files = folder.files.filter(isOwn);
    const first = files.find((file) => mayBeMarked(file) && isMarked(file, "dbmate"));
    return first && { reason: `${first.name} has \`-- migrate:up\` in it`, files };
  },
  read,
};

const DIRECTIVE = /^--\s*migrate:(up|down)(?:\s+(.*?))?\s*$/;

function isOwn(file: FolderFile): boolean {
  return /^\d+.*\.sql$/.test(file.name);
}

function read(folder: FolderView): ToolFolder {
  const named = folder.files.filter(isOwn).map(nameOf);
  const byVersion = new Map<string, FolderFile>();
  for (const { version, file } of named) {
    const other = byVersion.get(version);
    if (other !== undefined) throw duplicate("dbmate", version, other, file);
    byVersion.set(version, file);
  }
  const migrations = named.map(({ version, name, file }): ToolMigration => {
    return { version, id: version, orderKey: file.name, name, script: file.name, ...readSteps(file) };
  });
  return { migrations, passedOver: folder.files.filter((file) => /\.sql$/i.test(file.name) && !isOwn(file)) };
}

function nameOf(file: FolderFile): DirectedFile {
  const [, version = "", name = ""] = /^(\d+)[_-]?(.*)\.sql$/.exec(file.name) ?? [];
  return { version, name: name === "" ? version : name, direction: "up", file };
}

function readSteps(file: FolderFile): Pick<ToolMigration, "up" | "down"> {
  const lines = linesOf(file.text);
  const marks = lines.flatMap((line, index) => {
    const found = DIRECTIVE.exec(line);
    return found === null ? [] : [{ direction: found[1], options: found[2] ?? "", index }];
  });
  const up = marks.find(({ direction }) => direction === "up");
  const down = marks.find(({ direction }) => direction === "down");
  if (up === undefined)
    throw invalid(file, "it has no `-- migrate:up`", "Write it before the first statement.");
  const second = marks.find((mark) => mark !== up && mark !== down);
  if (second !== undefined) {
    throw invalid(file, `\`migrate:${second.direction}\` is there twice`, "Keep one of them.", second.index);
  }
  if (down !== undefined && down.index < up.index) {
    throw invalid(
      file,
      "the down block stands before the up block",
      "Write `-- migrate:up` first.",
      down.index,
    );
  }
  const early = lines.findIndex((line, index) => index < up.index && !/^\s*(?:--.*)?$/.test(line));
  if (early !== -1) {
    throw invalid(file, "a statement stands before `-- migrate:up`", "Move it behind that line.", early);
  }
  const step = (mark: typeof up, end: number): ToolStep => ({
    file,
    text: keepLines(lines, (index) => index > mark.index && index < end),
    transaction: /(?:^|\s)transaction:false(?:\s|$)/.test(mark.options) ? "outside" : "wrapped",
  });
  return { up: step(up, down?.index ?? lines.length), down: down && step(down, lines.length) };
}

function invalid(file: FolderFile, why: string, hint: string, index?: number) {
  return malformed("dbmate", file.file, why, hint, index === undefined ? undefined : index + 1);
}
