import { registerSchema } from "tenon";

/** A plugin: applied only when somebody asks for it. It needs version 1 of the users, and nothing later. */
export const calendar = registerSchema("calendar", "plugin", { dependsOn: ["users@1"] })({
  migrations: new URL("./migrations", import.meta.url),
});
