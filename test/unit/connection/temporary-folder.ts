import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { type Connection, type ConnectOptions, connect } from "../../../src/connection/index.js";

/** Deriving a key as dear as it should be takes a third of a second; a test asks how things fit together. */
export const CHEAP = { N: 1024, r: 1, p: 1 };

/** A folder for each test, and connections that are closed behind it. */
export function useTemporaryFolder(): {
  path(name: string): string;
  open(name: string, options?: ConnectOptions): Promise<Connection>;
  /** Every file of the folder with its mode and its bytes. */
  content(): Record<string, string>;
  names(): string[];
} {
  let folder = "";
  const opened: Connection[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tenon-test-"));
  });
  afterEach(async () => {
    for (const connection of opened.splice(0)) await connection.close();
    rmSync(folder, { recursive: true });
  });
  const names = () => readdirSync(folder).sort();
  return {
    path: (name) => join(folder, name),
    open: async (name, options = {}) => {
      const connection = await connect(name === ":memory:" ? name : `file:${join(folder, name)}`, options);
      opened.push(connection);
      return connection;
    },
    names,
    content: () =>
      Object.fromEntries(
        names().map((name) => {
          const path = join(folder, name);
          return [name, `${statSync(path).mode.toString(8)} ${readFileSync(path).toString("base64")}`];
        }),
      ),
  };
}
