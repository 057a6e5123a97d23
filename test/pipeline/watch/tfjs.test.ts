/** @file Folders with a tf.LayersModel each, against tfjs itself. */
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";
import {expect, test} from "vitest";

import {savedModel} from "../../../src/pipeline/model/load/saved-model";
import {openerOf} from "../../../src/pipeline/watch/openers";
import {watchOptionsOf} from "../../../src/pipeline/watch/options";
import {temporaryFolder} from "../../support/idx-files";
import {filesOf, metricsOf} from "../../support/small-run";
import {epochsOf, linesOf, pathOf, pixelsOf, refusalsOf, testImages, watchAll} from "../../support/watched";

const FOUR = {count: 4, shape: [8, 8, 1] as const, pixels: Float32Array.from(pixelsOf(4), (v) => v / 255)};

/** A small network that ends in a softmax; `seed` tells its weights. */
function madeModel(seed: number, end: "softmax" | "linear" = "softmax"): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotUniform({seed});
  return tf.sequential({
    layers: [
      tf.layers.conv2d({inputShape: [8, 8, 1], filters: 3, kernelSize: 3, activation: "relu", kernelInitializer}),
      tf.layers.flatten(),
      tf.layers.dense({units: 3, activation: end, kernelInitializer}),
    ],
  });
}

async function written(folder: string, name: string, model: tf.LayersModel): Promise<void> {
  mkdirSync(join(folder, name), {recursive: true});
  const weights = model.getWeights().map((tensor, i) => ({
    name: model.weights[i].originalName,
    shape: tensor.shape,
    values: Float32Array.from(tensor.dataSync()),
  }));
  const files = savedModel(model, weights, "a test");
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, name, file), content);
}

test.each(["softmax", "linear"] as const)(
  "logits and gradients of a model that ends in %s are tfjs' own",
  async (end) => {
    await tf.setBackend("cpu");
    const folder = temporaryFolder();
    const model = madeModel(3, end);
    await written(folder, "epoch-1", model);
    const normalised = tf.tensor(FOUR.pixels, [4, 8, 8, 1]).sub(0.25).div(0.5) as tf.Tensor4D;
    const answer = Float32Array.from((model.predict(normalised) as tf.Tensor).dataSync());
    const hidden = tf.model({inputs: model.inputs, outputs: model.layers[1].output as tf.SymbolicTensor});
    const [kernel, bias] = model.layers[2].getWeights();
    const logitsOf = (x: tf.Tensor) => (hidden.apply(x) as tf.Tensor2D).matMul(kernel as tf.Tensor2D).add(bias);
    const logits = Float32Array.from(logitsOf(normalised).dataSync());
    const gradient = tf.grad((x: tf.Tensor) => logitsOf(x.sub(0.25).div(0.5)).slice([0, 1], [4, 1]).sum())(
      tf.tensor(FOUR.pixels, [4, 8, 8, 1]),
    );
    const wanted = Float32Array.from(gradient.dataSync());

    const {options} = await watchOptionsOf(folder, {mean: "0.25", std: "0.5"});
    const opener = await openerOf(options);
    const {network} = await opener.checkpoint(
      {epoch: 1, name: "epoch-1", kind: "tfjs", path: join(folder, "epoch-1")},
      undefined,
    );
    expect(await network.logits(FOUR)).toBeAllClose(logits, {rtol: 1e-5, atol: 1e-6});
    expect(await network.inputGradient(FOUR, [1, 1, 1, 1])).toBeAllClose(wanted, {rtol: 1e-4, atol: 1e-6});
    if (end === "softmax") expect(await network.predict(FOUR)).toBeAllClose(answer, {rtol: 1e-5, atol: 1e-6});
    await opener.end();
  },
);

test("are watched as any checkpoints, with all probes", async () => {
  await tf.setBackend("cpu");
  const folder = join(temporaryFolder(), "models");
  for (const epoch of [1, 2]) await written(folder, `epoch-${epoch}`, madeModel(epoch));
  const events = await watchAll(folder, {data: testImages(), save: join(temporaryFolder(), "save")});
  expect(epochsOf(events)).toEqual([1, 2]);
  expect(refusalsOf(events)).toEqual([]);
  const path = pathOf(events);
  expect(filesOf(path)).toEqual(
    expect.arrayContaining([
      "artifacts/saliency/gradient-epoch-002.json",
      "artifacts/lime/segments-epoch-002.json",
      "artifacts/projection/map-epoch-002.json",
      "model/model.json",
    ]),
  );
  expect(metricsOf(path).length).toBe(2);
  expect(linesOf(events).some((line) => line.startsWith("input: 8 x 8 x 1, nhwc"))).toBe(true);
  expect(
    JSON.parse(readFileSync(join(path, "run.json"), "utf8")).model.layers.map(({name}: {name: string}) => name),
  ).toEqual(expect.arrayContaining(["logits", "probabilities"]));
});
