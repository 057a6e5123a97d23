import * as tf from "@tensorflow/tfjs";
import {afterEach, beforeAll, describe, expect, test} from "vitest";

import {type FusedNetwork, fusedNetwork, plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import {EMBEDDING, LOGITS, type NamedArray} from "../../src/nouns/network";
import type {LabelledImages} from "../../src/nouns/samples";
import {type ModelName, models} from "../../src/pipeline/model/index";
import {tfNetwork} from "../../src/pipeline/model/tf/tf-network";
import {countTurns} from "../support/turns";
import {logitsAndInputGradient, lossAndGradients, randomBatch, randomizeWeights, worst} from "./tfjs";

const SHAPE = [14, 14, 1] as const;
const CLASSES = 10;
const classNames = [..."0123456789"];

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend("cpu");
});

const open: FusedNetwork[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((network) => network.dispose()));
  tf.disposeVariables();
});

function randomModel(name: ModelName, shape: readonly [number, number, number] = SHAPE): tf.LayersModel {
  const model = models[name](shape, CLASSES, 1);
  randomizeWeights(model, 2);
  return model;
}

async function start(model: tf.LayersModel, threads = 2, optimizer = "adam"): Promise<FusedNetwork> {
  const planned = plan(graphOf(model), optimizer);
  if ("reason" in planned) throw new Error(planned.reason);
  const network = await fusedNetwork(planned, {threads, classNames, batchSize: 90, seed: 7});
  open.push(network);
  return network;
}

function equal(actual: readonly NamedArray[], expected: readonly NamedArray[]): void {
  expect(actual.map(({name}) => name)).toEqual(expected.map(({name}) => name));
  actual.forEach(({values}, i) => {
    expect(values).toEqual(expected[i].values);
  });
}

describe.each(["exigo", "cnn", "mlp"] as const)("%s", (name) => {
  const batch = randomBatch(3, 9, SHAPE, CLASSES);

  test("gives tfjs' logits, probabilities and gradients of the pixels, to rounding", async () => {
    const model = randomModel(name);
    const network = await start(model);
    const {logits, gradient} = logitsAndInputGradient(model, batch, CLASSES, false);
    expect(worst(await network.logits(batch), logits)).toBeLessThan(5e-6);
    expect(worst(await network.inputGradient(batch, batch.labels), gradient)).toBeLessThan(5e-6);
    const all = logitsAndInputGradient(model, batch, CLASSES, true).gradient;
    expect(worst(await network.inputGradient(batch, "all"), all)).toBeLessThan(5e-6);
    const probabilities = await network.predict(batch);
    for (let n = 0; n < batch.count; n++) {
      const row = probabilities.subarray(n * CLASSES, (n + 1) * CLASSES);
      expect(row.reduce((sum, p) => sum + p)).toBeCloseTo(1, 6);
      const z = logits.subarray(n * CLASSES, (n + 1) * CLASSES);
      expect(Math.log(row[1] / row[0])).toBeCloseTo(z[1] - z[0], 4);
    }
  });

  test("shows every layer's activations as tfjs does", async () => {
    const model = randomModel(name);
    const network = await start(model);
    for (const layer of model.layers) {
      const part = tf.model({inputs: model.inputs, outputs: layer.output as tf.SymbolicTensor});
      const expected = tf.tidy(() => {
        const x = tf.tensor(batch.pixels, [batch.count, ...SHAPE]);
        return (part.apply(x, {training: false}) as tf.Tensor).dataSync();
      });
      const [{shape, values}] = await network.forward(batch, [layer.name]);
      expect(shape, layer.name).toEqual((layer.outputShape as number[]).slice(1));
      expect(worst(values, expected), layer.name).toBeLessThan(5e-6);
      const room = new Float32Array(values.length);
      const [one, scores] = await network.forward(batch, [layer.name, LOGITS], room); // the same kernels: the same bits
      expect(one.values, layer.name).toBe(room);
      expect(room, layer.name).toEqual(values);
      expect(scores.values, layer.name).toEqual(await network.logits(batch));
    }
    const names = model.layers.map(({name: layer}) => layer).reverse();
    const all = await network.forward(batch, [...names, EMBEDDING, LOGITS]);
    for (const answer of all) expect(answer, answer.layer).toEqual((await network.forward(batch, [answer.layer]))[0]);
    expect(all.map(({layer}) => layer)).toEqual([...names, EMBEDDING, LOGITS]);
    const room = new Float32Array(all[0].values.length);
    expect((await network.forward(batch, names, room))[0].values).toBe(room);
    expect(room).toEqual(all[0].values);
    const feeding = model.layers[model.layers.length - 3].name;
    expect(all[names.length].values).toEqual((await network.forward(batch, [feeding]))[0].values);
    expect(await network.forward(batch, [])).toEqual([]);
  });

  test("ends at the same weights, bit by bit, with 1 to 4 threads", async () => {
    const model = randomModel(name);
    const trained: NamedArray[][] = [];
    for (const threads of [1, 2, 3, 4]) {
      const network = await start(model, threads);
      for (let step = 0; step < 4; step++) await network.trainBatch(randomBatch(step, 30, SHAPE, CLASSES), 1e-2, step);
      trained.push(await network.getWeights());
    }
    for (const other of trained.slice(1)) equal(other, trained[0]);
  });

  test("does not care how many images are asked about at once", async () => {
    const network = await start(randomModel(name));
    const many = randomBatch(5, 1500, SHAPE, CLASSES);
    const [all, size] = [await network.predict(many), SHAPE[0] * SHAPE[1]];
    for (const n of [0, 511, 512, 1499]) {
      const one = {count: 1, shape: SHAPE, pixels: many.pixels.slice(n * size, (n + 1) * size)};
      expect(await network.predict(one)).toEqual(all.slice(n * CLASSES, (n + 1) * CLASSES));
    }
    expect(await network.predict({count: 0, shape: SHAPE, pixels: new Float32Array()})).toHaveLength(0);
  });
});

