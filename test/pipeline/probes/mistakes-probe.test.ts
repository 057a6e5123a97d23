import {expect, test} from "vitest";
import {explainWithLime} from "../../../src/lime/lime";
import {recipes} from "../../../src/lime/settings";
import type {DifferentiableClassifier} from "../../../src/nouns/network";
import {resolveOptions} from "../../../src/nouns/options";
import {fork, normal, type RandomSource, randomSource} from "../../../src/nouns/random";
import type {Images, LabelledImages} from "../../../src/nouns/samples";
import {surestMistakes, surestOfPairs} from "../../../src/numbers/surest-mistakes";
import {type MistakesOptions, mistakes} from "../../../src/pipeline/probes/mistakes";
import {encode} from "../../../src/pipeline/record/artifact-codec";
import type {Artifact, ProbeContext} from "../../../src/pipeline/types";
import type {PlotData} from "../../../src/plots/index";
import {artifactsOf} from "../../support/artifacts";

const [COUNT, SIDE, CLASSES] = [90, 8, 4];
const SIZE = SIDE * SIDE;

/** Scores Σ w x² over the pixels: gradients 2 w x, 0 at the empty image. */
function linearClassifier(weights: Float32Array): DifferentiableClassifier {
  const logits = ({count, pixels}: Images) =>
    Float32Array.from({length: count * CLASSES}, (_, at) => {
      const [n, k] = [Math.floor(at / CLASSES), at % CLASSES];
      let score = 0;
      for (let p = 0; p < SIZE; p++) score += pixels[n * SIZE + p] ** 2 * weights[k * SIZE + p];
      return score;
    });
  return {
    imageShape: [SIDE, SIDE, 1],
    classNames: ["a", "b", "c", "d"],
    logits: async (images) => logits(images),
    predict: async (images) => {
      const odds = logits(images).map(Math.exp);
      return odds.map((v, at) => {
        const row = at - (at % CLASSES);
        return v / odds.subarray(row, row + CLASSES).reduce((a, b) => a + b);
      });
    },
    inputGradient: async ({pixels}, targets) =>
      pixels.map((x, at) => {
        const own = targets === "all" ? [0, 1, 2, 3] : [Number(targets[Math.floor(at / SIZE)])];
        return own.reduce((sum, k) => sum + 2 * x * weights[k * SIZE + (at % SIZE)], 0);
      }),
    forward: async () => [],
  };
}

function example(random: RandomSource = fork(3, "mistakes test")) {
  const weights = Float32Array.from({length: CLASSES * SIZE}, () => 0.3 * normal(random));
  const pixels = Float32Array.from({length: COUNT * SIZE}, random);
  const classifier = linearClassifier(weights);
  const read = async (indices: ArrayLike<number>): Promise<LabelledImages> => ({
    count: indices.length,
    shape: [SIDE, SIDE, 1],
    pixels: Float32Array.from({length: indices.length * SIZE}, (_, at) => {
      return pixels[indices[Math.floor(at / SIZE)] * SIZE + (at % SIZE)];
    }),
    labels: Uint16Array.from(indices, (n) => n % CLASSES),
  });
  return {classifier, test: {count: COUNT, read}, weights, pixels};
}

async function probed(given: Partial<MistakesOptions>, isRight = false, seed = 7) {
  const {classifier, test, weights, pixels} = example();
  const {labels, ...images} = await test.read(Array.from({length: COUNT}, (_, n) => n));
  const testProbabilities = isRight
    ? Float32Array.from({length: COUNT * CLASSES}, (_, at) =>
        at % CLASSES === labels[Math.floor(at / CLASSES)] ? 1 : 0,
      )
    : await classifier.predict(images);
  const said: string[] = [];
  const context = {
    epoch: 2,
    classifier,
    test,
    testLabels: labels,
    testProbabilities,
    random: fork(seed, "mistakes", 2),
    say: (line: string) => said.push(line),
  } as Partial<ProbeContext> as ProbeContext;
  const artifacts = await artifactsOf(mistakes, context, given);
  return {artifacts, said, labels, testProbabilities, weights, pixels};
}

const bytesOf = (artifacts: readonly Artifact[]) => artifacts.map((artifact) => encode(artifact, "x.bin"));

test("takes the wrong answers with the highest probability, equals in the order they stand", () => {
  const probabilities = [0.9, 0.1, 0.2, 0.8, 0.3, 0.7, 0.2, 0.8, 0.4, 0.6, 0.2, 0.8];
  //                     right     wrong     wrong     wrong     right     wrong
  expect([...surestMistakes(probabilities, [0, 0, 0, 0, 1, 0], 2)]).toEqual([1, 3, 5, 2]);
});

