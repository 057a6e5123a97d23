/** @file Functions that read a run's files: by their path on Node, or from any source of bytes. */

export {
  decode as decodeArtifact,
  type Encoded,
  encode as encodeArtifact,
  type ReadBytes,
} from "./pipeline/record/artifact-codec";
export {parseMetrics} from "./pipeline/record/metrics-file";
export {type NdArray, parseNpy, writeNpy} from "./pipeline/record/npy";
export {parseNpz, writeNpz} from "./pipeline/record/npz";
export {type ReadFile, type ReadRun, readRun} from "./pipeline/record/read-run";
export {readArtifactFile, readSaved} from "./pipeline/record/saved-file";
export {
  answersAt,
  openSavedRun as openRun,
  type SavedAnswers,
  type SavedImages,
  type SavedRun,
  testImagesOf,
} from "./pipeline/record/saved-run";