describe.each(["exigo", "cnn"] as const)("%s in training", (name) => {
  test.each([1, 30, 90])("has tfjs' gradients in a batch of %i", async (count) => {
    const model = randomModel(name);
    const network = await start(model);
    const batch = randomBatch(count, count, SHAPE, CLASSES);
    const {loss, gradients} = lossAndGradients(model, batch, CLASSES);
    (await network.gradients(batch, 0)).forEach(({name: weight, values}, i) => {
      expect(worst(values, gradients[i]), weight).toBeLessThan(5e-6);
    });
    const {lossSum} = await network.trainBatch(batch, 1e-3, 0);
    expect(Math.abs(lossSum / count - loss)).toBeLessThan(1e-5);
  });

  // Gradients and steps apart: Adam turns what rounding leaves of a gradient that is 0 (here 3e-9) into a fortieth of a whole
  // step, after which a maximum 1e-6 above its neighbour is another's and the two trainings part. Neither is wrong.
  test.each([
    ["adam", 1],
    ["adam", 4],
    ["adam", 8],
    ["sgd", 4],
  ] as const)("has tfjs' gradients and takes tfjs' steps by %s, for 20 batches of %i", async (rule, count) => {
    const [model, twin] = [randomModel(name, [12, 12, 1]), randomModel(name, [12, 12, 1])];
    const network = await start(model, 2, rule);
    const optimizer = rule === "adam" ? tf.train.adam(1e-3) : tf.train.momentum(1e-3, 0.9);
    const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    for (let step = 0; step < 20; step++) {
      const batch = randomBatch(step, count, [12, 12, 1], CLASSES);
      const weights = await network.getWeights();
      tf.tidy(() => twin.setWeights(weights.map(({values, shape}) => tf.tensor(values, [...shape]))));
      const {loss, gradients} = lossAndGradients(twin, batch, CLASSES);
      const own = await network.gradients(batch, step);
      own.forEach(({name: weight, values}, i) => {
        expect(worst(values, gradients[i]), `${weight}, step ${step}`).toBeLessThan(5e-6);
      });
      const {lossSum} = await network.trainBatch(batch, 1e-3, step);
      expect(Math.abs(lossSum / count - loss)).toBeLessThan(1e-5 * Math.max(1, loss));
      const named = variables.map((v, i) => ({name: v.name, tensor: tf.tensor(own[i].values, v.shape)}));
      optimizer.applyGradients(named);
    }
    (await network.getWeights()).forEach(({name: weight, values}, i) => {
      // 20 steps, each rounded twice to the 6e-8 of a weight of order 1; a step is 1e-3
      expect(values, weight).toBeAllClose(variables[i].dataSync(), {rtol: 1e-6, atol: 1e-6});
    });
  });
});

