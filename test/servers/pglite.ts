import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";

/** The path of a fresh PGlite data folder for one test; removed when the test has finished. */
export async function pgliteFolder(): Promise<string> {
  const response = await fetch(`${inject("testServers")}/pglite`);
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  const folder = mkdtempSync(join(tmpdir(), "tenon-pglite-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const data = join(folder, "data");
  cpSync(answer, data, { recursive: true });
  return data;
}
