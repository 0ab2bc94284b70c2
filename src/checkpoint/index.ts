// Checkpoints: what the history of a module builds, written down as one file, so that an empty database need not go
// through all of it. Stands on the engine and knows no other capability.
export { buildCheckpoint, type CheckpointRequest } from "./build-checkpoint.js";
export type { Checkpoint } from "./checkpoint.js";
export { parseCheckpoint, renderCheckpoint } from "./checkpoint-file.js";
export { useCheckpoints } from "./use-checkpoints.js";
