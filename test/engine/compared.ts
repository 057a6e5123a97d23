/** @file A model on the engine, held against tfjs' cpu backend. */
import * as tf from "@tensorflow/tfjs";
import {expect} from "vitest";

import {type FusedNetwork, fusedNetwork, plan} from "../../src/engine/index";
import {graphOf} from "../../src/graph/index";
import {logitsAndInputGradient, lossAndGradients, randomBatch, worst} from "./tfjs";

type Shape = readonly [number, number, number];
const CLASSES = 3;

const open: FusedNetwork[] = [];

/** Ends what `start` started, and frees tfjs' weights. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((network) => network.dispose()));
  tf.disposeVariables();
}

export async function start(model: tf.LayersModel, threads: number, batchSize: number): Promise<FusedNetwork> {
  const planned = plan(graphOf(model), "sgd");
  if ("reason" in planned) throw new Error(planned.reason);
  const network = await fusedNetwork(planned, {threads, classNames: ["a", "b", "c"], batchSize, seed: 1});
  open.push(network);
  return network;
}

/**
 * Everything an engine says of a model, against tfjs: to 1e-5 of the greatest number, which float32 sums of some thousand
 * terms in another order keep to.
 */
export async function compare(model: tf.LayersModel, shape: Shape, count: number, threads: number): Promise<void> {
  const network = await start(model, threads, count + 3);
  const batch = randomBatch(count, count, shape, CLASSES);
  const {logits, gradient} = logitsAndInputGradient(model, batch, CLASSES, true);
  expect(worst(await network.logits(batch), logits), "logits").toBeLessThan(1e-5);
  expect(worst(await network.inputGradient(batch, "all"), gradient), "pixels' gradient").toBeLessThan(1e-5);
  const actual = await network.gradients(batch, 0);
  const {gradients} = lossAndGradients(model, batch, CLASSES);
  // Sums that cancel (a bias before a normalisation has no gradient) keep the rounding of their terms: hence the floor.
  const greatest = (values: Float32Array) => values.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  const floor = Math.max(...gradients.map(greatest)) / 10;
  actual.forEach(({name, values}, i) => {
    const scale = greatest(gradients[i]);
    expect((worst(values, gradients[i]) * Math.max(scale, 1e-30)) / Math.max(scale, floor), name).toBeLessThan(1e-5);
  });
}
