/** @file LIME as others ask for it (epochscope/lime), held against the parts that the pipeline asks. */
import {describe, expect, test} from "vitest";

import type {Classifier} from "../../src/lime/classifier";
import {orderCurves} from "../../src/lime/deletion-insertion";
import {explainStudy} from "../../src/lime/explanation";
import {deletionInsertion, explainWithLime, removeAndAskAgain, segment} from "../../src/lime/index";
import {explainWithLime as explain, studyWithLime} from "../../src/lime/lime";
import {removeAndAskAgain as remove} from "../../src/lime/remove-and-ask";
import {segment as segmented} from "../../src/lime/segmentation/index";

/** The probability of "yes" is the mean of the left half, of "maybe" half of what is left. */
const model: Classifier = {
  imageShape: [12, 12, 1],
  classNames: ["no", "yes", "maybe"],
  async predict({count, pixels}) {
    const rows = Array.from({length: count}, (_, n) => {
      let sum = 0;
      for (let p = 0; p < 144; p++) if (p % 12 < 6) sum += pixels[n * 144 + p] / 72;
      return [(1 - sum) / 2, sum, (1 - sum) / 2];
    });
    return Float32Array.from(rows.flat());
  },
};
const image = {
  count: 1,
  shape: [12, 12, 1] as const,
  pixels: Float32Array.from({length: 144}, (_, p) => ((p * 37) % 100) / 120 + 0.1),
};
const few = {samples: 60, hiding: "noise"} as const;

describe("a target", () => {
  test("may be a name, a place, or the most probable", async () => {
    const byName = await explainWithLime(model, image, {...few, target: "yes"});
    expect([byName.target, byName.explained]).toEqual([1, 1]);
    expect(await explainWithLime(model, image, {...few, target: 1})).toEqual(byName);
    expect(await explainWithLime(model, image, {...few, explained: 1})).toEqual(byName);
    const probable = await explainWithLime(model, image, few);
    expect(probable.target).toBe(probable.probability === byName.probability ? 1 : probable.target);
    expect(await explainWithLime(model, image, {...few, target: "predicted"})).toEqual(probable);
  });

  test.each(["cat", -1, 3, 0.5])("of %j, which is no class, is refused", async (target) => {
    await expect(explainWithLime(model, image, {...few, target})).rejects.toThrow(
      `target: expected a class's name, or its number below 3, got ${target}`,
    );
  });
});

test("a seed decides every draw; without one they are the parts' own", async () => {
  const asked = {...few, target: 1} as const;
  const [own, first, again] = [await explainWithLime(model, image, asked), await explainWithLime(model, image, {...asked, seed: 7}), await explainWithLime(model, image, {...asked, seed: 7})]; // biome-ignore format: one list
  const {target: _, ...parts} = own;
  expect(parts).toEqual(await explain(model, image, {...few, explained: 1}));
  expect(first).toEqual(again);
  expect(first.weights).not.toEqual(own.weights);
  expect((await explainWithLime(model, image, {...asked, seed: 7 + 2 ** 32})).weights).not.toEqual(first.weights);
});

test("a signal ends the work before the classifier is asked again", async () => {
  const stop = new AbortController();
  let asked = 0;
  const counting: Classifier = {
    ...model,
    predict(images) {
      asked++;
      if (asked === 2) stop.abort(new RangeError("enough"));
      return model.predict(images);
    },
  };
  const options = {...few, batchSize: 10, signal: stop.signal};
  await expect(explainWithLime(counting, image, options)).rejects.toThrow("enough");
  expect(asked).toBe(2);
  await expect(removeAndAskAgain(counting, image, {...options, most: 1})).rejects.toThrow("enough");
  const explanation = await explainWithLime(model, image, few);
  await expect(deletionInsertion(counting, image, explanation, {signal: stop.signal})).rejects.toThrow("enough");
  expect(asked).toBe(2);
});

test("removeAndAskAgain takes as many segments a round as it is told", async () => {
  const removal = await removeAndAskAgain(model, image, {samples: 60, most: 3, rounds: 2});
  expect(removal).toEqual(await remove(model, image, {samples: 60}, 3, 2));
  await expect(removeAndAskAgain(model, image, {most: 0})).rejects.toThrow("most: expected a whole number, 1 or more");
});

test("deletionInsertion hides as the explanation did, and by the mean where the explanation was copied", async () => {
  const study = await studyWithLime(model, image, {...few, explained: 1});
  const {weights, segmentation} = explainStudy(study, 1);
  const explanation = await explainWithLime(model, image, {...few, target: "yes"});
  const zero = () => 0;
  const [lime] = await deletionInsertion(model, image, explanation);
  const [wanted] = await orderCurves(model, image, study.hidden, segmentation, 1, weights, zero);
  expect(lime).toEqual(wanted);
  const [copied] = await deletionInsertion(model, image, structuredClone(explanation));
  const [byMean] = await deletionInsertion(model, image, explanation, {hiding: "mean"});
  expect(copied).toEqual(byMean);
  expect(copied.deletion).not.toEqual(lime.deletion);
  const small = {...image, shape: [6, 12, 1] as const, pixels: image.pixels.slice(0, 72)};
  await expect(deletionInsertion(model, small, explanation)).rejects.toThrow("expected one for an image of 72 pixels");
});

test("segment fills in what suits the image, and refuses what the method has not", () => {
  const slic = segment(image, {segments: 9});
  expect(slic).toEqual(segmented(image, {method: "slic", segments: 9, compactness: 1, sigma: 1}));
  expect(segment(image, {method: "grid", segments: 4}).count).toBe(4);
  expect(segment(image, {method: "quickshift", sigma: 0}).count).toBeGreaterThan(0);
  expect(() => segment(image, {method: "quickshift", segments: 4})).toThrow(
    "segments: expected a setting of quickshift (kernelSize, maxDistance, ratio), got this one",
  );
});
