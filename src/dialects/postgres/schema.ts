import { fingerprint, MODEL_VERSION, selectFrom } from "../../schema/index.js";
import type { SchemaDialect } from "../schema-dialect.js";
import { introspect } from "./introspect.js";
import { normalise } from "./normalise.js";
import { compare, planChanges } from "./plan-changes.js";
import { postgresRules } from "./rules.js";

export const postgresSchema: SchemaDialect = {
  rules: postgresRules,
  introspect,
  capture: async (connection) => JSON.stringify(await introspect(connection)),
  captureForm: MODEL_VERSION,
  modelOf: (captured, options = {}) => selectFrom(JSON.parse(captured), options),
  normalise,
  fingerprint: (model) => fingerprint(model, postgresRules),
  compare,
  planChanges,
};
