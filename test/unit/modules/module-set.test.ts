import { describe, expect, it } from "vitest";

import { defineModule, ModuleSet, NO_RULES } from "../../../src/modules/index.js";
import { refusalOf } from "../migrations/refusal.js";
import { core, plugin } from "./modules.js";

const source = { kind: "inline", versions: {} } as const;

describe("defineModule", () => {
  it("keeps what was given, with a priority of 100 when none was", () => {
    const dependsOn = ["users@002", { module: "core", version: 3n }, "users@2"];
    expect(defineModule("notes", "plugin", { dependsOn }, source)).toEqual({
      name: "notes",
      kind: "plugin",
      priority: 100,
      dependsOn: [
        { module: "users", version: "2" },
        { module: "core", version: "3" },
      ],
      conflictsWith: [],
      rules: NO_RULES,
      source,
    });
    expect(defineModule("notes", "core", { priority: -1 }, source).priority).toBe(-1);
  });

  it("keeps the rules of a plugin, and takes none for a core module", () => {
    const options = { prefix: "notes_", sqlOnly: true, conflictsWith: "memos" };
    expect(plugin("notes", options)).toMatchObject({
      conflictsWith: ["memos"],
      rules: { prefix: "notes_", sqlOnly: true, extensions: [] },
    });
    expect(core("notes").rules).toBeUndefined();
    expect(() => core("notes", { prefix: "notes_" })).toThrow("is a core module and has prefix");
    expect(() => plugin("notes", { prefix: "Notes-" })).toThrow('has the prefix "Notes-"');
    expect(() => plugin("notes", { conflictsWith: "notes" })).toThrow('has the conflictsWith "notes"');
  });

  it.each(["users", "my_module", "Users", "a", "plugin-2", "acme.calendar", "x".repeat(63)])(
    "takes the name %s",
    (name) => expect(core(name).name).toBe(name),
  );

  it.each([
    "",
    " ",
    "2users",
    "_users",
    "users@2",
    "a b",
    "a/b",
    "../x",
    "ü",
    "a\n",
    "a;b",
    "x".repeat(64),
    '"a"',
  ])("refuses the name %j", (name) => expect(refusalOf(() => core(name)).code).toBe("MODULE_INVALID"));

  it.each([
    ["a kind that is none", () => defineModule("a", "extra" as never, {}, source), '"extra"'],
    ["a priority that is no whole number", () => core("a", { priority: 1.5 }), "1.5"],
    ["an option that is none", () => core("a", { priorty: 1 } as never), '"priorty"'],
    ["a dependency on itself", () => core("a", { dependsOn: ["a@1"] }), "itself"],
    ["a dependency that is none", () => core("a", { dependsOn: ["a b"] }), '"a b"'],
  ])("refuses %s", (_, define, told) => {
    const error = refusalOf(define);
    expect([error.code, error.where.module]).toEqual(["MODULE_INVALID", "a"]);
    expect(error.message).toContain(told);
  });
});

describe("a ModuleSet", () => {
  it("lists its modules in their order, all or those of one kind", () => {
    const set = new ModuleSet([plugin("calendar"), core("b"), core("z", { priority: 1 }), core("a")]);
    expect(set.names()).toEqual(["z", "a", "b", "calendar"]);
    expect(set.list("plugin").map(({ name }) => name)).toEqual(["calendar"]);
    expect([set.size, set.has("a"), set.has("x"), set.get("a").name]).toEqual([4, true, false, "a"]);
  });

  it("refuses a name twice, and takes the same module again", () => {
    const users = core("users");
    const set = new ModuleSet([users, users]);
    expect(set.size).toBe(1);
    const error = refusalOf(() => set.add(core("users")));
    expect([error.code, error.where.module]).toEqual(["MODULE_DUPLICATE", "users"]);
    expect(set.get("users")).toBe(users);
  });

  it("refuses names that differ only in case", () => {
    const error = refusalOf(() => new ModuleSet([core("users"), core("Users")]));
    expect(error.message).toBe("The module names users and Users differ only in case.");
  });

  it("asks whether another module was meant", () => {
    const set = new ModuleSet([core("conversations"), core("users")]);
    const hint = (name: string) => refusalOf(() => set.get(name)).hint;
    expect(hint("conversation")).toBe("Did you mean conversations?");
    expect(hint("USERS")).toBe("Did you mean users?");
    expect(hint("calendar")).toBe("Known modules: conversations, users.");
    expect(refusalOf(() => new ModuleSet().get("a")).hint).toContain("No module is registered");
  });
});
