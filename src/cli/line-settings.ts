import { resolve } from "node:path";

import { readSettings, type Settings } from "../config/index.js";
import { TenonError } from "../errors.js";
import { LAYOUT_CHOICES, type LayoutChoice } from "../migrations/index.js";
import type { Arguments } from "./arguments.js";
import type { ContextRequest } from "./command-context.js";

/** What the flags of a line, the environment and the config say together. */
export async function settingsOf(parsed: Arguments, request: ContextRequest): Promise<Settings> {
  const { environment, workingFolder } = request;
  const layout = parsed.text("layout");
  const path = (flag: string) => {
    const given = parsed.text(flag);
    return given === undefined ? undefined : resolve(workingFolder, given);
  };
  const transaction = parsed.text("transaction");
  return readSettings({
    flags: {
      url: parsed.text("url"),
      dir: path("dir"),
      layout: layout === undefined ? undefined : readLayoutFlag(layout),
      journal: parsed.text("journal"),
      legacyModule: parsed.text("legacy-module"),
      lockTimeoutMs: parsed.milliseconds("lock-timeout"),
      transaction: transaction === "run" || transaction === "each" ? transaction : undefined,
      passwordFile: path("password-file"),
    },
    configFile: parsed.text("config"),
    iniFile: parsed.text("env"),
    environment,
    workingFolder,
  });
}

function readLayoutFlag(given: string): LayoutChoice {
  const known: readonly LayoutChoice[] = LAYOUT_CHOICES;
  const found = known.find((name) => name === given);
  if (found !== undefined) return found;
  throw new TenonError("USAGE", `There is no layout "${given}".`, {
    hint: `The layouts are ${known.join(", ")}.`,
  });
}
