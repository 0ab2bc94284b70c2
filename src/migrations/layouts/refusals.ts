import { TenonError } from "../../errors.js";
import type { LayoutName } from "../migration.js";

/** What only the tool itself can run. */
export function onlyToolCanRun(file: string, what: string, hint: string, line?: number): () => TenonError {
  return () => new TenonError("LAYOUT_UNSUPPORTED", `${file} ${what}.`, { where: { file, line }, hint });
}

/** What the tool itself would refuse. */
export function malformed(
  layout: LayoutName,
  file: string,
  why: string,
  hint: string,
  line?: number,
): TenonError {
  return new TenonError("MIGRATION_INVALID", `${file} is no migration as ${layout} writes it: ${why}.`, {
    where: { file, line },
    hint,
  });
}

/** A name that the tool cannot put in order. */
export function unnumbered(layout: LayoutName, file: string, form: string): TenonError {
  return new TenonError("MIGRATION_NAME_INVALID", `${file} does not begin with a version.`, {
    where: { file },
    hint: `${layout} migrations are called ${form}. If the folder is not ${layout}'s, say whose it is with --layout.`,
  });
}
