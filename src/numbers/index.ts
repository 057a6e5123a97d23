/**
 * @file Pure functions that compute numbers about answers and labels, for Node and browsers. They follow scikit-learn's
 * conventions, if it has any.
 */

export {calibration as reliability, type ReliabilityBin} from "./calibration";
export {type Comparison, compareAnswers} from "./comparison";
export {
  calibratedJoint,
  classThresholds,
  confidentJoint,
  labelIssues,
  normalizedMargin,
  selfConfidence,
} from "./confident-learning";
export {type ClassScores, classScores, confusionCounts, confusionCounts as confusionMatrix} from "./confusion";
export {type Dynamics, dynamicsOf} from "./dynamics";
export {holm, meanAndDeviation, studentQuantile, welchInterval, wilsonInterval} from "./intervals";
export {type PairedTest, pairedTest} from "./paired-test";
export {rankCorrelation} from "./rank-correlation";
export {accuracy, argMaxRows, crossEntropy, softmaxRows} from "./scores";
export {calibration, type FoundSuspects, findSuspects, mcnemar} from "./short-names";
export {type AskedImages, type Suspect, suspectsOf} from "./suspects";
