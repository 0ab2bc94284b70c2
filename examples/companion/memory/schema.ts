import { registerSchema } from "tenon";

/** What the assistant remembers. Its migrations are files, because the SQL differs from engine to engine. */
export const memory = registerSchema("memory", "core", { priority: 3, dependsOn: ["users"] })({
  migrations: new URL("./migrations", import.meta.url),
});
