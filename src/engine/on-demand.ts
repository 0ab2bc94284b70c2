// What most runs do not need. Each part is loaded when it is first called, so that a command that finds nothing to do
// does not wait for what it does not use.
import type * as AdoptHistory from "./adopt-history.js";
import type * as ApplyChanges from "./apply-changes.js";
import type * as ApplyToEmpty from "./apply-to-empty.js";
import type * as ApplyVersion from "./apply-version.js";
import type * as Drift from "./drift.js";
import type * as OfflineScript from "./offline-script.js";
import type * as Owners from "./owners.js";
import type * as Replay from "./replay.js";
import type * as Run from "./run.js";
import type * as Snapshot from "./snapshot.js";
import type * as Stamp from "./stamp.js";
import type * as Status from "./status.js";
import type * as Verify from "./verify.js";

export const adoptHistory: typeof AdoptHistory.adoptHistory = async (...given) =>
  (await import("./adopt-history.js")).adoptHistory(...given);

export const applyChanges: typeof ApplyChanges.applyChanges = async (...given) =>
  (await import("./apply-changes.js")).applyChanges(...given);

export const applyToEmpty: typeof ApplyToEmpty.applyToEmpty = async (...given) =>
  (await import("./apply-to-empty.js")).applyToEmpty(...given);

export const applyVersion: typeof ApplyVersion.applyVersion = async (...given) =>
  (await import("./apply-version.js")).applyVersion(...given);

export const applyStamped: typeof ApplyVersion.applyStamped = async (...given) =>
  (await import("./apply-version.js")).applyStamped(...given);

export const findDrift: typeof Drift.findDrift = async (...given) =>
  (await import("./drift.js")).findDrift(...given);

export const replayMigrations: typeof Replay.replayMigrations = async (...given) =>
  (await import("./replay.js")).replayMigrations(...given);

export const replayInto: typeof Replay.replayInto = async (...given) =>
  (await import("./replay.js")).replayInto(...given);

export const readModel: typeof Snapshot.readModel = async (...given) =>
  (await import("./snapshot.js")).readModel(...given);

export const readOwners: typeof Owners.readOwners = async (...given) =>
  (await import("./owners.js")).readOwners(...given);

export const readSnapshot: typeof Snapshot.readSnapshot = async (...given) =>
  (await import("./snapshot.js")).readSnapshot(...given);

export const takeSnapshot: typeof Snapshot.takeSnapshot = async (...given) =>
  (await import("./snapshot.js")).takeSnapshot(...given);

export const offlineScript = async (
  request: Parameters<typeof OfflineScript.offlineScript>[0],
): Promise<string> => (await import("./offline-script.js")).offlineScript(request);

export const run: typeof Run.run = async (...given) => (await import("./run.js")).run(...given);

export const runPending: typeof Run.runPending = async (...given) =>
  (await import("./run.js")).runPending(...given);

export const plan: typeof Run.plan = async (...given) => (await import("./run.js")).plan(...given);

export const planInput: typeof Run.planInput = async (...given) =>
  (await import("./run.js")).planInput(...given);

export const readState: typeof Run.readState = async (...given) =>
  (await import("./run.js")).readState(...given);

export const readStatus: typeof Status.readStatus = async (...given) =>
  (await import("./status.js")).readStatus(...given);

export const stamp: typeof Stamp.stamp = async (...given) => (await import("./stamp.js")).stamp(...given);

export const findChanged: typeof Stamp.findChanged = async (...given) =>
  (await import("./stamp.js")).findChanged(...given);

export const acceptChanged: typeof Stamp.acceptChanged = async (...given) =>
  (await import("./stamp.js")).acceptChanged(...given);

export const forgetProgress: typeof Stamp.forgetProgress = async (...given) =>
  (await import("./stamp.js")).forgetProgress(...given);

export const validate: typeof Verify.validate = async (...given) =>
  (await import("./verify.js")).validate(...given);
