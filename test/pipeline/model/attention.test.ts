import * as tf from "@tensorflow/tfjs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {fork} from "../../../src/nouns/random";
import type {LabelledImages} from "../../../src/nouns/samples";
import {
  attentionReceived,
  attentionRollout,
  attentionRows,
  headFigures,
  headImportance,
} from "../../../src/numbers/attention";
import {startBackend} from "../../../src/pipeline/backend/index";
import {classifierOf, partsOf} from "../../../src/pipeline/model/tf/classifier";
import {SelfAttention} from "../../../src/pipeline/model/tf/transformer/self-attention";
import {type VitOptions, vit} from "../../../src/pipeline/model/zoo/vit";
import {layerPlaces} from "../../../src/pipeline/run/layer-places";

const SHAPE = [9, 13, 1] as const;
const CLASSES = ["a", "b", "c"];
const SMALL: VitOptions = {"vit.patch": 4, "vit.width": 6, "vit.heads": 3, "vit.depth": 2};
const TOKENS = 2 * 3; // of 9 x 13 pixels in patches of 4; a row and a column are not seen

function images(count: number): LabelledImages {
  const random = fork(1, "images");
  const pixels = Float32Array.from({length: count * 9 * 13}, random);
  return {count, shape: SHAPE, pixels, labels: Uint16Array.from({length: count}, (_, n) => n % 3)};
}

describe("a vision transformer", () => {
  beforeAll(async () => {
    await startBackend("wasm");
  });
  afterAll(() => tf.setBackend("cpu"));

  test("has the weights of its description", () => {
    // patches 49·64 + 64, places 16·64, four blocks of 2·128 (norms), 64·192 + 192, 64·64 + 64, 64·256 + 256, 256·64 + 64,
    // a norm of 128 and 64·10 + 10
    const block = 2 * 128 + 64 * 192 + 192 + 64 * 64 + 64 + 64 * 256 + 256 + 256 * 64 + 64;
    const expected = 49 * 64 + 64 + 16 * 64 + 4 * block + 128 + 650;
    const model = vit([28, 28, 1], 10, 0);
    expect([expected, model.countParams()]).toEqual([204_938, 204_938]);
    model.dispose();
  });

  test("starts as the seed says", () => {
    const weights = [7, 7, 8].map((seed) => {
      const model = vit(SHAPE, 3, seed, SMALL);
      const values = model.getWeights().map((array) => [...array.dataSync()]);
      model.dispose();
      return values;
    });
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).not.toEqual(weights[0]);
  });

  test.each<[Partial<VitOptions>, string]>([
    [{"vit.patch": 10}, "--vit.patch: expected at most 9, the image's side, got 10"],
    [{"vit.width": 7}, "--vit.width: expected a multiple of 3 heads, got 7"],
  ])("with %j is refused", (options, message) => {
    expect(() => vit(SHAPE, 3, 0, {...SMALL, ...options})).toThrow(message);
  });

  test("sees the pixels that its patches cover, and no others", async () => {
    const model = vit(SHAPE, 3, 0, SMALL);
    const gradient = await classifierOf(model, SHAPE, CLASSES).inputGradient(images(1), [1]);
    const seen = Array.from(gradient, (_, p) => Math.floor(p / 13) < 8 && p % 13 < 12);
    for (const [p, value] of gradient.entries()) expect(value !== 0).toBe(seen[p]);
    model.dispose();
  });

  test("says which token looks at which: rows sum to 1, of as many images as were asked about", async () => {
    const model = vit(SHAPE, 3, 0, SMALL);
    const {attention} = classifierOf(model, SHAPE, CLASSES);
    expect(attention?.layers.map(({layer, heads}) => [layer, heads])).toEqual([
      ["attention1", 3],
      ["attention2", 3],
    ]);
    expect(attention?.grid).toEqual({rows: 2, columns: 3, side: 4});
    const tensors = tf.memory().numTensors;
    const [first, second] = (await attention?.weights(images(70))) ?? [];
    expect(tf.memory().numTensors).toBe(tensors);
    expect([first.length, second.length]).toEqual(Array(2).fill(70 * 3 * TOKENS * TOKENS));
    for (let row = 0; row < first.length; row += TOKENS) {
      const sum = first.subarray(row, row + TOKENS).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
    model.dispose();
  });

  test("has the slopes of its loss along each head's answer that central differences give", async () => {
    const model = vit(SHAPE, 3, 0, SMALL);
    const batch = images(2);
    const slopes = (await classifierOf(model, SHAPE, CLASSES).attention?.headSlopes(batch)) ?? [];
    const {toLogits} = partsOf(model);
    const layers = model.layers.filter((layer) => layer instanceof SelfAttention);
    /** Each image's loss where one head's answer is so many times as large. */
    const lossAt = (layer: number, head: number, factor: number) =>
      tf.tidy(() => {
        const gates = tf.buffer([2, 3], "float32", new Float32Array(6).fill(1));
        for (let n = 0; n < 2; n++) gates.set(factor, n, head);
        layers[layer].setGates(gates.toTensor() as tf.Tensor2D);
        const logits = toLogits.predict(tf.tensor4d(batch.pixels, [2, ...SHAPE])) as tf.Tensor;
        layers[layer].setGates();
        const target = tf.oneHot(tf.tensor1d([...batch.labels], "int32"), 3).toFloat();
        return tf.losses.softmaxCrossEntropy(target, logits, undefined, 0, tf.Reduction.NONE).dataSync();
      });
    const step = 1 / 64;
    for (const [layer, own] of slopes.entries()) {
      for (let head = 0; head < 3; head++) {
        const [after, before] = [lossAt(layer, head, 1 + step), lossAt(layer, head, 1 - step)];
        for (let n = 0; n < 2; n++) {
          const between = (after[n] - before[n]) / (2 * step);
          expect(Math.abs(own[n * 3 + head] - between)).toBeLessThan(0.01 * Math.abs(between) + 1e-5);
        }
      }
    }
    model.dispose();
  });

  test("loads again from what is saved of it, and answers the same", async () => {
    const model = vit(SHAPE, 3, 5, SMALL);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return {modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: "JSON"}};
      }),
    );
    const again = await tf.loadLayersModel(tf.io.fromMemory(saved as tf.io.ModelArtifacts));
    const [expected, actual] = await Promise.all(
      [model, again].map((one) => classifierOf(one, SHAPE, CLASSES).predict(images(3))),
    );
    expect([...actual]).toEqual([...expected]);
    for (const one of [model, again]) one.dispose();
  });
});

