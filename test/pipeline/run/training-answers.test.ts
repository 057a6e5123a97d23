import {existsSync, rmSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, expect, test} from "vitest";

import {resolveOptions} from "../../../src/nouns/options";
import {keptAnswers, wholeAnswers} from "../../../src/pipeline/record/epoch-answers";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {readSaved} from "../../../src/pipeline/record/saved-file";
import {run} from "../../../src/pipeline/run";
import {runOptions} from "../../../src/pipeline/run/options";
import {temporaryFolder} from "../../support/idx-files";
import {metricsOf, runAll} from "../../support/small-run";

interface Answers {
  readonly losses: Float32Array;
  readonly margins: Float32Array;
  readonly predicted: Uint8Array;
  readonly sureness: Uint8Array;
}

const save = join(temporaryFolder(), "save");
afterAll(() => rmSync(join(save, ".."), {recursive: true, force: true}));
const options = {save, probes: "none", epochs: 2, trainLimit: 600, testLimit: 50, projector: 0};
const answersOf = async (run: string, epoch: number) =>
  (await readSaved(join(save, run, `artifacts/training/epoch-00${epoch}.json`))) as Answers;

test("a run keeps what the network answered to each training image, and its means are the epoch's own", async () => {
  await runAll({...options, name: "whole"}, {});
  const {labels} = (await readSaved(join(save, "whole/artifacts/training/labels.json"))) as {labels: Uint8Array};
  expect(labels).toHaveLength(550);
  const metrics = metricsOf(join(save, "whole"));
  for (const epoch of [1, 2]) {
    const {losses, margins, predicted, sureness} = wholeAnswers(await answersOf("whole", epoch), labels);
    const {trainLoss, trainAccuracy} = metrics[epoch];
    expect(losses.reduce((sum, loss) => sum + loss, 0) / 550).toBeCloseTo(trainLoss as number, 6);
    expect(predicted.filter((k, n) => k === labels[n]).length / 550).toBeCloseTo(trainAccuracy as number, 12);
    margins.forEach((margin, n) => {
      expect(margin > 0).toBe(predicted[n] === labels[n]);
      if (margin > 0) expect(Math.abs(sureness[n] / 255 - Math.exp(-losses[n]))).toBeLessThan(0.5 / 255 + 1e-6);
    });
  }
  expect(existsSync(join(save, "whole/artifacts/training/epoch-000.json"))).toBe(false);
  const bytes = statSync(join(save, "whole/artifacts/training/epoch-001.npz")).size;
  const wrong = (await answersOf("whole", 1)).predicted.length;
  expect(wrong).toBeLessThan(550);
  expect(bytes).toBeLessThan(9 * 550 + 2 * wrong + 1200); // of MNIST's five epochs 2.5 MB, 2.7 with labels, places and hardness
});

test("answers that were right are known from the label and the loss, and come back whole", () => {
  const labels = Uint8Array.of(3, 1, 0, 2);
  const whole = {
    losses: Float32Array.of(0.1, 2.3, 0, 0.7),
    margins: Float32Array.of(2, -1, 30, 0), // two logits are equal: the answer is kept
    predicted: Uint8Array.of(3, 0, 0, 1),
    sureness: Uint8Array.of(231, 200, 255, 127),
  };
  const kept = keptAnswers(whole);
  expect([...kept.predicted, ...kept.sureness]).toEqual([0, 1, 200, 127]);
  expect(wholeAnswers(kept, labels)).toEqual(whole);
  expect(wholeAnswers(whole, labels)).toBe(whole); // of an earlier version
  const allWrong = {...whole, margins: Float32Array.of(-1, -1, -1, -1)};
  expect(wholeAnswers(keptAnswers(allWrong), labels)).toEqual(allWrong);
  expect(() => wholeAnswers({...kept, predicted: Uint8Array.of(0)}, labels)).toThrow(RangeError);
});

test("a run interrupted within an epoch continues with the answers it had", async () => {
  const stop = new AbortController();
  const small = {...options, batchSize: 16, testLimit: 50, trainLimit: 600};
  await runAll({...small, name: "unbroken"}, {});
  for await (const event of run(
    resolveOptions(runOptions, {...small, name: "broken"}, "--"),
    {},
    {signal: stop.signal},
  )) {
    if (event.type === "train" && event.epoch === 1 && event.batch === 20) stop.abort();
  }
  expect(existsSync(join(save, "broken/artifacts/training"))).toBe(false);
  await runAll({...small, name: "broken"}, {}, {resume: openRunDirectory(join(save, "broken"))});
  for (const epoch of [1, 2]) expect(await answersOf("broken", epoch)).toEqual(await answersOf("unbroken", epoch));
});

test("labels that are lost or damaged when a run is resumed are there again at its end", async () => {
  const stop = new AbortController();
  const asked = resolveOptions(runOptions, {...options, epochs: 3, batchSize: 16, name: "lost"}, "--");
  for await (const event of run(asked, {}, {signal: stop.signal})) {
    if (event.type === "train" && event.epoch === 2 && event.batch === 20) stop.abort();
  }
  const file = join(save, "lost/artifacts/training/labels.json");
  const before = await readSaved(file);
  writeFileSync(file, "{");
  await runAll(asked, {}, {resume: openRunDirectory(join(save, "lost"))});
  expect(await readSaved(file)).toEqual(before);
});
