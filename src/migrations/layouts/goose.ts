import type { FolderFile, FolderView } from "../folder-view.js";
import { type Annotation, checkBlocks, withoutAnnotations } from "./annotations.js";
import type { Layout, ToolFolder, ToolMigration, ToolStep } from "./layout.js";
import { isMarked, mayBeMarked } from "./marks.js";
import { type DirectedFile, pairFiles } from "./pair-files.js";
import { malformed, onlyToolCanRun } from "./refusals.js";
import { keepLines, linesOf } from "./sections.js";

/**
 * goose: `00001_users.sql` with `-- +goose Up`, `Down`, `StatementBegin`, `StatementEnd` and `NO TRANSACTION`:
 * https://pressly.github.io/goose/documentation/annotations/
 */
export const goose: Layout = {
  name: "goose",
  sqliteForeignKeys: "off",
  takesQuotedTexts: true,
  recognise(folder) {
    const first = folder.files.find((file) => mayBeMarked(file) && isMarked(file, "goose"));
    return (
      first && { reason: `${first.name} has \`-- +goose\` in it`, files: folder.files.filter(isNumbered) }
    );
  },
  read,
};

const ANNOTATION = /^--\s*\+goose\b[ \t]*(.*?)\s*$/i;
const KNOWN = ["up", "down", "statementbegin", "statementend", "no transaction", "envsub on", "envsub off"];

function isNumbered(file: FolderFile): boolean {
  return /^\d+_.*\.(?:sql|go)$/.test(file.name) && !file.name.endsWith("_test.go");
}

function read(folder: FolderView): ToolFolder {
  const files = folder.files.filter(isNumbered);
  const migrations = pairFiles("goose", files.map(nameOf)).map(
    ({ version, name, up: { file } }): ToolMigration => {
      const base = { version, id: version, name, script: file.name };
      return file.name.endsWith(".go") ? { ...base, up: programStep(file) } : { ...base, ...readSteps(file) };
    },
  );
  return {
    migrations,
    passedOver: folder.files.filter((file) => /\.sql$/i.test(file.name) && !isNumbered(file)),
  };
}

function nameOf(file: FolderFile): DirectedFile {
  const [, version = "", name = ""] = /^(\d+)_(.*)\.(?:sql|go)$/.exec(file.name) ?? [];
  return { version, name, direction: "up", file };
}

function programStep(file: FolderFile): ToolStep {
  return {
    file,
    text: file.text,
    transaction: "wrapped",
    refusal: onlyToolCanRun(
      file.file,
      "is a program in Go, which only goose can run",
      "Let goose run up to it and take the rest over with `tenon adopt`, or write what it does as SQL or TypeScript.",
    ),
  };
}

function readSteps(file: FolderFile): Pick<ToolMigration, "up" | "down"> {
  const lines = linesOf(file.text);
  const annotations = lines.flatMap((line, index): Annotation[] => {
    const found = ANNOTATION.exec(line);
    return found === null ? [] : [{ word: (found[1] ?? "").replace(/\s+/g, " "), rest: [], index }];
  });
  const words = annotations.map(({ word }) => word.toLowerCase());
  const unknown = words.findIndex((word) => !KNOWN.includes(word));
  if (unknown !== -1) {
    const { word, index } = annotations[unknown] ?? { word: "", index: 0 };
    throw invalid(
      file,
      `\`+goose ${word}\` is not known`,
      "Known are Up, Down, StatementBegin, StatementEnd and NO TRANSACTION.",
      index,
    );
  }
  const [up, ...ups] = annotations.filter((_, at) => words[at] === "up");
  const [down, ...downs] = annotations.filter((_, at) => words[at] === "down");
  if (up === undefined)
    throw invalid(file, "it has no `-- +goose Up`", "Write it before the first statement.");
  const [second] = [...ups, ...downs];
  if (second !== undefined)
    throw invalid(file, `\`+goose ${second.word}\` is there twice`, "Keep one.", second.index);
  if (down !== undefined && down.index < up.index) {
    throw invalid(file, "Down stands before Up", "Write Up first.", down.index);
  }
  checkBlocks(
    "goose",
    file,
    annotations.filter(
      (_, at) => words[at]?.startsWith("envsub") === false && words[at] !== "no transaction",
    ),
  );
  const transaction = words.includes("no transaction") ? "outside" : "wrapped";
  const substituted = annotations.find((_, at) => words[at] === "envsub on");
  const refusal =
    substituted &&
    onlyToolCanRun(
      file.file,
      "puts values of the environment into its SQL (`+goose ENVSUB ON`)",
      "Tenon runs SQL as it was reviewed: write the values themselves, or a migration in TypeScript.",
      substituted.index + 1,
    );
  const early = lines.findIndex((line, index) => index < up.index && !/^\s*(?:--.*)?$/.test(line));
  if (early !== -1) {
    throw invalid(file, "a statement stands before `-- +goose Up`", "Move it behind that line.", early);
  }
  const statements = withoutAnnotations(lines, annotations);
  const end = down?.index ?? lines.length;
  const step = (from: number, to: number): ToolStep => ({
    file,
    text: keepLines(statements, (index) => index > from && index < to),
    transaction,
    refusal,
  });
  return { up: step(up.index, end), down: down && step(down.index, lines.length) };
}

function invalid(file: FolderFile, why: string, hint: string, index?: number) {
  return malformed("goose", file.file, why, hint, index === undefined ? undefined : index + 1);
}
