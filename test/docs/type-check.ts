import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Section } from "./read-examples.js";
import { installDrizzle, writeExample } from "./try-section.js";

/** Checks the types of all blocks, and of the example, as strictly as those of the project; gives what is wrong. */
export async function typeCheck(sections: readonly Section[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "tenon-types-"));
  try {
    await installDrizzle(folder);
    const places = new Map<string, string>();
    for (const [index, { file, blocks }] of sections.entries()) {
      for (const block of blocks.filter((each) => each.language === "ts" && !each.words.includes("no-run"))) {
        const sectionFolder = `section-${index}`;
        await mkdir(join(folder, sectionFolder), { recursive: true });
        const path = await writeExample(join(folder, sectionFolder), block);
        places.set(path.slice(folder.length + 1).replaceAll("\\", "/"), `${file}:${block.line}`);
      }
    }
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(SETTINGS));
    const output = await compile(folder);
    return output
      .split("\n")
      .filter((line) => line.includes("error TS"))
      .map((line) => line.replace(/^[^(]+/, (path) => `${places.get(path) ?? path} `));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const SETTINGS = {
  extends: join(ROOT, "tsconfig.json"),
  compilerOptions: {
    rootDir: "/",
    typeRoots: [join(ROOT, "node_modules/@types")],
    paths: { tenon: [join(ROOT, "dist/index.d.ts")] },
    // Examples show things that they do not use further.
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ["**/*.ts", join(ROOT, "examples/**/*.ts")],
  exclude: [],
};

function compile(folder: string): Promise<string> {
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, "-p", folder], { cwd: folder }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}
