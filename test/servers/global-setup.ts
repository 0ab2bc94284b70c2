import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where tests ask for a server; see guardian.mjs. */
    readonly testServers: string;
  }
}

/** Starts the guardian of the test servers; it starts the servers themselves only when a test asks. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const guardian = spawn(process.execPath, [fileURLToPath(new URL("guardian.mjs", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(guardian, "exit");
  const [address] = await Promise.race([
    once(createInterface({ input: guardian.stdout }), "line"),
    ended.then(() => {
      throw new Error("The guardian of the test servers did not start.");
    }),
  ]);
  project.provide("testServers", String(address));
  return async () => {
    guardian.stdin.end();
    await ended;
  };
}