describe("the loss of a perceptron with dropout", () => {
  const shape = [4, 4, 1] as const;

  /** Mean loss at the weights as they are: a step of length 0. */
  async function lossOf(network: FusedNetwork, batch: LabelledImages, step: number): Promise<number> {
    return (await network.trainBatch(batch, 0, step)).lossSum / batch.count;
  }

  test("has the gradient that finite differences give, for the step's own mask", async () => {
    const network = await start(randomModel("mlp", shape), 2, "sgd");
    const batch = randomBatch(1, 6, shape, CLASSES);
    const weights = await network.getWeights();
    const gradients = await network.gradients(batch, 5);
    const h = 2 ** -8; // float32 losses: rounding is 1e-7 / h, curvature h²
    for (const [array, at] of [
      [0, 37],
      [0, 900],
      [1, 3],
      [2, 55],
      [3, 9],
    ] as const) {
      const losses: number[] = [];
      for (const sign of [1, -1]) {
        const moved = weights.map((w) => ({...w, values: w.values.slice()}));
        moved[array].values[at] += sign * h;
        await network.setWeights(moved);
        losses.push(await lossOf(network, batch, 5));
      }
      const slope = (losses[0] - losses[1]) / (2 * h);
      expect(Math.abs(gradients[array].values[at] - slope)).toBeLessThan(1e-3);
    }
    expect(gradients[0].values.some((g) => Math.abs(g) > 0.01)).toBe(true);
  });

  test("depends on the step, and on nothing else that chance could be", async () => {
    const network = await start(randomModel("mlp", shape));
    const batch = randomBatch(1, 6, shape, CLASSES);
    const first = await lossOf(network, batch, 0);
    expect(await lossOf(network, batch, 1)).not.toBe(first);
    expect(await lossOf(network, batch, 0)).toBe(first);
  });

  test("an image's mask hangs on its own number and the epoch, whoever else is in the batch and whatever the step", async () => {
    const network = await start(randomModel("mlp", shape), 2, "sgd");
    const six = randomBatch(1, 6, shape, CLASSES);
    const lossesOf = async (places: readonly number[], round: number, step: number) => {
      const pixels = Float32Array.from(places.flatMap((n) => [...six.pixels.subarray(16 * n, 16 * n + 16)]));
      const labels = Uint16Array.from(places, (n) => six.labels[n]);
      const draws = {round, own: Uint32Array.from(places, (n) => 40_000 + n)};
      const batch = {count: places.length, shape, pixels, labels, draws};
      return [...(await network.trainBatch(batch, 0, step)).answers.losses];
    };
    const all = await lossesOf([0, 1, 2, 3, 4, 5], 3, 11);
    expect(await lossesOf([5, 1, 4], 3, 9)).toEqual([all[5], all[1], all[4]]);
    expect(await lossesOf([5], 4, 11)).not.toEqual([all[5]]);
  });

  test("is that of tfjs under the same masks", async () => {
    const model = randomModel("mlp", shape);
    const [fused, own] = [
      await start(model, 2, "sgd"),
      tfNetwork(model, shape, classNames, {optimizer: "sgd", seed: 7}),
    ];
    const batch = {...randomBatch(1, 6, shape, CLASSES), draws: {round: 2, own: Uint32Array.of(9, 70_000, 3, 5, 0, 8)}};
    const [gradients, expected] = [await fused.gradients(batch, 5), await own.gradients(batch, 8)];
    gradients.forEach(({values, name}, i) => {
      expect(worst(values, expected[i].values), name).toBeLessThan(1e-5);
    });
    await own.dispose();
  });

  test("drops a fifth of the hidden units and keeps the mean", async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({inputShape: [...shape]}),
        tf.layers.dense({units: 400, kernelInitializer: "zeros", biasInitializer: "ones", name: "hidden"}),
        tf.layers.dropout({rate: 0.2}),
        tf.layers.dense({units: 2, name: "logits"}),
        tf.layers.softmax(),
      ],
    });
    const network = await start(model, 1);
    const batch = randomBatch(1, 64, shape, 2);
    // The last layer's gradient is Σ_n h[n] (p[n] − y[n]) / N: with all weights 0 but the bias, h is 1.25 or 0.
    const weights = await network.getWeights();
    await network.setWeights(weights.map((w, i) => (i < 2 ? w : {...w, values: w.values.map(() => 0)})));
    const kernel = (await network.gradients({...batch, labels: new Uint16Array(64)}, 3))[2].values;
    const kept = Array.from({length: 400}, (_, i) => (kernel[2 * i + 1] * 64) / 0.5 / 1.25);
    const drawn = 64 * 400;
    const rate = kept.reduce((sum, k) => sum + k) / drawn;
    expect(Math.abs(rate - 0.8)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / drawn)); // 4 standard errors
    for (const k of kept) expect(k).toBeCloseTo(Math.round(k), 3);
    expect(Math.min(...kept)).toBeGreaterThan(64 * 0.8 - 5 * Math.sqrt(64 * 0.16)); // no unit, and no image, is singled out
  });
});

