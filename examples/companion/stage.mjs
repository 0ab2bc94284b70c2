// Where the demo plays: a copy of the example in a folder of its own, the real `tenon` command, and checks.
import { spawnSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

import { connect } from "tenon";

/** Something is not as the demo tells it. */
export class NotAsTold extends Error {}

export class Stage {
  #folder = mkdtempSync(join(tmpdir(), "tenon-demo-"));
  #steps = 0;
  #environment;
  #url;

  /** `url` is the database to play in; without it, a new file in the folder. */
  constructor({ url }) {
    cpSync(EXAMPLE, this.#folder, { recursive: true, filter: (source) => extname(source) !== ".mjs" });
    // The one package that the example's own code needs beside Tenon.
    mkdirSync(join(this.#folder, "node_modules"));
    symlinkSync(DRIZZLE, join(this.#folder, "node_modules/drizzle-orm"), "junction");
    this.#url = url === undefined ? `file:${urlPath(join(this.#folder, "companion.db"))}` : fromHere(url);
    const { DATABASE_URL: _, ...environment } = process.env;
    // Without an address given, the command takes the one in tenon.config.ts: the same file.
    this.#environment = url === undefined ? environment : { ...environment, DATABASE_URL: this.#url };
    process.once("SIGINT", () => {
      this.end({ keep: false });
      process.exit(130);
    });
  }

  /** Says what comes next. */
  step(text) {
    this.#steps++;
    this.say(`\n${this.#steps}. ${text.replaceAll("\n", "\n   ")}\n`);
  }

  say(text) {
    process.stdout.write(`${text}\n`);
  }

  /** Shows something as the command's output is shown. */
  show(text) {
    const lines = text.trimEnd().split("\n");
    this.say(lines.map((line) => `   | ${line}`.trimEnd()).join("\n"));
  }

  /** Runs the command and shows it with all that it prints; it must end with `status`. */
  tenon(parameters, { status: expected = 0 } = {}) {
    this.say(`   $ tenon ${parameters}`);
    const file = join(this.#folder, ".output");
    const output = openSync(file, "w");
    const result = spawnSync(process.execPath, [COMMAND, ...wordsOf(parameters)], {
      cwd: this.#folder,
      env: this.#environment,
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    const text = readFileSync(file, "utf8");
    this.show(text);
    this.expect(`the exit status of \`tenon ${parameters}\``, expected, result.status);
    return text;
  }

  /** Writes a file as a developer would, and shows it, or as much of it as is worth showing. */
  write(path, text, shown = text) {
    writeFileSync(join(this.#folder, path), text);
    this.say(`   ${path}:`);
    this.show(shown);
    this.say("");
  }

  /** Changes a file as a developer would, and shows what is new in it. */
  edit(path, before, after) {
    const text = readFileSync(join(this.#folder, path), "utf8");
    this.expect(`whether ${path} has the line to be changed`, true, text.includes(before));
    this.write(path, text.replace(before, after), after);
  }

  /** Shows a file that a command has written. */
  read(path) {
    this.say(`\n   ${path}:`);
    this.show(readFileSync(join(this.#folder, path), "utf8"));
    this.say("");
  }

  /** Opens the database as an application does, for as long as `work` lasts. */
  async withDatabase(work) {
    const connection = await connect(this.#url);
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  /** Stops the demo when something is not as told. */
  expect(what, expected, found) {
    if (isDeepStrictEqual(expected, found)) return;
    throw new NotAsTold(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }

  /** Takes everything away, or says how to go on with it. */
  end({ keep }) {
    if (keep) {
      this.say(`\nThe example and its database are in ${this.#folder}. Go on there:`);
      this.say(`  cd ${this.#folder}\n  node ${COMMAND} status`);
    } else {
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** The command runs in another folder, so the path of a database is made absolute. */
function fromHere(url) {
  const [, scheme, path] = /^(file:|pglite:)([^:/\\][^:]*)$/.exec(url) ?? [];
  return path === undefined ? url : `${scheme}${urlPath(process.cwd())}/${path}`;
}

/** The words of a command line, those in double quotes as one. */
function wordsOf(line) {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

function urlPath(path) {
  return path.replaceAll("\\", "/").replace(/[%?#]/g, encodeURIComponent);
}

const EXAMPLE = dirname(fileURLToPath(import.meta.url));
const DRIZZLE = join(EXAMPLE, "../../node_modules/drizzle-orm");
const COMMAND = join(EXAMPLE, "../../dist/cli/main.js");
