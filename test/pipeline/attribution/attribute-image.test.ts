/** @file One image explained by a method that is made up: its words, its trust and what is refused. */
import {expect, test} from "vitest";

import {attributeImage} from "../../../src/pipeline/attribute";
import {attributed} from "../../../src/pipeline/attributed";

/** Class 0 has the sum of the pixels, over 64. */
const classifier = {
  ...{imageShape: [8, 8, 1], classNames: ["x", "y"]},
  async predict({count, pixels}: {readonly count: number; readonly pixels: Float32Array}) {
    return Float32Array.from(
      Array.from({length: count}, (_, n) => {
        const p = pixels.subarray(64 * n, 64 * (n + 1)).reduce((sum, v) => sum + v, 0) / 64;
        return [p, 1 - p];
      }).flat(),
    );
  },
};
const image = {count: 1, shape: [8, 8, 1], pixels: Float32Array.from({length: 64}, (_, p) => (p + 1) / 64)};
type Words = readonly {readonly words: string; readonly isDoubtful: boolean}[];
/** The method says that each pixel counts as much as `foretold` says. */
function method(map: object, more: object = {}) {
  return {
    ...{
      name: "mine",
      help: "what counts",
      needs: "answers",
      score: "probability",
      isSigned: true,
      options: {},
      ...more,
    },
    run: async ({targets}: {readonly targets: readonly number[]}) =>
      targets.map((target) => ({target, values: image.pixels, foretold: image.pixels, ...map})),
  };
}
async function made(own: object, more: object = {}) {
  const asked = {method: own, values: {}, caption: "c", top: 1, seed: 0, known: {}, ...more};
  for await (const one of attributeImage(classifier as never, image as never, asked as never)) {
    const {data, numbers} = one as unknown as {
      readonly data: {
        readonly key: string;
        readonly notes: readonly string[];
        readonly maps: readonly {readonly className: string; readonly probability: number; readonly trust: Words}[];
      };
      readonly numbers: {readonly [name: string]: unknown};
    };
    return {...data, numbers};
  }
  throw new Error("expected an artifact");
}

test("a map that says truly what each pixel adds is faithful, and one that says the opposite is not", async () => {
  const {maps, numbers, notes} = await made(method({}));
  expect(maps.map(({className, probability}) => [className, probability])).toEqual([["x", Math.fround(65 / 128)]]);
  expect(maps[0].trust).toEqual([{words: "faithfulness 1.00", isDoubtful: false}]);
  expect(numbers.faithfulness).toEqual([expect.closeTo(1, 5)]);
  expect(numbers).not.toHaveProperty("gap");
  expect(numbers).not.toHaveProperty("layer");
  expect(notes).toHaveLength(2);
  const opposite = await made(method({foretold: image.pixels.map((v) => -v)}));
  expect(opposite.maps[0].trust).toEqual([{words: "faithfulness -1.00", isDoubtful: true}]);
  const empty = await made(method({foretold: new Float32Array(64)}));
  expect(empty.maps[0].trust).toEqual([
    {words: "taking parts away changes nothing, or the map is empty", isDoubtful: true},
  ]);
  expect(empty.numbers.faithfulness).toEqual([null]);
});

test.each([
  [0.05, "completeness gap 5.00 %", false],
  [-0.05, "completeness gap -5.00 %", false],
  [-0.06, "completeness gap -6.00 %", true],
  [Number.NaN, "the score is the empty image's", true],
])("a gap of %d is said, and doubted if it is large", async (gap, words, isDoubtful) => {
  const {maps, numbers} = await made(method({gap}));
  expect(maps[0].trust[1]).toEqual({words, isDoubtful});
  expect(numbers.gap).toEqual([Number.isNaN(gap) ? null : gap]);
});

test("the key says what the colours mean, and a note of which layer the map is", async () => {
  expect((await made(method({}))).key).toMatch(/^the class named below \(its probability\); /);
  expect((await made(method({}, {isSigned: false}))).key).toMatch(/^the class named below; /);
  expect((await made(method({}, {name: "saliency"}))).key).toMatch(/^how strongly the class's probability hangs on/);
  const layer = {name: "conv1", height: 2, width: 3, values: new Float32Array(6)};
  const {notes, numbers} = await made(method({layer}));
  expect(notes[1]).toBe("Layer conv1, 2 × 3 places.");
  expect(numbers).toMatchObject({layer: "conv1", layerShape: [2, 3], layerMaps: [layer.values]});
});

test("classes are the most probable ones, or the one that is named", async () => {
  const names = async (more: object) => (await made(method({}), more)).maps.map(({className}) => className);
  expect(await names({top: 2})).toEqual(["x", "y"]);
  expect(await names({explained: "y"})).toEqual(["y"]);
  await expect(names({explained: "z"})).rejects.toThrow("--target: expected a class's name");
});

test("a method that needs gradients or scores is refused where there are none, and numbers that are none", async () => {
  await expect(made(method({}, {needs: "gradients"}))).rejects.toThrow(
    "--method mine: expected a model with gradients, got one that gives only answers",
  );
  await expect(made(method({}, {score: "logit"}))).rejects.toThrow("--method mine: expected a model with gradients");
  const values = image.pixels.slice();
  values[9] = Number.NEGATIVE_INFINITY;
  await expect(made(method({values}))).rejects.toThrow(
    "--method mine: expected finite numbers from the model, got -Infinity",
  );
});

test("equal seeds give equal draws, and squares are set to the method's own baseline", async () => {
  const found = async (seed: number, more: object = {}) => {
    const draws: number[] = [];
    const own = {
      ...method({}, more),
      run: async ({random}: {readonly random: () => number}) => {
        draws.push(random(), random());
        return [{target: 0, values: image.pixels, foretold: image.pixels}];
      },
    };
    const asked = {method: own, values: {}, seed, targets: () => [0]};
    const {trusts} = await attributed(classifier as never, image as never, asked as never);
    return {draws, trust: trusts[0]};
  };
  expect(await found(1)).toEqual(await found(1));
  expect((await found(2)).draws).not.toEqual((await found(1)).draws);
  // where nothing is taken away, nothing can be measured
  expect((await found(1, {baseline: () => image.pixels})).trust).toBeNaN();
});
