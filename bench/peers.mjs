// drizzle-orm and kysely, installed in a folder of their own, so that the project depends on neither.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = join(import.meta.dirname, ".peers");

/** Installs the peers when they are not there, or others are asked for. */
export function installPeers() {
  const wanted = join(import.meta.dirname, "peers.json");
  const installed = join(folder, "package.json");
  const isCurrent =
    existsSync(join(folder, "node_modules")) &&
    readFileSync(installed, "utf8") === readFileSync(wanted, "utf8");
  if (isCurrent) return;
  mkdirSync(folder, { recursive: true });
  copyFileSync(wanted, installed);
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, ["install", "--no-audit", "--no-fund", "--legacy-peer-deps"], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
}

/** Imports a module of a peer, as a program in that folder would. */
export async function importPeer(name) {
  const resolve = createRequire(join(folder, "package.json")).resolve;
  return import(pathToFileURL(resolve(name)).href);
}
