import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

import type { Block, Section } from "./read-examples.js";
import { runInFolder } from "./run-in-folder.js";

/** Tries the blocks of a section one after the other, in a folder of their own; only those of some languages if told. */
export async function trySection(section: Section, languages?: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tenon-docs-"));
  await installDrizzle(folder);
  try {
    let printed = "";
    for (const [index, block] of section.blocks.entries()) {
      const place = `${section.file}:${block.line}`;
      if (block.words.includes("no-run") || languages?.includes(block.language) === false) continue;
      if (block.language === "text" && section.blocks[index - 1]?.language === "sh") {
        expect(printed, place).toMatch(patternOf(block.code));
      } else if (isFile(block)) await writeExample(folder, block);
      else if (block.language === "ts") await tryProgram(folder, block, place);
      else if (block.language === "sh") printed = await tryCommands(folder, block, place);
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The package that a reader of these examples has beside Tenon. */
export async function installDrizzle(folder: string): Promise<void> {
  await mkdir(join(folder, "node_modules"));
  await symlink(DRIZZLE, join(folder, "node_modules/drizzle-orm"), "junction");
}

/** Writes a block that is a file, or a program that is going to be run; gives its path. */
export async function writeExample(folder: string, block: Block): Promise<string> {
  const file = join(folder, block.path ?? `example-${block.line}.ts`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, block.code);
  return file;
}

export function isFile(block: Block): boolean {
  return block.path !== undefined && ["ts", "sql", "json", "ini"].includes(block.language);
}

async function tryProgram(folder: string, block: Block, place: string): Promise<void> {
  const file = await writeExample(folder, block);
  const { status, output } = await runInFolder(folder, process.execPath, [RUNNER, file]);
  await rm(file);
  expect({ status, output: status === 0 ? "" : output }, place).toEqual({ status: 0, output: "" });
  for (const told of toldOutputs(block.code)) {
    expect(output.split("\n"), `${place} prints ${told}`).toContainEqual(
      expect.stringMatching(patternOf(told)),
    );
  }
}

async function tryCommands(folder: string, block: Block, place: string): Promise<string> {
  const exit = block.words.find((word) => word.startsWith("exit="))?.slice("exit=".length) ?? "0";
  const { status, output } = await runInFolder(folder, "bash", ["-ec", block.code]);
  expect({ status, output: status === Number(exit) ? "" : output }, place).toEqual({
    status: Number(exit),
    output: "",
  });
  return withoutProgress(output);
}

/** Where a command takes longer than two seconds, as on a machine that is busy, it says so line by line. */
function withoutProgress(output: string): string {
  return output.replace(/^\[\d+\/\d+\] .*\n/gm, "");
}

/** What a program says of its own output: `console.log(version); // 2`. */
function toldOutputs(code: string): string[] {
  return [...code.matchAll(/^.*console\.log\(.*\); \/\/ (.+)$/gm)].map(([, told = ""]) => told);
}

/** Numbers of milliseconds and times differ from run to run, and `…` stands for anything. */
function patternOf(text: string): RegExp {
  const lines = text.trimEnd().split("\n");
  const parts = lines.map((line) => {
    if (line.trim() === "…") return "[\\s\\S]*?";
    const escaped = line.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return escaped
      .replaceAll("…", ".*")
      .replace(/\d+ ms/g, "\\d+ ms")
      .replace(/ +/g, " +");
  });
  return new RegExp(`^\\s*${parts.join("\\s*\\n")}\\s*$`);
}

const DRIZZLE = fileURLToPath(new URL("../../node_modules/drizzle-orm", import.meta.url));
const RUNNER = fileURLToPath(new URL("run-program.mjs", import.meta.url));
