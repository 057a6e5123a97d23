/** @file Tests that every backend's classifier must pass. */
import * as tf from "@tensorflow/tfjs";
import {beforeAll, describe, expect, test} from "vitest";
import {EMBEDDING, LOGITS} from "../../src/nouns/network";
import {randomSource} from "../../src/nouns/random";
import type {ImageShape, Images} from "../../src/nouns/samples";
import {type BackendName, startBackend} from "../../src/pipeline/backend/index";
import {type ModelName, models} from "../../src/pipeline/model/index";
import {classifierOf} from "../../src/pipeline/model/tf/classifier";

export const shape: ImageShape = [12, 11, 1];
const size = 12 * 11;
export const classNames = ["a", "b", "c"];
const random = randomSource(7);
export const images: Images = {count: 3, shape, pixels: Float32Array.from({length: 3 * size}, random)};
const targets = [2, 0, 1];

export function classifierSuite(backend: BackendName): void {
  beforeAll(async () => {
    await startBackend(backend);
  });

  describe.each(Object.keys(models) as ModelName[])("the model %s", (name) => {
    let model: tf.LayersModel;
    let classifier: ReturnType<typeof classifierOf>;
    beforeAll(() => {
      model = models[name](shape, 3, 4);
      classifier = classifierOf(model, shape, classNames);
    });

    test("gives each image probabilities that sum to 1 and are the softmax of the logits", async () => {
      const p = await classifier.predict(images);
      const z = await classifier.logits(images);
      for (let n = 0; n < 3; n++) {
        const e = [0, 1, 2].map((k) => Math.exp(z[3 * n + k]));
        const sum = e[0] + e[1] + e[2];
        expect(p.subarray(3 * n, 3 * n + 3)).toBeAllClose(
          e.map((v) => v / sum),
          {rtol: 1e-5},
        );
        expect(p[3 * n] + p[3 * n + 1] + p[3 * n + 2]).toBeCloseTo(1, 6);
      }
    });

    test("has an input gradient that agrees with central differences", async () => {
      const gradient = await classifier.inputGradient(images, targets);
      const h = 1e-3; // small enough to cross few relu and max-pool kinks; float32 leaves 1e-7 / 1e-3 = 1e-4 of round-off
      const numeric: number[] = [];
      const checked: number[] = [];
      for (let p = 5; p < images.pixels.length; p += 29) {
        const at = async (d: number) => {
          const pixels = images.pixels.slice();
          pixels[p] += d;
          const n = Math.floor(p / size);
          return (await classifier.logits({...images, pixels}))[3 * n + targets[n]];
        };
        numeric.push(((await at(h)) - (await at(-h))) / (2 * h));
        checked.push(gradient[p]);
      }
      const scale = Math.max(...numeric.map(Math.abs));
      expect(scale).toBeGreaterThan(1e-3); // not 0 against 0
      expect(checked).toBeAllClose(numeric, {rtol: 0, atol: 0.03 * scale});
    });

    test("has a gradient of the sum of logits that is the sum of the gradients", async () => {
      const all = await classifier.inputGradient(images, "all");
      const each = await Promise.all([0, 1, 2].map((k) => classifier.inputGradient(images, [k, k, k])));
      expect(all).toBeAllClose(
        Array.from(all, (_, p) => each[0][p] + each[1][p] + each[2][p]),
        {rtol: 1e-4, atol: 1e-6},
      );
    });

    test.each([1, 2])("gives the same in batches of %i", async (batchSize) => {
      const small = classifierOf(model, shape, classNames, batchSize);
      expect(await small.predict(images)).toBeAllClose(await classifier.predict(images), {rtol: 1e-5});
      expect(await small.inputGradient(images, targets)).toBeAllClose(await classifier.inputGradient(images, targets), {
        rtol: 1e-5,
        atol: 1e-7,
      });
    });

    test("gives what layers make in one pass as in several", async () => {
      const names = model.layers.slice(1).map(({name}) => name);
      const all = await classifier.forward(images, [...names, LOGITS, EMBEDDING, names[0]]);
      expect(all.map(({layer}) => layer)).toEqual([...names, LOGITS, EMBEDDING, names[0]]);
      expect(all[names.length].values).toEqual(await classifier.logits(images));
      expect(all[names.length + 1].values).toEqual(all[names.length - 3].values); // what feeds the last dense layer
      expect(all[names.length + 2].values).toEqual(all[0].values);
      for (const [i, {name: layer, outputShape}] of model.layers.slice(1).entries()) {
        const [alone] = await classifier.forward(images, [layer]);
        expect(alone).toEqual(all[i]);
        expect(alone.shape).toEqual(outputShape.slice(1));
        const room = new Float32Array(alone.values.length);
        const [one, scores] = await classifier.forward(images, [layer, LOGITS], room);
        expect(one.values, layer).toBe(room);
        expect(room, layer).toEqual(alone.values);
        expect(scores.values, layer).toEqual(await classifier.logits(images));
      }
      expect(await classifier.forward(images, [])).toEqual([]);
    });

    test("leaves no tensor behind", async () => {
      await classifier.forward(images, [EMBEDDING, LOGITS]); // builds the part it asks
      const before = tf.memory().numTensors;
      await classifier.predict(images);
      await classifier.inputGradient(images, targets);
      await classifier.forward(images, [EMBEDDING, LOGITS]);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
