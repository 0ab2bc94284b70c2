import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface WorkerRequest {
  readonly url: string;
  readonly options?: unknown;
  readonly count: number;
  readonly transaction?: "run" | "each";
  readonly lockTimeoutMs?: number;
}

export interface WorkerAnswer {
  readonly ok: boolean;
  readonly steps?: readonly string[];
  readonly code?: string;
  readonly message?: string;
}

export interface Worker {
  readonly process: ChildProcess;
  /** Resolves when the worker has opened the database and is about to migrate. */
  readonly ready: Promise<void>;
  /** What it printed; undefined when it was killed before it could. */
  readonly answer: Promise<WorkerAnswer | undefined>;
}

/** Starts a process that migrates; killed with the test at the latest. */
export function startWorker(
  request: WorkerRequest | Readonly<Record<string, unknown>>,
  {
    script = fileURLToPath(new URL("./worker.mjs", import.meta.url)),
    ...as
  }: { readonly uid?: number; readonly gid?: number; readonly script?: string } = {},
): Worker {
  const child = spawn(process.execPath, [script, JSON.stringify(request)], {
    stdio: ["ignore", "pipe", "inherit"],
    ...as,
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let output = "";
  const ready = new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("ready\n")) resolve();
    });
    child.on("close", () => resolve());
  });
  const answer = new Promise<WorkerAnswer | undefined>((resolve) => {
    child.on("close", () => {
      const line = output.split("\n").find((each) => each.startsWith("{"));
      resolve(line === undefined ? undefined : (JSON.parse(line) as WorkerAnswer));
    });
  });
  return { process: child, ready, answer };
}
