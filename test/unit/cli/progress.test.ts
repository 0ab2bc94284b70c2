import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Progress } from "../../../src/cli/progress.js";
import type { RunEvent, StepReference } from "../../../src/engine/index.js";
import { makeTerminal, Recorder } from "./streams.js";

const CLEAR = "\r\u001b[2K";

function stepOf(index: number, total: number): StepReference {
  return { direction: "up", module: "users", version: String(index), name: `step ${index}`, index, total };
}

function started(index: number, total: number): RunEvent {
  return { kind: "step-started", step: stepOf(index, total) };
}

function finished(index: number, total: number): RunEvent {
  return { kind: "step-finished", step: stepOf(index, total), durationMs: 1 };
}

describe("progress", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is one line on a terminal that the next one replaces, and is gone at the end", () => {
    const stderr = new Recorder(80);
    const terminal = makeTerminal({ stderr });
    let now = 0;
    const progress = new Progress(terminal, () => now);

    now = 100;
    progress.onEvent(started(1, 2));
    now = 200;
    progress.onEvent(started(2, 2));
    progress.close();

    expect(stderr.text).toBe(
      `${CLEAR}[1/2] applying users@1 step 1${CLEAR}[2/2] applying users@2 step 2${CLEAR}`,
    );
  });

  test("is cut to the width of the terminal, so that it stays one line", () => {
    const stderr = new Recorder(24);
    const progress = new Progress(makeTerminal({ stderr }), () => Date.now());

    vi.advanceTimersByTime(100);
    progress.onEvent(started(1, 1));

    expect(stderr.text).toBe(`${CLEAR}[1/1] applying users@1…`);
  });

  test("is a plain line now and then where there is no terminal", () => {
    const stderr = new Recorder();
    let now = 0;
    const progress = new Progress(makeTerminal({ stderr }), () => now);

    for (let index = 1; index <= 50; index++) {
      now += 100;
      progress.onEvent(started(index, 50));
      progress.onEvent(finished(index, 50));
    }
    progress.close();

    expect(stderr.text).toBe("[20/50] applying users@20 step 20\n[40/50] applying users@40 step 40\n");
  });

  test("says again and again that a long step still runs", () => {
    const stderr = new Recorder();
    const progress = new Progress(makeTerminal({ stderr }), () => Date.now());

    progress.onEvent(started(1, 1));
    vi.advanceTimersByTime(20_000);
    progress.onEvent(finished(1, 1));
    vi.advanceTimersByTime(20_000);

    expect(stderr.text).toBe(
      "[1/1] applying users@1 step 1 (still running, 10 s)\n[1/1] applying users@1 step 1 (still running, 20 s)\n",
    );
  });

  test("tells at once who is waited for", () => {
    const stderr = new Recorder();
    const progress = new Progress(makeTerminal({ stderr }), () => 0);

    progress.onEvent({ kind: "waiting", holder: { description: "process 7", waitedMs: 1500 } });

    expect(stderr.text).toBe("Waiting for process 7 (1.5 s).\n");
  });

  test("is silent with --quiet, but for warnings", () => {
    const stderr = new Recorder();
    const progress = new Progress(makeTerminal({ stderr }, { isQuiet: true }), () => Date.now());

    vi.advanceTimersByTime(5000);
    progress.onEvent(started(1, 1));
    progress.onEvent({ kind: "warning", message: "look\u001b[2J here" });

    expect(stderr.text).toBe("warning: look\ufffd[2J here\n");
  });

  test("says nothing more once it is closed", () => {
    const stderr = new Recorder();
    const progress = new Progress(makeTerminal({ stderr }), () => 0);

    progress.close();
    progress.onEvent({ kind: "warning", message: "the connection was closed" });

    expect(stderr.text).toBe("");
  });
});

test("a result is printed below the live line, which is taken away first", async () => {
  const stdout = new Recorder(80);
  const stderr = new Recorder(80);
  const terminal = makeTerminal({ stdout, stderr });

  terminal.showLine("working");
  await terminal.print("done\n");

  expect(stderr.text).toBe(`${CLEAR}working${CLEAR}`);
  expect(stdout.text).toBe("done\n");
});

test("a terminal that does not know its width counts as one of 80 columns", () => {
  const stdout = new Recorder(0);

  expect(makeTerminal({ stdout }).width).toBe(80);
  expect(makeTerminal({ stdout: new Recorder() }).width).toBeUndefined();
});

test("with --json nobody is asked", () => {
  expect(makeTerminal({}, { isJson: true }).canAsk).toBe(false);
  expect(makeTerminal({}).canAsk).toBe(true);
});
