// Makes a fresh clone ready: installs the locked dependencies when they are missing or older than the
// lock file, and builds `dist` when a source is newer than the last build. Does nothing when all is there.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}
if (modified("dist/index.js") < newest("src")) {
  run("npm", ["run", "--silent", "build"]);
}

function modified(path) {
  const full = join(root, path);
  return existsSync(full) ? statSync(full).mtimeMs : 0;
}

function newest(folder) {
  const times = readdirSync(join(root, folder), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? newest(join(folder, entry.name)) : modified(join(folder, entry.name)),
  );
  return Math.max(0, ...times);
}

function run(command, parameters) {
  const result = spawnSync(command, parameters, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
