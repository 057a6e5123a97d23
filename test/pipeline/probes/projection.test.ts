import {describe, expect, test} from "vitest";
import type {DifferentiableClassifier, LayerAnswer} from "../../../src/nouns/network";
import {fork} from "../../../src/nouns/random";
import type {Images, LabelledImages, Split} from "../../../src/nouns/samples";
import {threadJobs} from "../../../src/pipeline/jobs/thread";
import {type ProjectionOptions, projection} from "../../../src/pipeline/probes/projection";
import type {Artifact, ProbeContext} from "../../../src/pipeline/types";
import {artifactsOf} from "../../support/artifacts";
import {cloud} from "../../support/tsne-data";

const CLASSES = 3;

/** Images of 4 × 4 whose class is the row that is bright. */
function stripes(count: number): Split {
  const noise = cloud(count, 16, 1, 0.1).values;
  return {
    count,
    async read(indices): Promise<LabelledImages> {
      const places = Array.from(indices);
      const pixels = Float32Array.from(
        places.flatMap((n) => Array.from({length: 16}, (_, p) => (p >> 2 === n % CLASSES ? 1 : 0) + noise[n * 16 + p])),
      );
      return {count: places.length, shape: [4, 4, 1], pixels, labels: Uint16Array.from(places, (n) => n % CLASSES)};
    },
  };
}

/** Scores are the rows' sums; features are the pixels, so many times larger each. */
function summing(growth = 1): DifferentiableClassifier {
  const logits = async ({count, pixels}: Images) =>
    Float32Array.from({length: count * CLASSES}, (_, i) => {
      const start = Math.floor(i / CLASSES) * 16 + (i % CLASSES) * 4;
      return pixels.subarray(start, start + 4).reduce((a, b) => a + b, 0);
    });
  return {
    imageShape: [4, 4, 1],
    classNames: ["top", "upper", "lower"],
    logits,
    predict: logits,
    async inputGradient({pixels}) {
      return pixels;
    },
    async forward({pixels}) {
      return [{layer: "", shape: [16], values: pixels.map((v) => v * growth)}];
    },
  };
}

async function run(
  count: number,
  options: Partial<ProjectionOptions> = {},
  {
    epoch = 0,
    before,
    classifier = summing(),
    activations,
  }: {
    epoch?: number;
    before?: Artifact;
    classifier?: DifferentiableClassifier;
    activations?: LayerAnswer;
  } = {},
) {
  const said: string[] = [];
  const test = stripes(count);
  const all = await test.read(Array.from({length: count}, (_, n) => n));
  const testProbabilities = await classifier.predict(all);
  testProbabilities.set([0, 0, 9], 0); // the first is taken for the last class
  const context: ProbeContext = {
    epoch,
    classifier,
    test,
    testLabels: all.labels,
    testProbabilities,
    ...(activations ? {testActivations: activations} : {}),
    samples: all,
    sampleIndices: new Uint32Array(count),
    random: fork(1, "projection", epoch),
    previous: async () => before,
    jobs: threadJobs,
    say: (line) => said.push(line),
  };
  const [artifact] = await artifactsOf(projection, context, options);
  if (artifact.plot !== "scatter") throw new Error("expected a scatter");
  return {artifact, data: artifact.data, numbers: artifact.numbers as {[name: string]: never}, said};
}

test("the map of images that differ by class parts the classes, with figures that say so", async () => {
  const {data, numbers, said} = await run(300);
  expect(data.points.length).toBe(600);
  expect(Array.from(data.wrong)).toEqual([1, ...new Array(299).fill(0)]);
  expect(Array.from(numbers.indices)).toEqual(Array.from({length: 300}, (_, i) => i));
  expect(numbers.neighbourAccuracyMap).toBeGreaterThan(0.99);
  expect(numbers.neighbourAccuracyFull).toBeGreaterThan(0.99);
  expect(numbers.trustworthiness).toBeGreaterThan(0.8);
  expect(numbers.klDivergence).toBeGreaterThan(0);
  expect(numbers.movement).toBeNull();
  expect(data.notes.at(-1)).toMatch("untrained");
  expect(said).toEqual([]);
});

test("an epoch continues from the last one's map: the same activations hardly move, in whatever unit", async () => {
  const first = await run(300);
  const next = await run(300, {}, {epoch: 1, before: first.artifact, classifier: summing(7)});
  const fresh = await run(300, {}, {epoch: 1, classifier: summing(7)});
  expect(Math.max(...(next.numbers.movement as Float64Array))).toBeLessThan(0.3);
  expect(next.numbers.iterations).toBe(100);
  expect(fresh.numbers.iterations).toBe(700);
  expect(next.data.notes.at(-1)).toMatch(/moved \d/);
});

test("fewer points are taken evenly, and the last map of others is not continued", async () => {
  const few = await run(300, {points: 100});
  expect(Array.from(few.numbers.indices)).toEqual(Array.from({length: 100}, (_, i) => 3 * i));
  const {numbers} = await run(300, {points: 150}, {before: few.artifact});
  expect(numbers.movement).toBeNull();
});

test("activations that are known already are not computed again, all or fewer", async () => {
  const values = (await stripes(300).read(Array.from({length: 300}, (_, n) => n))).pixels;
  const activations = {layer: "", shape: [16], values: new Float32Array(new SharedArrayBuffer(values.byteLength))};
  activations.values.set(values);
  const deaf: DifferentiableClassifier = {...summing(), forward: () => Promise.reject(new Error("asked"))};
  for (const options of [{}, {points: 100}]) {
    const known = await run(300, options, {activations, classifier: deaf});
    expect(known.artifact).toEqual((await run(300, options)).artifact);
  }
  await expect(run(300, {layer: "conv1"}, {activations, classifier: deaf})).rejects.toThrow("asked");
});

test("of few images the perplexity is lowered, and that is said", async () => {
  const {said, numbers} = await run(24);
  expect(numbers.perplexity).toBe(7);
  expect(said).toEqual(["perplexity 7 in place of 30: at most a third of 24 points"]);
});

describe.each(["umap", "pca", "tsne-js"] as const)("by %s", (method) => {
  test("classes are parted, and an epoch lines up with the last", async () => {
    const options = {method};
    const first = await run(150, options);
    const again = await run(150, options);
    expect(again.data.points).toEqual(first.data.points); // seeded
    expect(first.numbers.neighbourAccuracyMap).toBeGreaterThan(0.9);
    const next = await run(150, options, {epoch: 1, before: first.artifact});
    expect(Math.max(...(next.numbers.movement as Float64Array))).toBeLessThan(method === "pca" ? 1e-5 : 0.8);
  });
});

test("tsne-js is capped, and that is said", async () => {
  const {data, said} = await run(501, {method: "tsne-js", iterations: 1});
  expect(data.labels.length).toBe(500);
  expect(said).toEqual(["tsne-js: 500 of 501 points, it would take too long"]);
});

test.each(["pixels", "logits", "anything the classifier knows"])("maps %s, and in three dimensions", async (layer) => {
  const {data, numbers} = await run(150, {layer, dimensions: 3, iterations: 50});
  expect(data.points.length).toBe(450);
  expect(numbers.width).toBe(layer === "logits" ? CLASSES : 16);
});

test("wide activations go through principal components", async () => {
  const {numbers} = await run(150, {components: 4});
  expect([numbers.width, numbers.components]).toEqual([16, 4]);
  expect(numbers.explained).toBeGreaterThan(0.5);
  expect(numbers.explained).toBeLessThan(1);
});
