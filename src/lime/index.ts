/** @file LIME as a package: in Node and in browsers; it asks of a classifier nothing but `predict`. */

export {deletionInsertion, type OrderCurve} from "./deletion-insertion";
export {explainStudy, type LimeExplanation, type LimeStudy} from "./explanation";
export {explainWithLime, type LimeOptions, studyWithLime} from "./lime";
export {type Removal, type RemovalRound, removeAndAskAgain} from "./remove-and-ask";
export {type SegmentationMethod, type Segmenter, segment, suitedSegmenter} from "./segmentation/index";
export type {Raster, Segmentation} from "./segmentation/raster";
export {type Hiding, type LimeSettings, type RecipeName, recipes} from "./settings";
