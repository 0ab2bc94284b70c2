import { TenonError } from "../../errors.js";
import type { FolderFile } from "../folder-view.js";
import { linesOf } from "./sections.js";

/**
 * The value of one key of the top table of a TOML file; undefined where it is not given. The file is read no further than that needs:
 * comments, other keys with a value on one line, and tables are known for what they are, anything else is refused.
 * @throws TenonError `MIGRATION_INVALID` with the line
 */
export function readTomlFlag(file: FolderFile, key: string): boolean | undefined {
  let found: boolean | undefined;
  let isTop = true;
  for (const [index, raw] of linesOf(file.text).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (/^\[\[?\s*[\w."' -]+\s*\]\]?\s*(?:#.*)?$/.test(line)) {
      isTop = false;
      continue;
    }
    const [, name, value] = /^("[^"]*"|'[^']*'|[\w-]+(?:\s*\.\s*[\w-]+)*)\s*=\s*(\S.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw invalid(file, index, "it is not TOML that is understood here");
    }
    if (!isTop || name.replace(/^["']|["']$/g, "") !== key) continue;
    if (found !== undefined) throw invalid(file, index, `\`${key}\` is given twice`);
    const [, word] = /^(true|false)\s*(?:#.*)?$/.exec(value) ?? [];
    if (word === undefined) throw invalid(file, index, `\`${key}\` is neither true nor false`);
    found = word === "true";
  }
  return found;
}

function invalid(file: FolderFile, index: number, why: string): TenonError {
  return new TenonError("MIGRATION_INVALID", `${file.file} cannot be read: ${why}.`, {
    where: { file: file.file, line: index + 1 },
    hint: "Write one `key = value` a line, as `run_in_transaction = false`.",
  });
}
