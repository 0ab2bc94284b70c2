import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly status: number;
  /** Both streams, stdout first. */
  readonly output: string;
}

/** Runs a program in a folder, with the built `tenon` among the commands and no settings from outside. */
export function runInFolder(folder: string, command: string, parameters: readonly string[]): Promise<Ended> {
  const { DATABASE_URL: _, TENON_PASSWORD: __, ...environment } = process.env;
  const env = { ...environment, PATH: `${COMMANDS}${delimiter}${process.env["PATH"]}`, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(command, parameters, { cwd: folder, env, timeout: 30_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, output: `${stdout}${stderr}` });
    });
  });
}

/** A folder with the command `tenon`, as an installed package has it. */
const COMMANDS = fileURLToPath(new URL("bin", import.meta.url));