test("takes the surest of each pair not spoken of yet, the commonest pair first", () => {
  const labels = [0, 0, 1, 1, 1, 2, 2];
  const predicted = [1, 1, 2, 0, 0, 0, 1];
  // 0→1 is spoken of by the surest; 1→0 has two mistakes, 1→2 and 2→0 and 2→1 one each
  expect([...surestOfPairs(Uint32Array.of(1, 5, 3, 0, 4, 2, 6), labels, predicted, 3, 1)]).toEqual([3, 2, 5, 6]);
  expect([...surestOfPairs(Uint32Array.of(1, 5, 3, 0, 4, 2, 6), labels, predicted, 3, 6)]).toEqual([6]);
});

test("explains the surest mistakes of the test split, as brute force finds them", async () => {
  const {artifacts, labels, testProbabilities} = await probed({count: 12, pairs: 0});
  const rows = Array.from({length: COUNT}, (_, n) => {
    const row = testProbabilities.subarray(n * CLASSES, (n + 1) * CLASSES);
    return {n, sure: Math.max(...row), predicted: row.indexOf(Math.max(...row))};
  });
  const wrong = rows.filter(({n, predicted}) => predicted !== labels[n]).sort((a, b) => b.sure - a.sure);
  expect(wrong.length).toBeGreaterThan(12);
  const expected = wrong.slice(0, 12);
  for (const {numbers} of artifacts) {
    expect(Array.from(numbers?.indices as Uint32Array)).toEqual(expected.map(({n}) => n));
  }
  const [saliency, lime] = artifacts;
  expect(Array.from(saliency.numbers?.targets as Uint16Array)).toEqual(expected.map(({predicted}) => predicted));
  const {explanations} = lime.data as PlotData<"segments">;
  const others = lime.numbers?.others as unknown as PlotData<"segments">["explanations"];
  const told = [...explanations, ...others].map(({index, explained}) => `${index} for ${explained}`);
  const asked = expected.flatMap(({n, predicted}) => [`${n} for ${predicted}`, `${n} for ${labels[n]}`]);
  expect(told.sort()).toEqual(asked.sort());
  expect(explanations.map(({explained}) => explained)).toEqual(expected.slice(0, 10).map(({predicted}) => predicted));
});

test("maps the gradient of the answer's logit and of the truth's: here 2 w x, known by hand", async () => {
  const {artifacts, weights, pixels, labels} = await probed({count: 12});
  const {indices, predicted, maps} = artifacts[0].numbers as unknown as {
    indices: Uint32Array;
    predicted: Uint16Array;
    maps: {label: string; targets: Uint16Array; values: Float32Array}[];
  };
  const delta = (of: (n: number) => number) =>
    Float32Array.from({length: indices.length * SIZE}, (_, at) => {
      const n = Math.floor(at / SIZE);
      return 2 * pixels[indices[n] * SIZE + (at % SIZE)] * weights[of(n) * SIZE + (at % SIZE)];
    });
  const [answer, truth] = [delta((n) => predicted[n]), delta((n) => labels[indices[n]])];
  expect(maps.map(({label}) => label)).toEqual(["delta", "delta", "overlay", "overlay"]);
  expect(maps[0].values).toBeAllClose(answer, {rtol: 1e-6, atol: 0}); // a product or two in float32
  expect(maps[1].values).toBeAllClose(truth, {rtol: 1e-6, atol: 0});
  const onSource = truth.map((d, at) => {
    return Math.abs(d) * pixels[indices[Math.floor(at / SIZE)] * SIZE + (at % SIZE)];
  });
  expect(maps[3].values).toBeAllClose(onSource, {rtol: 1e-6, atol: 0});
});

test("draws ten, keeps all, and gives the answer and the truth one scale", async () => {
  const {artifacts} = await probed({count: 12});
  const {columns, rows} = artifacts[0].data as PlotData<"imageGrid">;
  expect(columns).toHaveLength(10);
  expect(columns[0]).toMatch(/^[a-d] → [a-d] \d+%$/);
  expect(rows.map(({values}) => values.length)).toEqual(rows.map(() => 10 * SIZE));
  expect([rows[1].limit, rows[3].limit]).toEqual([rows[2].limit, rows[4].limit]);
});

test("gives the same bytes for the same seed, and other masks for another", async () => {
  const [one, two, other] = [await probed({count: 3}), await probed({count: 3}), await probed({count: 3}, false, 8)];
  expect(bytesOf(two.artifacts)).toEqual(bytesOf(one.artifacts));
  expect(bytesOf(other.artifacts)[1]).not.toEqual(bytesOf(one.artifacts)[1]);
});

