import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** The program as it is installed. `npm test` builds it first. */
export const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly onStart?: (child: ChildProcess) => void;
}

/** A folder of its own for a test, with the program to be run in it. Removed when the tests of the file are done. */
export class Workplace {
  readonly folder: string;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "tenon-cli-"));
    folders.push(this.folder);
    this.write(files);
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), text);
    }
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** Every file with its bytes, to see whether something was written. */
  bytes(): Record<string, string> {
    const entries = readdirSync(this.folder, { recursive: true, encoding: "utf8" }).sort();
    return Object.fromEntries(
      entries
        .filter((name) => statSync(this.path(name)).isFile())
        .map((name) => [name, readFileSync(this.path(name)).toString("base64")]),
    );
  }

  /** Runs `tenon` here; nothing of the environment of the tests reaches it but the path. */
  tenon(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return run(process.execPath, [MAIN, ...words], this.folder, options);
  }

  /** Runs `tenon … --json` and gives its document with the exit status. */
  async json(
    words: readonly string[],
    options: RunOptions = {},
  ): Promise<{ status: number | null; document: JsonDocument; stderr: string }> {
    const { stdout, stderr, status } = await this.tenon([...words, "--json"], options);
    return { status, document: JSON.parse(stdout), stderr };
  }
}

/** What `--json` prints, as far as all commands share it. */
export interface JsonDocument {
  readonly ok: boolean;
  readonly command: string | null;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly where: Readonly<Record<string, unknown>>;
    readonly hint: string | null;
  };
  readonly [key: string]: unknown;
}

export function run(
  program: string,
  words: readonly string[],
  folder: string,
  { environment = {}, onStart }: RunOptions = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ stdout, stderr, status, signal }));
    onStart?.(child);
  });
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
