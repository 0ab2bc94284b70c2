import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Elsewhere {
  readonly url: string;
  readonly options?: unknown;
  readonly script?: string;
  readonly read?: string;
}

export interface Answer {
  readonly rows?: readonly unknown[];
  readonly code?: string;
  readonly message?: string;
}

/** Opens a database in another process, as another user where asked. */
export async function openElsewhere(
  request: Elsewhere,
  as: { readonly uid?: number; readonly gid?: number } = {},
): Promise<Answer> {
  const worker = fileURLToPath(new URL("./open-worker.mjs", import.meta.url));
  const child = spawn(process.execPath, [worker, JSON.stringify(request)], {
    stdio: ["ignore", "pipe", "inherit"],
    ...as,
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return JSON.parse(await text(child.stdout));
}

/** The superuser may do everything, so what needs a right that is missing is done as nobody. */
export const SOMEBODY_PLAIN = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
