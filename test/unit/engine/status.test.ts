import { describe, expect, it } from "vitest";

import type { JournalOutcome } from "../../../src/engine/journal-row.js";
import { describeModules, type ModuleStatus } from "../../../src/engine/status.js";

const defined = (version: string, more: { module?: string; checksum?: string; file?: string } = {}) => ({
  module: "app",
  checksum: `sum of ${version}`,
  ...more,
  version,
});

const row = (version: string, more: Partial<JournalOutcome> = {}): JournalOutcome => ({
  module: "app",
  status: "applied",
  checksum: `sum of ${version}`,
  progress: null,
  error: null,
  ...more,
  version,
});

/** What is told of one module of which versions 1 and 10 are defined. */
function statusWith(rows: readonly JournalOutcome[], module = "app"): ModuleStatus | undefined {
  const migrations = [defined("1"), defined("10"), defined("5", { module: "other" })];
  return describeModules(migrations, ["app"], rows).find((each) => each.module === module);
}

describe("the state of a module", () => {
  it.each<[string, readonly JournalOutcome[], Partial<ModuleStatus>]>([
    ["nothing is applied", [], { state: "pending", current: undefined, pending: ["1", "10"], applied: 0 }],
    ["some is applied", [row("1")], { state: "pending", current: "1", pending: ["10"], applied: 1 }],
    [
      "all is applied",
      [row("1"), row("10")],
      { state: "current", current: "10", currentVersion: 10, pending: [] },
    ],
    [
      "a version was taken back",
      [row("1"), row("10", { status: "rolled_back" })],
      { state: "pending", pending: ["10"] },
    ],
    [
      "a version failed",
      [row("1"), row("10", { status: "failed", error: "no such table" })],
      { state: "failed", pending: ["10"], failed: [{ version: "10", error: "no such table" }] },
    ],
    [
      "a version failed that is gone",
      [row("1"), row("10"), row("11", { status: "failed" })],
      { state: "current", failed: [] },
    ],
    [
      "a version failed halfway that is gone",
      [row("1"), row("10"), row("11", { status: "failed", progress: { finished: 1, prefix: "x" } })],
      { state: "failed", failed: [{ version: "11", error: "" }] },
    ],
    [
      "a version was changed",
      [row("1", { checksum: "other" }), row("10")],
      { state: "changed", changed: ["1"], pending: [] },
    ],
    [
      "a version has no checksum",
      [row("1", { checksum: null }), row("10")],
      { state: "current", changed: [] },
    ],
    [
      "a newer version is applied",
      [row("1"), row("10"), row("11")],
      { state: "newer", current: "11", latest: "10", unknown: ["11"] },
    ],
  ])("when %s", (_, rows, expected) => {
    expect(statusWith(rows)).toMatchObject(expected);
  });

  it("is unknown where only the journal has the module, or somebody else manages it", () => {
    const rows = [row("2", { module: "gone" }), row("7", { module: "other" })];
    expect(statusWith(rows, "gone")).toMatchObject({
      state: "unknown",
      current: "2",
      latest: undefined,
      pending: [],
      unknown: [],
    });
    expect(statusWith(rows, "other")).toMatchObject({
      state: "unknown",
      current: "7",
      latest: "5",
      pending: [],
      unknown: [],
    });
    expect(statusWith(rows)).toMatchObject({ state: "pending", applied: 0 });
  });

  it("tells whose layout the files have, as far as there are files", () => {
    const layoutOf = (file: string | undefined) =>
      describeModules([defined("1", file === undefined ? {} : { file })], ["app"], [])[0]?.layout;
    expect([layoutOf("migrations/1_x.sql"), layoutOf(undefined)]).toEqual(["native", undefined]);
  });
});
