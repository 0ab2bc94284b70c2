import type { Module } from "./module.js";

/** The order of modules that do not depend on each other: core before plugins, then by priority, then by name. */
export function compareModules(a: Module, b: Module): number {
  if (a.kind !== b.kind) return a.kind === "core" ? -1 : 1;
  if (a.priority !== b.priority) return a.priority - b.priority;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
