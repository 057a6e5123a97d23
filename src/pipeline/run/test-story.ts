import {join} from "node:path";

import {artifactEpochs} from "../record/artifact-epochs";
import {epochStem} from "../record/epoch-stem";
import {keptEpochs} from "../record/kept-epochs";
import {readArtifactFile} from "../record/saved-file";
import type {SavedAnswers} from "../record/saved-run";

/** The answers of about this many epochs are read at most. */
const MOST_EPOCHS = 200;

/** How a run answered its test images, epoch by epoch; arrays by image. */
export interface TestStory {
  /** The answers at the last epoch. */
  readonly answers: SavedAnswers;
  readonly predicted: Uint16Array;
  /** The first trained epoch, of those looked at, that answered right; 0 if none did. */
  readonly firstCorrect: Uint32Array;
  /** How often the answer differed from the one at the trained epoch before. */
  readonly changes: Uint32Array;
  /** How often a right answer was followed by a wrong one at the next epoch (Toneva et al. 2019). */
  readonly forgotten: Uint32Array;
}

const folderOf = (run: string) => join(run, "artifacts", "confusion");

/** Whether the probe "confusion" has kept answers already. */
export const hasTestStory = async (run: string) => (await artifactEpochs(folderOf(run), "matrix")).length > 0;

/** Reads it from the files of the probe "confusion"; undefined if there are none. */
export async function testStory(run: string): Promise<TestStory | undefined> {
  const folder = folderOf(run);
  const all = (await artifactEpochs(folder, "matrix")).sort((a, b) => a - b);
  let story: TestStory | undefined;
  let isTrained = false;
  for (const epoch of keptEpochs(all, MOST_EPOCHS)) {
    const {numbers} = await readArtifactFile(join(folder, `${epochStem(epoch, "matrix")}.json`));
    const answers = numbers as unknown as SavedAnswers; // the probe "confusion" wrote these
    const {length} = answers.labels;
    const predicted = mostProbable(answers);
    const counts = () => new Uint32Array(length);
    const before: TestStory | undefined = story;
    const {firstCorrect, changes, forgotten} = before ?? {
      ...{firstCorrect: counts(), changes: counts(), forgotten: counts()},
    };
    if (epoch > 0) {
      for (let n = 0; n < length; n++) {
        const isRight = predicted[n] === answers.labels[n];
        if (isRight && firstCorrect[n] === 0) firstCorrect[n] = epoch;
        if (!before || !isTrained || before.predicted[n] === predicted[n]) continue;
        changes[n]++;
        if (before.predicted[n] === answers.labels[n]) forgotten[n]++;
      }
      isTrained = true;
    }
    story = {answers, predicted, firstCorrect, changes, forgotten};
  }
  return story;
}

function mostProbable({probabilities, labels}: SavedAnswers): Uint16Array {
  const classes = probabilities.length / labels.length;
  const best = new Uint16Array(labels.length);
  for (let n = 0; n < best.length; n++) {
    for (let k = 1; k < classes; k++) {
      if (probabilities[n * classes + k] > probabilities[n * classes + best[n]]) best[n] = k;
    }
  }
  return best;
}
