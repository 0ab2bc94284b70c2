import { fingerprint } from "../../schema/index.js";
import type { SchemaDialect } from "../schema-dialect.js";
import { type CapturedCatalogue, captureCatalogue, readCaptured } from "./catalogue.js";
import { introspect, modelOf } from "./introspect.js";
import { normalise } from "./normalise.js";
import { compare, planChanges } from "./plan-changes.js";
import { sqliteRules } from "./rules.js";

export const sqliteSchema: SchemaDialect = {
  rules: sqliteRules,
  introspect,
  capture: async (connection) => JSON.stringify(await captureCatalogue(connection)),
  captureForm: 1,
  modelOf: (captured, options) => modelOf(readCaptured(parse(captured)), options),
  normalise,
  fingerprint: (model) => fingerprint(model, sqliteRules),
  compare,
  planChanges,
};

function parse(captured: string): CapturedCatalogue {
  return JSON.parse(captured);
}
