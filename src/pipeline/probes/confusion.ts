import {classScores, confusionCounts} from "../../numbers/confusion";
import {argMaxRows} from "../../numbers/scores";
import type {Probe} from "../types";
import {after} from "./after";

/** Counts which class is taken for which other, over the whole test split. It keeps every image's probabilities. */
export const confusion: Probe = {
  name: "confusion",
  help: "which class is taken for which, over all test images",
  options: {},
  async *run({classifier, testLabels: labels, testProbabilities, epoch}) {
    const {classNames} = classifier;
    const counts = confusionCounts(labels, argMaxRows(testProbabilities, classNames.length), classNames.length);
    yield {
      name: "matrix",
      plot: "confusionMatrix",
      data: {title: `Confusion ${after(epoch)}`, counts, classNames},
      numbers: {probabilities: testProbabilities, labels, ...classScores(counts, classNames.length)},
    };
  },
};