describe("figures of attention", () => {
  const grid = {rows: 1, columns: 3, side: 10};
  // one image, two heads: the first looks at the next token to the right (the last at itself), the second at all alike
  const next = [0, 1, 0, 0, 0, 1, 0, 0, 1];
  const even = Array(9).fill(1 / 3);
  const layer = {heads: 2, values: Float32Array.from([...next, ...even])};

  test("what each token receives is the mean over those that look", () => {
    expect([...attentionReceived(layer, grid)]).toBeAllClose([0, 1 / 3, 2 / 3, 1 / 3, 1 / 3, 1 / 3], {
      rtol: 1e-6,
      atol: 1e-7,
    });
  });

  test("what each token looks at is kept by the byte, each row relative to its largest number", () => {
    const values = Float32Array.of(0.5, 0.25, 0.25, 0.1, 0.2, 0.7, 0, 0, 0);
    const kept = attentionRows({heads: 1, values: Float32Array.of(...values, ...values)}, grid, 1);
    expect([...kept]).toEqual([255, 128, 128, 36, 73, 255, 0, 0, 0]); // 255/7 = 36.4, 510/7 = 72.9
  });

  test("distance is in pixels between middles, sharpness 1 at one token and 0 at all alike", () => {
    const {distance, sharpness} = headFigures(layer, grid);
    // 10, 10 and 0 pixels; and (10 + 20) / 3, (10 + 10) / 3, (20 + 10) / 3
    expect([...distance]).toBeAllClose([20 / 3, (30 + 20 + 30) / 9], {rtol: 1e-6, atol: 1e-6});
    expect([...sharpness]).toBeAllClose([1, 0], {rtol: 1e-6, atol: 1e-6});
  });

  test("rollout multiplies the layers, each half its attention and half the token itself", () => {
    const one = {heads: 1, values: Float32Array.from(next)};
    // R = ((A + I) / 2)²; its rows: (¼, ½, ¼), (0, ¼, ¾), (0, 0, 1)
    expect([...attentionRollout([one, one], grid)]).toBeAllClose([1 / 12, 3 / 12, 8 / 12], {rtol: 1e-6, atol: 1e-7});
  });

  test("of many heads and images rollout is the product of matrices, worked plainly", () => {
    const random = fork(2, "attention");
    const [images, heads, tokens] = [3, 2, 4];
    const drawn = () => {
      const values = new Float32Array(images * heads * tokens * tokens);
      for (let row = 0; row < values.length; row += tokens) {
        const some = Array.from({length: tokens}, random);
        const sum = some.reduce((a, b) => a + b);
        values.set(
          some.map((v) => v / sum),
          row,
        );
      }
      return {heads, values};
    };
    const layers = [drawn(), drawn(), drawn()];
    const square = {rows: 2, columns: 2, side: 1};
    const expected = Array.from({length: images}, (_, n) => {
      let product = Array.from({length: tokens}, (_, i) => Array.from({length: tokens}, (_, j) => Number(i === j)));
      for (const {values} of layers) {
        const mixed = product.map((_, i) =>
          Array.from({length: tokens}, (_, j) => {
            const at = (h: number) => values[((n * heads + h) * tokens + i) * tokens + j];
            return (at(0) + at(1)) / 4 + (i === j ? 1 / 2 : 0);
          }),
        );
        product = mixed.map((row) => row.map((_, j) => row.reduce((sum, v, k) => sum + v * product[k][j], 0)));
      }
      return Array.from({length: tokens}, (_, j) => product.reduce((sum, row) => sum + row[j] / tokens, 0));
    });
    expect([...attentionRollout(layers, square)]).toBeAllClose(expected.flat(), {rtol: 1e-5, atol: 1e-6});
  });

  test("a head's importance is the mean magnitude of its slopes", () => {
    expect([...headImportance(Float32Array.from([1, -2, -3, 4]), 2)]).toEqual([2, 3]);
  });
});

test.each<[(number | null)[], number[]]>([
  [
    [null, 26, 24, 16],
    [26, 24, 16],
  ],
  [
    [null, 16, 64],
    [4, 4, 64],
  ],
  [
    [null, 15, 64],
    [15, 1, 64],
  ],
  [
    [null, 10],
    [1, 1, 10],
  ],
])("a layer of shape %j is shown as %j", (shape, places) => {
  expect(layerPlaces(shape)).toEqual(places);
});