test("explains an image alike, however many come after it", async () => {
  const [few, more] = [await probed({count: 2}), await probed({count: 5})];
  const of = ({artifacts}: typeof few) => (artifacts[1].data as PlotData<"segments">).explanations.slice(0, 2);
  expect(of(few)).toEqual(of(more));
});

test("explains every confused pair, where there are no more than asked for", async () => {
  const {artifacts, labels, testProbabilities} = await probed({count: 1, pairs: 12});
  const pair = (n: number) => {
    const row = testProbabilities.subarray(n * CLASSES, (n + 1) * CLASSES);
    return `${labels[n]} → ${row.indexOf(Math.max(...row))}`;
  };
  const all = new Set(
    Array.from(labels.keys())
      .filter((n) => !pair(n).startsWith(pair(n).slice(-1)))
      .map(pair),
  );
  const indices = artifacts[0].numbers?.indices as Uint32Array;
  expect(indices.length).toBe(all.size); // one of each: the surest of all is the surest of its pair
  expect(new Set(Array.from(indices, pair))).toEqual(all);
  expect((artifacts[0].data as PlotData<"imageGrid">).columns).toHaveLength(1); // only the surest are drawn
});

test("in exigo's mode maps the gradient of all logits' sum, halved to pixels in ±1: here Σ w x, known by hand", async () => {
  const {artifacts, weights, pixels} = await probed({count: 12, mode: "exigo"});
  const {indices, maps, mode, ...numbers} = artifacts[0].numbers as unknown as {
    indices: Uint32Array;
    mode: string;
    maps: {label: string; targets?: Uint16Array; values: Float32Array}[];
  };
  const expected = Array.from({length: indices.length * SIZE}, (_, at) => {
    const [x, p] = [pixels[indices[Math.floor(at / SIZE)] * SIZE + (at % SIZE)], at % SIZE];
    const gradient = [0, 1, 2, 3].reduce((sum, k) => sum + x * weights[k * SIZE + p], 0);
    return {gradient, overlay: Math.abs(gradient) * (2 * x - 1)};
  });
  expect(maps.map(({label, targets}) => [label, targets])).toEqual([
    ["saliency", undefined],
    ["delta", undefined],
    ["overlay", undefined],
  ]);
  const close = {rtol: 1e-5, atol: 1e-6}; // four terms of order 1 in float32
  expect(maps[0].values).toBeAllClose(
    expected.map(({gradient}) => Math.abs(gradient)),
    close,
  );
  expect(maps[1].values).toBeAllClose(
    expected.map(({gradient}) => gradient), // the empty image's is 0
    close,
  );
  expect(maps[2].values).toBeAllClose(
    expected.map(({overlay}) => overlay),
    close,
  );
  expect(mode).toBe("exigo");
  expect(numbers).not.toHaveProperty("targets"); // it is of no one class
  const {rows} = artifacts[0].data as PlotData<"imageGrid">;
  expect(rows.map(({label}) => label)).toEqual(["source", "saliency", "delta", "overlay"]);
});

test.each(["default", "lime", "grokking"] as const)("explains by the recipe %s, as LIME alone does", async (recipe) => {
  const {artifacts, pixels} = await probed({count: 2, pairs: 0, recipe});
  const {classifier} = example();
  const {explanations} = artifacts[1].data as PlotData<"segments">;
  const random = fork(7, "mistakes", 2);
  for (const {index, explained, weights, segments} of explanations) {
    const image = {count: 1, shape: [SIDE, SIDE, 1], pixels: pixels.slice(index * SIZE, (index + 1) * SIZE)} as const;
    const own = randomSource(random() * 2 ** 32);
    const alone = await explainWithLime(classifier, image, {recipe, explained, random: own});
    expect(weights).toEqual(alone.weights);
    expect(segments).toEqual(alone.segmentation.labels);
  }
  expect(artifacts[1].numbers?.settings).toEqual({...recipes[recipe]([SIDE, SIDE, 1])});
});

test("yields and says nothing where nothing is wrong", async () => {
  const {artifacts, said} = await probed({}, true);
  expect([artifacts, said]).toEqual([[], []]);
});

test("refuses a count that is none", () => {
  expect(() => resolveOptions(mistakes.options, {count: 0}, "--mistakes.")).toThrow(
    "--mistakes.count: expected a positive integer, got 0",
  );
  expect(() => resolveOptions(mistakes.options, {recipe: "lemon" as "lime"}, "--mistakes.")).toThrow(
    "--mistakes.recipe: expected one of default, lime, visualime, grokking",
  );
});
