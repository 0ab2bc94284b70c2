#!/usr/bin/env node
// The program `tenon`: hands what comes from outside to `runCommandLine`, and its result back as an exit status.
// It starts with little: a command and what it needs are loaded when they are used.
import { isatty } from "node:tty";

import { Interruption } from "./interruption.js";
import { runCommandLine } from "./run-command-line.js";

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever read has read enough (`tenon history | head`). The work goes on; only the words are lost.
    if (error.code !== "EPIPE") throw error;
  });
}

const status = await runCommandLine({
  words: process.argv.slice(2),
  environment: process.env,
  workingFolder: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  // Asked of the descriptor: `process.stdin` makes a stream of it, which few commands need.
  canAsk: isatty(0) && isatty(2),
  interruption: new Interruption({
    on: (signal, listener) => process.on(signal, listener),
    exit: (code) => process.exit(code),
  }),
});

// A config or a migration may have left a timer or a socket open, which would keep the program alive.
process.stderr.write("", () => process.exit(status));
