import { expect, test } from "vitest";
import { loadCommonJs } from "../../../src/connection/common-js.js";

test("a package that is installed is required, and not imported", async () => {
  const loaded = await loadCommonJs<unknown>("libsql", async () => "imported");
  expect(loaded).toBeTypeOf("function");
  expect(loaded).toBe((await import("libsql")).default);
});

test("a package that is found only by an import, as in an application that was bundled, is imported", async () => {
  expect(await loadCommonJs<unknown>("tenon-is-not-a-driver", async () => "imported")).toBe("imported");
});

test("of a package that is nowhere the import's own error is told", async () => {
  const missing = new Error("Cannot find package");
  await expect(loadCommonJs("tenon-is-not-a-driver", () => Promise.reject(missing))).rejects.toBe(missing);
});
