import { TenonError } from "../../errors.js";
import type { Version } from "../migration.js";
import { parseVersion } from "../version.js";

/**
 * The version under which the journal keeps another tool's version: its digits, without leading zeros. One that is all zeros
 * keeps them, and a lone 0 gets a second one, for 0 means that nothing is applied.
 * @throws TenonError `VERSION_INVALID`
 */
export function toolVersion(text: string, file: string): Version {
  if (/^0+$/.test(text)) return text.padStart(2, "0");
  if (/^[0.]+$/.test(text)) return text;
  try {
    return parseVersion(text, { dotted: true });
  } catch (error) {
    throw error instanceof TenonError ? error.at({ file }) : error;
  }
}

/** The version of a migration that runs again when it was changed: the name of its file, which no number is. */
export function repeatableVersion(script: string): Version {
  return script.replace(/\.sql$/i, "");
}
