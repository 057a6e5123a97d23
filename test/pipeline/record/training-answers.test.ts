/** @file Answers to training images and weights that a run keeps, epoch by epoch, and where two runs part. */
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";

import {fork, shuffled} from "../../../src/nouns/random";
import {epochsOfWeights, keepWeights, readWeights} from "../../../src/pipeline/record/epoch-weights";
import {partingOf, partingWords} from "../../../src/pipeline/record/parting";
import {openRunDirectory} from "../../../src/pipeline/record/run-directory";
import {keptTracks} from "../../../src/pipeline/record/tracks";
import {
  answersFrom,
  hasTrainingLabels,
  keptTrainingAnswers,
  trainingAnswersOf,
} from "../../../src/pipeline/record/training-answers";
import {temporaryFolder} from "../../support/idx-files";

const LABELS = Uint8Array.of(0, 1, 0, 1);
const answers = (first: number, more: object = {}) => ({
  losses: Float32Array.of(first, 1, 1, 1),
  margins: new Float32Array(4),
  predicted: new Uint8Array(4),
  sureness: new Uint8Array(4),
  ...more,
});

/** A run that keeps such answers, and labels. */
async function runWith(kept: {readonly [epoch: number]: object}, labels?: Uint8Array): Promise<string> {
  const run = temporaryFolder();
  const directory = openRunDirectory(run);
  if (labels) await directory.writeValue("training/labels", {labels});
  for (const [epoch, value] of Object.entries(kept))
    await directory.writeValue(`training/epoch-${epoch.padStart(3, "0")}`, value);
  return run;
}

describe("answers to the training images", () => {
  test("are those of all epochs, in the order of their numbers", async () => {
    const run = await runWith({1: answers(1), 1000: answers(3), 999: answers(2)}, LABELS);
    const kept = await trainingAnswersOf(run);
    expect(kept).toMatchObject({epochs: [1, 999, 1000], of: 3, labels: LABELS});
    expect(kept.losses.map(([first]) => first)).toEqual([1, 2, 3]);
    for (const lacking of ["errors", "entropies"]) expect(kept).not.toHaveProperty(lacking);
  });

  test("may be of fewer epochs; what not all epochs have is left out", async () => {
    const errors = Uint8Array.of(1, 2, 3, 4);
    const some = Object.fromEntries([1, 2, 3, 4, 5].map((epoch) => [epoch, answers(epoch, {errors})]));
    const kept = await keptTrainingAnswers(await runWith(some, LABELS), 3);
    expect(kept).toMatchObject({epochs: [1, 3, 5], of: 5, errors: [errors, errors, errors]});
    const half = await keptTrainingAnswers(await runWith({...some, 5: answers(5)}, LABELS));
    expect(half).not.toHaveProperty("errors");
  });

  test("have the hardness of each image if the run kept it", async () => {
    const run = await runWith({1: answers(1)}, LABELS);
    await openRunDirectory(run).writeValue("training/hardness", {entropies: Uint8Array.of(9, 8, 7, 6)});
    expect((await trainingAnswersOf(run)).entropies).toEqual(Uint8Array.of(9, 8, 7, 6));
    await openRunDirectory(run).writeValue("training/hardness", {entropies: Uint8Array.of(9)});
    await expect(trainingAnswersOf(run)).rejects.toThrow("expected the hardness of 4 images, got that of 1");
  });

  test("are of as many images as there are labels", async () => {
    const run = await runWith({1: answers(1)}, Uint8Array.of(0, 1, 0));
    await expect(trainingAnswersOf(run)).rejects.toThrow(/epoch-001\.json: expected answers to 3 images, got 4$/);
    expect(answersFrom(answers(1), LABELS, "x")).toMatchObject({predicted: new Uint8Array(4)});
    expect([await hasTrainingLabels(run, 3), await hasTrainingLabels(run, 4)]).toEqual([true, false]);
    expect(await hasTrainingLabels(temporaryFolder(), 3)).toBe(false);
  });

  test("are none in a run that kept none", async () => {
    for (const run of [temporaryFolder(), await runWith({}, LABELS)]) {
      expect(await keptTrainingAnswers(run)).toBeUndefined();
      await expect(trainingAnswersOf(run)).rejects.toThrow(`${run}: expected a run that kept its answers`);
    }
    const file = temporaryFolder();
    mkdirSync(join(file, "artifacts"));
    writeFileSync(join(file, "artifacts/training"), "");
    await expect(keptTrainingAnswers(file)).rejects.toMatchObject({code: "ENOTDIR"});
  });
});

describe("tracks", () => {
  test("are read in the order of their epochs, and none where none were kept", async () => {
    const run = temporaryFolder();
    expect(await keptTracks(run)).toEqual([]);
    for (const epoch of [2, 1]) await openRunDirectory(run).writeValue(`track/epoch-00${epoch}`, {at: [epoch]});
    expect((await keptTracks(run)).map(({at}) => at)).toEqual([[1], [2]]);
    const file = temporaryFolder();
    mkdirSync(join(file, "artifacts"));
    writeFileSync(join(file, "artifacts/track"), "");
    await expect(keptTracks(file)).rejects.toMatchObject({code: "ENOTDIR"});
  });
});

