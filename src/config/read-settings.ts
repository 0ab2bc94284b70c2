import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { messageOf, TenonError } from "../errors.js";
import { readEnvIni } from "./env-ini.js";
import { loadConfig } from "./load-config.js";
import {
  type Environment,
  type LoadedIni,
  namesDatabase,
  resolveSettings,
  type SettingFlags,
  type Settings,
} from "./settings.js";

export interface SettingsRequest {
  readonly flags: SettingFlags;
  /** Names of files given with `--config` and `--env`. */
  readonly configFile?: string | undefined;
  readonly iniFile?: string | undefined;
  readonly environment: Environment;
  readonly workingFolder: string;
}

/**
 * Reads the config and, where nothing stronger names the database, `env.ini`; then settles every setting.
 * @throws TenonError `CONFIG_INVALID`
 */
export async function readSettings(request: SettingsRequest): Promise<Settings> {
  const { flags, environment, workingFolder } = request;
  const config = await loadConfig(workingFolder, request.configFile);
  const needsIni = request.iniFile !== undefined || !namesDatabase({ flags, environment, config });
  const ini = needsIni ? loadIni(workingFolder, request.iniFile) : undefined;
  return resolveSettings({ flags, environment, config, ini, workingFolder });
}

function loadIni(workingFolder: string, named: string | undefined): LoadedIni | undefined {
  const file = named === undefined ? join(workingFolder, "env.ini") : resolve(workingFolder, named);
  if (named === undefined && !existsSync(file)) return undefined;
  const database = readEnvIni(readText(file), file);
  if (database !== undefined) return { file, folder: dirname(file), isNamed: named !== undefined, database };
  if (named === undefined) return undefined;
  throw new TenonError("CONFIG_INVALID", `${file} cannot be used: it has no [database] section.`, {
    where: { file },
    hint: "Add one, with `type` and `path`, or `type`, `host`, `name`, `user`.",
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new TenonError("CONFIG_INVALID", `${file} cannot be read: ${messageOf(error)}`, {
      where: { file },
      hint: "Check the path given with --env, and the rights of the file.",
      cause: error,
    });
  }
}
