// Builds `dist`: tsc makes JavaScript and declarations, then the JavaScript is joined into a few files. Node 20 takes
// about half a millisecond to load each ES module, so two hundred small ones would cost every command 100 ms.
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const joined = join(dist, ".joined");

// What is needed together stands in one file: these files and what they import, as far as something of it is used and an
// earlier line does not have it already; never what is imported only when something asks for it.
const TOGETHER = {
  // For the command that only prints its help.
  errors: ["errors.js"],
  // Opens a database and finds that there is nothing to do.
  core: ["index.js"],
  "postgres-start": ["connection/pg.js", "dialects/postgres/journal.js"],
  // Plans, and tells how things stand.
  work: [
    "api/migrate-latest.js",
    "api/plan.js",
    "api/synced-status.js",
    "engine/run.js",
    "engine/status.js",
    "modules/order.js",
    "dialects/sqlite/dialect.js",
  ],
  // Runs something.
  run: ["engine/run-session.js"],
  // Reads and compares schemas.
  schema: ["schema/index.js", "dialects/build-objects.js"],
  "sqlite-schema": ["dialects/sqlite/schema.js"],
  postgres: ["dialects/postgres/dialect.js"],
  // Not `cli/main.js` itself: it awaits, and whatever a command loads would wait for it in turn.
  "command-line": ["cli/run-command-line.js"],
  project: [
    "cli/project.js",
    "cli/progress.js",
    "cli/line-settings.js",
    "cli/commands/status.js",
    "cli/commands/up.js",
  ],
};

rmSync(dist, { recursive: true, force: true });
compile();
await joinScripts();
loadStraight(join(joined, "chunks"));
removeScripts(dist);
for (const name of readdirSync(joined)) merge(join(joined, name), join(dist, name));
rmSync(joined, { recursive: true });
chmodSync(join(dist, "cli/main.js"), 0o755);

function compile() {
  const tsc = createRequire(import.meta.url).resolve("typescript/package.json");
  const result = spawnSync(process.execPath, [join(dirname(tsc), "bin/tsc"), "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

async function joinScripts() {
  const groups = [];
  for (const [place, [name, files]] of Object.entries(TOGETHER).entries()) {
    const needed = await neededBy(files);
    groups.push({ name, test: (id) => needed.has(id), priority: Object.keys(TOGETHER).length - place });
  }
  const bundle = await rolldown({
    input: { index: join(dist, "index.js"), "cli/main": join(dist, "cli/main.js") },
    platform: "node",
    external: isPackage,
    preserveEntrySignatures: "allow-extension",
  });
  const { output } = await bundle.write({
    dir: joined,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name]-[hash].js",
    // What Node reads it has to look through: the documentation is in the declarations, and a text of ASCII alone takes one
    // byte for each letter and not two. Names and lines stay as they are, for whoever reads a stack trace.
    comments: { legal: true, annotation: true, jsdoc: false },
    charset: "ascii",
    codeSplitting: {
      // Each group says itself what belongs to it; a folder's `index.js` would bring along all that it hands out.
      includeDependenciesRecursively: false,
      groups,
    },
  });
  await bundle.close();
  const start = output.find((chunk) => chunk.name === "core");
  const more = start?.imports.filter((name) => /^chunks\/(?!errors-)/.test(name));
  if (more?.length !== 0) throw new Error(`A start would load more than its file: ${more}`);
}

/** The files of which something is used as soon as these are imported. */
async function neededBy(files) {
  const bundle = await rolldown({
    input: files.map((file) => join(dist, file)),
    platform: "node",
    external: isPackage,
    plugins: [{ name: "later", resolveDynamicImport: () => ({ id: "later", external: true }) }],
  });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return new Set(output.flatMap((chunk) => chunk.moduleIds ?? []));
}

/** Packages stay outside: many are optional, and all are loaded when they are used. */
function isPackage(id) {
  return !id.startsWith(".") && !id.startsWith("/") && !/^[A-Za-z]:/.test(id);
}

/**
 * Takes away the files that only hand on what is in another one, under other names: whatever is loaded through them is loaded from
 * there, for one module less.
 */
function loadStraight(folder) {
  const files = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
  const passages = files.flatMap(({ name, text }) => {
    const [, names, from] = /^export \{ ([^}]+) \} from "\.\/([^"]+)";\s*$/.exec(text) ?? [];
    return names === undefined ? [] : [{ name, from, names: names.split(", ") }];
  });
  for (const { name, from, names } of passages) {
    const renamed = names
      .map((each) => each.split(" as "))
      .map(([short, long = short]) => `${long}: n.${short}`);
    const straight = `import("./${from}").then((n) => ({ ${renamed.join(", ")} }))`;
    for (const file of files) file.text = file.text.replaceAll(`import("./${name}")`, straight);
  }
  const left = new Set(passages.map(({ name }) => name));
  for (const { name, text } of files) {
    if (left.has(name) && !files.some((file) => file.text.includes(`"./${name}"`)))
      rmSync(join(folder, name));
    else writeFileSync(join(folder, name), text);
  }
}

/** Takes away what tsc made of the sources, and keeps the declarations. */
function removeScripts(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path === joined) continue;
    if (entry.isDirectory()) removeScripts(path);
    else if (entry.name.endsWith(".js")) rmSync(path);
  }
}

function merge(from, to) {
  if (!readdirSync(dirname(to)).includes(to.slice(dirname(to).length + 1))) return renameSync(from, to);
  for (const name of readdirSync(from)) merge(join(from, name), join(to, name));
}