const weights = (name: string, ...values: readonly number[]) => ({
  name,
  shape: [values.length],
  values: Float32Array.from(values),
});

describe("weights", () => {
  test("of at most a million numbers are kept, all arrays together", async () => {
    const kept: string[] = [];
    const directory = {writeValue: async (name: string) => void kept.push(name)} as never;
    const array = (length: number) => ({name: "w", shape: [length], values: new Float32Array(length)});
    await keepWeights(directory, 1, [array(600_000), array(400_001)]);
    expect(kept).toEqual([]);
    await keepWeights(directory, 2, [array(600_000), array(400_000)]);
    expect(kept).toEqual(["weights/all-epoch-002"]);
  });

  test("are found by their epochs, in order", async () => {
    const run = temporaryFolder();
    expect(await epochsOfWeights(run)).toEqual([]);
    for (const epoch of [1000, 999, 2]) await keepWeights(openRunDirectory(run), epoch, [weights("w", epoch)]);
    expect(await epochsOfWeights(run)).toEqual([2, 999, 1000]);
    expect(await readWeights(run, 999)).toEqual([weights("w", 999)]);
  });
});

describe("where two runs part", () => {
  const at = (path: string, more: object = {}) => ({path, seed: 5, batchSize: 3, ...more});
  const order = shuffled(4, fork(5, "shuffle", 1));
  /** The losses of an epoch that differ at the nth image that is trained on. */
  const differing = (n: number) =>
    answers(0, {losses: Float32Array.from([0, 1, 2, 3], (i) => (i === order[n] ? 7 : 1))});
  const same = answers(0, {losses: new Float32Array(4).fill(1)});

  test.each([
    [0, 1],
    [2, 1],
    [3, 2],
  ])("an image at place %i is in batch %i", async (place, batch) => {
    const [base, other] = [await runWith({1: same}), await runWith({1: differing(place)})];
    expect(await partingOf(at(base), at(other))).toEqual({
      ...{epoch: 1, batch, batches: 2, image: order[place], losses: [1, 7], layers: []},
    });
  });

  test("is the first epoch, by its number, that both have and that differs", async () => {
    const base = await runWith({1: same, 2: same, 999: same, 1000: same});
    const other = await runWith({1: same, 999: differing(0), 1000: differing(0)});
    expect(await partingOf(at(base), at(other))).toMatchObject({epoch: 999});
    expect(await partingOf(at(base), at(base))).toBeNull();
  });

  test("is not known of runs without a first epoch, of other images, seeds or batches", async () => {
    const base = await runWith({1: same});
    const none = async (other: string, more: object = {}) =>
      expect(await partingOf(at(base), at(other, more))).toBeUndefined();
    await none(await runWith({2: same}));
    await none(await runWith({1: {...same, losses: new Float32Array(5)}}));
    await none(base, {seed: 6});
    await none(base, {batchSize: 4});
  });

  test("names the layers whose weights differ at the first epoch at which any do", async () => {
    const [base, other] = [await runWith({1: same}), await runWith({1: differing(0)})];
    const keep = (run: string, epoch: number, ...arrays: readonly ReturnType<typeof weights>[]) =>
      keepWeights(openRunDirectory(run), epoch, arrays);
    await keep(base, 0, weights("a/kernel", 1), weights("b/kernel", 2));
    await keep(other, 0, weights("a/kernel", 1), weights("b/kernel", 2));
    await keep(
      base,
      1,
      weights("a/kernel", 1, 2),
      weights("b/kernel", 2),
      weights("c/bias", 3),
      weights("c/kernel", 4),
    );
    await keep(other, 2, weights("a/kernel", 0));
    expect((await partingOf(at(base), at(other)))?.layers).toEqual([]);
    await keep(other, 1, weights("a/kernel", 1, 3), weights("b/kernel", 2), weights("c/bias", 3, 3), weights("d", 1));
    expect((await partingOf(at(base), at(other)))?.layers).toEqual(["a", "c"]);
  });

  test("is said in one line, with the layers if they are known", () => {
    const parting = {epoch: 2, batch: 3, batches: 4, image: 5, losses: [0.5, 1 / 3] as const, layers: [] as string[]};
    const words = "they part at batch 3 of 4 of epoch 2, at training image 5: its loss is 0.5000000, then 0.3333333";
    expect(partingWords(parting)).toBe(words);
    expect(partingWords({...parting, layers: ["a", "b"]})).toBe(`${words}; the weights of a, b differ`);
    expect(partingWords(null)).toMatch(/^both runs are the same, bit for bit/);
  });
});
