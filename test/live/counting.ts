import type { Connection } from "../../src/index.js";

/** The same connection, and how many statements were sent through it. */
export function counting(connection: Connection): { readonly connection: Connection; sent(): number } {
  let sent = 0;
  const counted = new Proxy(connection, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (["query", "execute", "executeScript", "stream", "holds"].includes(String(property))) sent++;
        return Reflect.apply(value, target, given);
      };
    },
  });
  return { connection: counted, sent: () => sent };
}
