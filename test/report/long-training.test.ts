import {join} from "node:path";
import {expect, test} from "vitest";

import {suspectTrainingLabels} from "../../src/numbers/suspect-training-labels";
import {trainingAnswersOf} from "../../src/pipeline/record/training-answers";
import {decode} from "../../src/report/client/decode";
import {gather} from "../../src/report/gather/index";
import {temporaryFolder} from "../support/idx-files";
import {runAll} from "../support/small-run";

test("the page of a long run judges labels by all its epochs, as labels suspects does, and shows some of them", async () => {
  const save = temporaryFolder();
  const few = {trainLimit: 200, testLimit: 40, batchSize: 50, epochs: 16, model: "mlp", probes: "confusion"} as const;
  await runAll({...few, save, name: "long", learningRate: 0.01}, {});
  const path = join(save, "long");
  const {file, parts} = await gather(path);
  expect(file.training).toMatchObject({of: 16, judged: 16});
  expect(file.training?.epochs.length).toBeLessThan(13);

  const {labels, losses, margins, predicted} = await trainingAnswersOf(path);
  expect(losses.length).toBe(16);
  const suspects = suspectTrainingLabels({losses, margins}, predicted, labels);
  const training = decode(file, Uint8Array.from(Buffer.concat(parts)).buffer).training;
  if (!training) throw new Error("expected a training set, got none");
  for (const {index, areaUnderMargin} of suspects) {
    const step = file.training?.margins.scale as number;
    expect(Math.abs(training.margins[training.rowOf(index)] - areaUnderMargin)).toBeLessThanOrEqual(step);
  }
});
