import {expect, test} from "vitest";
import type {DifferentiableClassifier} from "../../../src/nouns/network";
import {fork} from "../../../src/nouns/random";
import type {Images} from "../../../src/nouns/samples";
import {saliency} from "../../../src/pipeline/probes/saliency";
import {decode, encode} from "../../../src/pipeline/record/artifact-codec";
import type {Artifact, ProbeContext} from "../../../src/pipeline/types";
import {artifactsOf} from "../../support/artifacts";
import {testDigits} from "../../support/digits";

const samples = testDigits([0, 8]); // a 7 and a 5
const CLASSES = 10;

/** Linear: class k's logit is the image against a pattern, a bump at column `2 k + shift`. */
function classifier(shift: number): DifferentiableClassifier {
  const weight = (k: number, i: number) => Math.exp(-(((i % 28) - 2 * k - shift) ** 2) / 20);
  const logits = async ({count, pixels}: Images) =>
    Float32Array.from({length: count * CLASSES}, (_, at) => {
      const [n, k] = [Math.floor(at / CLASSES), at % CLASSES];
      return pixels.subarray(784 * n, 784 * (n + 1)).reduce((sum, v, i) => sum + v * weight(k, i), 0);
    });
  return {
    imageShape: samples.shape,
    classNames: Array.from("0123456789"),
    logits,
    predict: async (images) => {
      const odds = (await logits(images)).map(Math.exp);
      return odds.map((v, i) => {
        const from = CLASSES * Math.floor(i / CLASSES);
        return v / odds.subarray(from, from + CLASSES).reduce((a, b) => a + b, 0);
      });
    },
    inputGradient: async ({pixels}, targets) =>
      pixels.map((_, i) => (targets === "all" ? 1 : weight(targets[Math.floor(i / 784)], i % 784))),
    forward: async () => [],
  };
}

async function probe(epoch: number, shift: number, last?: Artifact, given: {[name: string]: string} = {}) {
  const context = {
    epoch,
    classifier: classifier(shift),
    test: {count: 9, read: async () => samples},
    samples,
    sampleIndices: Uint32Array.of(0, 8),
    random: fork(7, "saliency", epoch),
    previous: async () => last,
  } as Partial<ProbeContext> as ProbeContext;
  const artifacts = await artifactsOf(saliency, context, given);
  const {json, binary} = encode(artifacts[0], "x.bin"); // as a later epoch finds it
  return decode(json, (_, offset, length) => binary!.slice(offset, offset + length).buffer as ArrayBuffer) as Artifact;
}
const trustOf = ({numbers}: Artifact) => numbers?.trust as {[figure: string]: (number | null)[]};

test("the saliency probe compares each epoch's maps with the untrained network's, through all epochs between", async () => {
  const untrained = await probe(0, 0);
  expect(trustOf(untrained).untrainedCorrelation).toEqual([1, 1]);
  const first = await probe(1, 9, untrained);
  const second = await probe(2, 0, first);
  for (const correlation of trustOf(first).untrainedCorrelation) expect(correlation).toBeLessThan(0.9);
  expect(trustOf(second).untrainedCorrelation).toEqual([1, 1]); // the same maps again
  expect(trustOf(second).maxSensitivity).toEqual([0, 0]); // of a linear network
  for (const infidelity of trustOf(second).relativeInfidelity) expect(infidelity).toBeLessThan(1e-9);
});

test("where epoch 0 was not looked at, or another class was explained, there is no comparison", async () => {
  expect(trustOf(await probe(3, 0)).untrainedCorrelation).toEqual([null, null]);
  const untrained = await probe(0, 0, undefined, {target: "predicted"});
  const later = trustOf(await probe(1, -18, untrained, {target: "predicted"}));
  expect(later.untrainedCorrelation).toEqual([null, null]); // shifted so far that another class is predicted
});

test("exigo's mode stays what that pipeline computes, with no figures added", async () => {
  expect((await probe(1, 0, undefined, {mode: "exigo"})).numbers?.trust).toBeUndefined();
});
