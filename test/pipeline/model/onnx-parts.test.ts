/** @file Parts in which images are asked about, and that an image's answer is the same whatever else is asked. */
import {readFileSync} from "node:fs";
import {afterAll, beforeAll, describe, expect, test} from "vitest";

import {EMBEDDING, LOGITS} from "../../../src/nouns/network";
import {type OnnxNetwork, onnxNetwork} from "../../../src/pipeline/model/load/onnx-network";
import {mostAtOnce, partsOf} from "../../../src/pipeline/model/load/onnx-parts";
import {FOLDER} from "../../support/onnx-fixtures";

const images = (count: number) => ({
  count,
  shape: [16, 16, 3] as const,
  pixels: Float32Array.from({length: count * 768}, (_, i) => ((i * 2_654_435_761) % 4096) / 4096),
});

describe("images in parts", () => {
  const of = (count: number, most: number, isFixed = false) =>
    [...partsOf(images(count), [16, 16, 3], most, isFixed)].map((part) => [part.start, part.count, part.images.count]);

  test("are at most so many, and a rest of one is fed twice where two fit", () => {
    expect(of(8, 4)).toEqual([
      [0, 4, 4],
      [4, 4, 4],
    ]);
    expect(of(9, 4)).toEqual([
      [0, 4, 4],
      [4, 4, 4],
      [8, 1, 2],
    ]);
    expect(of(1, 4)).toEqual([[0, 1, 2]]);
    expect(of(2, 1)).toEqual([
      [0, 1, 1],
      [1, 1, 1],
    ]);
    expect(of(1, 4, true)).toEqual([[0, 1, 1]]);
    expect(of(0, 4)).toEqual([]);
  });

  test("a row that is fed twice is the same image", () => {
    const [, , last] = [...partsOf(images(9), [16, 16, 3], 4)];
    expect(last.images.pixels.subarray(0, 768)).toEqual(images(9).pixels.subarray(8 * 768));
    expect(last.images.pixels.subarray(768)).toEqual(last.images.pixels.subarray(0, 768));
  });

  test("of another shape are refused with both", () => {
    expect(() => [...partsOf(images(1), [8, 8, 3], 4)]).toThrow(
      "images: expected 8 x 8 x 3, the model's input, got 16 x 16 x 3",
    );
  });

  test("are as many at once as memory and the model allow", () => {
    expect(mostAtOnce([28, 28, 1], false)).toBe(256);
    expect(mostAtOnce([224, 224, 3], false)).toBe(5);
    expect(mostAtOnce([2000, 2000, 3], false)).toBe(1);
    expect(mostAtOnce([28, 28, 1], false, 7)).toBe(7);
    expect(mostAtOnce([28, 28, 1], true)).toBe(1);
  });
});

describe.each(["convnext-script-11", "mixer-script-17", "resnet-dynamo-20"])("an image's answers by %s", (name) => {
  let networks: OnnxNetwork[] = [];
  beforeAll(async () => {
    const settings = {input: {scale: 1, mean: [0.25], std: [0.5]}, output: "logits" as const};
    const bytes = readFileSync(`${FOLDER}/${name}.onnx`);
    networks = await Promise.all([256, 2, 3].map((most) => onnxNetwork(bytes, {...settings, mostAtOnce: most})));
  });
  afterAll(() => Promise.all(networks.map((network) => network.dispose())));

  test("are the same bits alone, among others, and in whatever parts", async () => {
    const [whole] = networks;
    const seven = images(7);
    const targets = [0, 1, 2, 3, 4, 0, 1];
    const [all, gradient] = [
      await whole.forward(seven, [LOGITS, EMBEDDING]),
      await whole.inputGradient(seven, targets),
    ];
    for (const network of networks) {
      const [logits, embedding] = await network.forward(seven, [LOGITS, EMBEDDING]);
      expect(logits.values).toEqual(all[0].values);
      expect(embedding.values).toEqual(all[1].values);
      expect(await network.inputGradient(seven, targets)).toEqual(gradient);
      for (const n of [0, 6]) {
        const alone = {...seven, count: 1, pixels: seven.pixels.subarray(n * 768, (n + 1) * 768)};
        const width = embedding.values.length / 7;
        expect(await network.logits(alone)).toEqual(logits.values.subarray(n * 5, (n + 1) * 5));
        const [own] = await network.forward(alone, [EMBEDDING]);
        expect(own.values).toEqual(embedding.values.subarray(n * width, (n + 1) * width));
        expect(await network.inputGradient(alone, [targets[n]])).toEqual(gradient.subarray(n * 768, (n + 1) * 768));
      }
    }
  });

  test("so are a layer's, and the gradients there", async () => {
    const [whole, pairs] = networks;
    const three = images(3);
    const last = {...three, count: 1, pixels: three.pixels.subarray(2 * 768)};
    const all = await whole.layerGradient?.(three, [1, 2, 3]).catch(() => undefined);
    if (!all) return expect(name).toContain("mixer"); // whose answers have no rows and columns
    const alone = await pairs.layerGradient!(last, [3]);
    const length = alone.activations.length;
    expect(alone.activations).toEqual(all.activations.subarray(2 * length));
    expect(alone.gradients).toEqual(all.gradients.subarray(2 * length));
  });
});
