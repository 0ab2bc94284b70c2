import { expect, it } from "vitest";

import { dependentsOf, orderMigrations } from "../../../src/modules/index.js";
import { core, idOf, ids, migration, plugin } from "./modules.js";

const ordered = orderMigrations(
  [
    core("users"),
    core("notes", { dependsOn: ["users@2"] }),
    plugin("calendar", { dependsOn: ["users"] }),
    plugin("other"),
  ],
  [
    ...["users@1", "users@2", "users@3", "notes@1", "notes@2", "calendar@1", "other@1"].map((id) =>
      migration(id),
    ),
    migration("other@2", "notes@2"),
  ],
);

function dependents(...leaving: string[]): string[] {
  return ids(dependentsOf(ordered, leaving.map(idOf)));
}

it("later versions of a module leave with an earlier one", () => {
  expect(dependents("other@1")).toEqual(["other@2"]);
});

it("what depends on a version leaves when that version or an earlier one does, and so do its own dependents", () => {
  expect(dependents("users@2", "users@3")).toEqual(["notes@1", "notes@2", "calendar@1", "other@2"]);
  expect(dependents("users@1", "users@2", "users@3")).toEqual([
    "notes@1",
    "notes@2",
    "calendar@1",
    "other@2",
  ]);
});

it("what depends on a version stays when a later one leaves, and what depends on the whole module does not", () => {
  expect(dependents("users@3")).toEqual(["calendar@1"]);
});

it("nothing leaves with what nothing depends on", () => {
  expect(dependents("other@2")).toEqual([]);
  expect(dependents()).toEqual([]);
});
