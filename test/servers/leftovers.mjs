// What a guardian left that was itself killed: its server is stopped and its folder removed.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PREFIX = "tenon-test-servers-";

export function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const folder = join(tmpdir(), name);
    for (const worker of readdirSync(folder)) stopServerOf(join(folder, worker));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function stopServerOf(folder) {
  const pidFile = join(folder, "data", "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  // The number may belong to another program by now: only a server that runs on this very folder is ours.
  const command = spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).stdout;
  if (command?.includes(folder)) process.kill(pid, "SIGQUIT");
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