describe("a network", () => {
  const batch = randomBatch(1, 16, SHAPE, CLASSES);

  test("gives back the weights it was given, in the model's own layout", async () => {
    const network = await start(randomModel("cnn"));
    const weights = randomModel("cnn")
      .getWeights()
      .map((w) => w.dataSync());
    expect((await network.getWeights()).map(({values}) => values)).toEqual(weights);
  });

  test("continues from its saved state as if it had not stopped", async () => {
    const unbroken = await start(randomModel("mlp"));
    for (let step = 0; step < 6; step++) await unbroken.trainBatch(batch, 1e-3, step);
    const [first, second] = [await start(randomModel("mlp")), await start(models.mlp(SHAPE, CLASSES, 9))];
    for (let step = 0; step < 3; step++) await first.trainBatch(batch, 1e-3, step);
    await second.setWeights(await first.getWeights());
    await second.setOptimizerState(await first.getOptimizerState());
    for (let step = 3; step < 6; step++) await second.trainBatch(batch, 1e-3, step);
    equal(await second.getWeights(), await unbroken.getWeights());
    expect(await second.getOptimizerState()).toEqual(await unbroken.getOptimizerState());
  });

  test("takes the next batch before it has answered for the last, and learns the same", {repeats: 3}, async () => {
    const [patient, hasty] = [await start(randomModel("cnn")), await start(randomModel("cnn"))];
    const batches = Array.from({length: 40}, (_, i) => randomBatch(i, 16, SHAPE, CLASSES));
    const one: unknown[] = [];
    for (const [step, b] of batches.entries()) one.push(await patient.trainBatch(b, 1e-3, step));
    expect(await Promise.all(batches.map((b, step) => hasty.trainBatch(b, 1e-3, step)))).toEqual(one);
    equal(await hasty.getWeights(), await patient.getWeights());
  });

  test("answers in the order it was asked, whatever it was asked", async () => {
    const network = await start(randomModel("cnn"));
    const first = await network.getWeights();
    const predicted = await network.predict(batch);
    const gradients = await network.gradients(batch, 0);
    const asked = await Promise.all([
      network.predict(batch),
      network.gradients(batch, 0),
      network.trainBatch(batch, 0.1, 0),
      network.getWeights(),
      network.gradients(batch, 0),
      network.setWeights(first),
      network.gradients(batch, 0),
      network.predict(batch),
    ]);
    expect(asked[0]).toEqual(predicted);
    equal(asked[1], gradients);
    expect(asked[3][0].values).not.toEqual(first[0].values);
    expect(asked[4][0].values).not.toEqual(gradients[0].values);
    equal(asked[6], gradients);
    expect(asked[7]).toEqual(predicted);
  });

  test("learns: a batch seen again and again is told apart", async () => {
    const network = await start(randomModel("cnn"));
    const before = await network.trainBatch(batch, 3e-3, 0);
    let after = before;
    for (let step = 1; step < 150; step++) after = await network.trainBatch(batch, 3e-3, step);
    expect(after.lossSum).toBeLessThan(before.lossSum / 10);
    expect(after.correct).toBe(16);
  });

  test("leaves the event loop free while it computes", async () => {
    const network = await start(randomModel("cnn"), 1);
    const many = randomBatch(2, 20_000, SHAPE, CLASSES);
    const turned = countTurns();
    await network.predict(many);
    expect(turned()).toBeGreaterThan(20);
  });
});

