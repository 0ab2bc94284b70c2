import { fingerprint } from "../../schema/index.js";
import type { SchemaDialect } from "../schema-dialect.js";
import { captureCatalogue, readCaptured } from "./catalogue.js";
import { introspect, listObjects, modelOf } from "./introspect.js";
import { introspectPair, parseCaptured } from "./introspect-pair.js";
import { normalise } from "./normalise.js";
import { compare, planChanges } from "./plan-changes.js";
import { sqliteRules } from "./rules.js";

export const sqliteSchema: SchemaDialect = {
  rules: sqliteRules,
  introspect,
  introspectPair,
  capture: async (connection) => JSON.stringify(await captureCatalogue(connection)),
  captureForm: 1,
  modelOf: (captured, options = {}) => {
    const catalogue = readCaptured(parseCaptured(captured));
    return modelOf(catalogue, listObjects(catalogue, options));
  },
  normalise,
  fingerprint: (model) => fingerprint(model, sqliteRules),
  compare,
  planChanges,
};
