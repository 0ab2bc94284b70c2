import { loadCommonJs } from "./common-js.js";

/**
 * Loads pg. It finds out whether it runs in Cloudflare, and before Node 21, which has a `navigator` that tells, it makes a
 * `Response` to that end: Node then loads an HTTP client, which takes longer than to load pg itself. So there is no
 * `Response` while pg is required, which is one turn without anybody else's code.
 */
export function loadPg(): Promise<typeof import("pg").default> {
  const own = Object.getOwnPropertyDescriptor(globalThis, "Response");
  const load = () => loadCommonJs("pg", async () => (await import("pg")).default);
  if ("navigator" in globalThis || own?.configurable !== true) return load();
  Object.defineProperty(globalThis, "Response", { value: undefined, configurable: true });
  try {
    return load();
  } finally {
    Object.defineProperty(globalThis, "Response", own);
  }
}
