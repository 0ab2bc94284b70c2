import type { FolderFile, FolderView } from "../folder-view.js";
import type { ToolStep } from "./layout.js";
import { malformed, onlyToolCanRun } from "./refusals.js";
import { linesOf } from "./sections.js";

/** What runs for one script of Flyway. @throws TenonError `MIGRATION_INVALID` for its config */
export function flywayStep(folder: FolderView, file: FolderFile, config: FolderFile | undefined): ToolStep {
  const own = config === undefined ? new Map<string, string>() : readProperties(config);
  const transaction = readFlag(own.get("executeInTransaction"), config) === false ? "outside" : "implicit";
  return { file, text: file.text, transaction, refusal: placeholderRefusal(folder, file, own, config) };
}

/** A migration in Java, which only Flyway can run. */
export function programOf(file: FolderFile): ToolStep {
  return {
    file,
    text: file.text,
    transaction: "implicit",
    refusal: onlyToolCanRun(
      file.file,
      "is a program in Java, which only Flyway can run",
      "Let Flyway run up to it and take the rest over with `tenon adopt`, or write what it does as SQL or TypeScript.",
    ),
  };
}

/**
 * Flyway replaces placeholders wherever they stand, in texts and comments too, with values that are not in the file:
 * https://documentation.red-gate.com/flyway/flyway-concepts/migrations/migration-placeholders
 */
function placeholderRefusal(
  folder: FolderView,
  file: FolderFile,
  own: ReadonlyMap<string, string>,
  config: FolderFile | undefined,
): ToolStep["refusal"] {
  const at = linesOf(file.text).findIndex((line) => PLACEHOLDER.test(line));
  if (at === -1) return undefined;
  const replaces = readFlag(own.get("placeholderReplacement"), config) ?? replacesByDefault(folder);
  if (!replaces) return undefined;
  const name = PLACEHOLDER.exec(linesOf(file.text)[at] ?? "")?.[0] ?? "";
  return onlyToolCanRun(
    file.file,
    `has the placeholder ${name}, for which Flyway puts in a value from its settings`,
    "Write the value itself. If it is no placeholder, say `placeholderReplacement=false` in a .conf file beside the script, as Flyway reads it.",
    at + 1,
  );
}

const PLACEHOLDER = /\$\{[^}\n]*\}/;

/** What Flyway's own settings near the folder say; without any, it replaces. */
function replacesByDefault(folder: FolderView): boolean {
  for (const name of ["flyway.conf", "flyway.toml"]) {
    const settings = folder.find(name) ?? folder.findAround(name, 3);
    const found = /^\s*(?:flyway\.)?placeholderReplacement\s*=\s*(\w+)/m.exec(settings?.glance ?? "")?.[1];
    if (found !== undefined) return found.toLowerCase() !== "false";
  }
  return true;
}

/** Java's properties, one `key=value` a line: https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html#load */
function readProperties(file: FolderFile): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of linesOf(file.text)) {
    if (/^\s*(?:[#!].*)?$/.test(line)) continue;
    const [, key, value] = /^\s*(?:flyway\.)?([\w.]+)\s*[=:\s]\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) found.set(key, value);
  }
  return found;
}

function readFlag(value: string | undefined, config: FolderFile | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === "true";
  throw malformed("flyway", config?.file ?? "", `"${value}" is neither true nor false`, "Correct the value.");
}
