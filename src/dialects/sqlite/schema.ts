import { fingerprint } from "../../schema/index.js";
import type { SchemaDialect } from "../schema-dialect.js";
import { introspect } from "./introspect.js";
import { normalise } from "./normalise.js";
import { compare, planChanges } from "./plan-changes.js";
import { sqliteRules } from "./rules.js";

export const sqliteSchema: SchemaDialect = {
  rules: sqliteRules,
  introspect,
  normalise,
  fingerprint: (model) => fingerprint(model, sqliteRules),
  compare,
  planChanges,
};