describe("stops with a clear error", () => {
  const batch = randomBatch(1, 16, SHAPE, CLASSES);

  test("at a loss that is not finite, naming step and layer, and keeps the weights of before", async () => {
    const network = await start(randomModel("cnn"));
    const weights = (await network.getWeights()).map((w) => ({...w, values: w.values.slice()}));
    weights[2].values[5] = Number.NaN; // conv2's kernel
    await network.setWeights(weights);
    await expect(network.trainBatch(batch, 1e-3, 12)).rejects.toThrow(
      "loss at step 12: expected a finite number, got NaN (first in layer conv2); try a smaller --learning-rate",
    );
    equal(await network.getWeights(), weights);
  });

  test.each([0, 7, 15])(
    "at one image's loss that is not finite, image %i of 16, and keeps the weights of before",
    async (n) => {
      const network = await start(randomModel("cnn"));
      const weights = await network.getWeights();
      const pixels = Float32Array.from(batch.pixels);
      pixels[n * 196 + 90] = Number.NaN;
      await expect(network.trainBatch({...batch, pixels}, 1e-3, 3)).rejects.toThrow(
        "expected a finite number, got NaN",
      );
      equal(await network.getWeights(), weights);
    },
  );

  test.each([
    [{...batch, shape: [14, 14, 3] as const}, "images: expected 14 x 14 x 1, the model's input, got 14 x 14 x 3"],
    [{...batch, pixels: batch.pixels.subarray(1)}, "pixels: expected 3136, got 3135"],
    [{...batch, labels: batch.labels.map(() => 10)}, "target class: expected a number below 10, got 10"],
    [randomBatch(1, 91, SHAPE, CLASSES), "training batch: expected 1 to 90 images, got 91"],
  ])("at a batch it cannot train on (%#)", async (wrong, message) => {
    const network = await start(randomModel("cnn"));
    await expect(network.trainBatch(wrong, 1e-3, 0)).rejects.toThrow(message);
  });

  test("at weights that are another model's", async () => {
    const network = await start(randomModel("cnn"));
    const weights = await network.getWeights();
    await expect(network.setWeights(weights.slice(1))).rejects.toThrow("weights: expected 6 arrays, got 5");
    await expect(network.setWeights([...weights].reverse())).rejects.toThrow("expected shape [3,3,1,16], got [10]");
  });

  test("at memory that cannot be had", async () => {
    const planned = plan(graphOf(models.cnn([512, 512, 3], CLASSES, 0)), "adam");
    if ("reason" in planned) throw new Error(planned.reason);
    await expect(fusedNetwork(planned, {threads: 1, classNames, batchSize: 4096, seed: 0})).rejects.toThrow(
      /^fused engine: expected \d+\.\d GiB of memory for batches of 4096, got WebAssembly's 4 GiB at most/,
    );
  });

  test("at a layer that is not there", async () => {
    const network = await start(randomModel("cnn"));
    await expect(network.forward(batch, ["conv9"])).rejects.toThrow("layer: expected one of conv1, pool1,");
  });

  test("when asked after its end", async () => {
    const network = await start(randomModel("cnn"));
    await network.dispose();
    await expect(network.predict(batch)).rejects.toThrow("expected no call after its end");
  });
});
