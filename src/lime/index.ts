/** @file LIME as a package, for Node and browsers. It calls nothing of a classifier but `predict`. */

export type {OrderCurve} from "./deletion-insertion";
export {explainStudy, type LimeExplanation, type LimeStudy} from "./explanation";
export {studyWithLime} from "./lime";
export type {Removal, RemovalRound} from "./remove-and-ask";
export {
  type CurveOptions,
  deletionInsertion,
  type Explained,
  explainWithLime,
  type LimeOptions,
  removeAndAskAgain,
  segment,
} from "./requests";
export {type SegmentationMethod, type Segmenter, suitedSegmenter} from "./segmentation/index";
export type {Raster, Segmentation} from "./segmentation/raster";
export {type Hiding, type LimeSettings, type RecipeName, recipes} from "./settings";
