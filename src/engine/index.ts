// The engine: journal, plan, run and guards. Works on a connection through a dialect; never asks which engine it
// has, and knows nothing of commands, configs or the modules' registry.

export type { HistoryToAdopt, MigrationToAdopt } from "./adopt-history.js";
export type { AdoptedHistory } from "./adopted-history.js";
export type { ApplyChangesRequest } from "./apply-changes.js";
export type { PartToApply } from "./apply-to-empty.js";
export type { VersionToApply } from "./apply-version.js";
export type { BoundWork } from "./bound-work.js";
export { Catalogue } from "./catalogue.js";
export { changeScript, planScript } from "./change-script.js";
export { type Clock, systemClock } from "./clock.js";
export type { DriftItem } from "./drift.js";
export type { Direction, RunEvent, RunListener, StepReference } from "./events.js";
export { markHistory } from "./foreign-history.js";
export { withoutForeignSchemas } from "./foreign-schemas.js";
export type { History } from "./history.js";
export { DEFAULT_JOURNAL_TABLE, JOURNAL_BESIDE_ANOTHER, Journal, type SyncedFacts } from "./journal.js";
export type { JournalRow, JournalStatus } from "./journal-row.js";
export { nextVersionOf } from "./module-versions.js";
export { hasNothingToDo, type StartContext } from "./nothing-to-do.js";
export {
  acceptChanged,
  adoptHistory,
  applyChanges,
  applyStamped,
  applyToEmpty,
  applyVersion,
  findChanged,
  findDrift,
  forgetProgress,
  offlineScript,
  plan,
  planInput,
  readModel,
  readOwners,
  readSnapshot,
  readState,
  readStatus,
  replayInto,
  replayMigrations,
  run,
  runPending,
  stamp,
  takeSnapshot,
  validate,
} from "./on-demand.js";
export { type ContextOptions, completeContext, openContext, openStart } from "./open-context.js";
export type { ObjectOwner } from "./owners.js";
export { describeObject } from "./ownership.js";
export { type PlanOptions, pendingMigrations, type Target } from "./plan.js";
export type { PlannedStep } from "./plan-input.js";
export { type PluginRecord, PluginRecords, type PluginStatus } from "./plugin-records.js";
export { type PreparedStep, prepareStep } from "./prepare-step.js";
export type { RunContext, RunOptions, RunResult, StepName, StepResult } from "./run.js";
export { pluginsAmong, type ScratchPlugins } from "./scratch-plugins.js";
export { readSettledStatus } from "./settled-status.js";
export type { Snapshot } from "./snapshot.js";
export type { ChangedMigration } from "./stamp.js";
export type { ModuleState, ModuleStatus } from "./status.js";
export { utcTime } from "./utc-time.js";
export type { Problem, ValidateOptions, Validation } from "./verify.js";
