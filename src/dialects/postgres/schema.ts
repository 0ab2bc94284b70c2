import { fingerprint, MODEL_VERSION } from "../../schema/index.js";
import type { SchemaDialect } from "../schema-dialect.js";
import { introspect, modelOf } from "./introspect.js";
import { introspectPair } from "./introspect-pair.js";
import { normalise } from "./normalise.js";
import { compare, planChanges } from "./plan-changes.js";
import { postgresRules } from "./rules.js";

export const postgresSchema: SchemaDialect = {
  rules: postgresRules,
  introspect,
  introspectPair,
  capture: async (connection) => JSON.stringify(await introspect(connection)),
  captureForm: MODEL_VERSION,
  modelOf,
  normalise,
  fingerprint: (model) => fingerprint(model, postgresRules),
  compare,
  planChanges,
};
