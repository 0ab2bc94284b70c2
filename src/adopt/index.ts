// Taking over from other tools: reads their tables, matches them with files, writes the journal; writes baselines. Never changes what
// is another tool's.
export type { Adoption, AdoptionItem, AdoptionRequest } from "./adoption.js";
export type { AdoptionState } from "./match.js";
export { planAdoption, TOOL_NAMES } from "./plan-adoption.js";
export { refuseUnadopted } from "./refuse-unadopted.js";
