import type * as tf from "@tensorflow/tfjs";

import {type BackendName, startBackend} from "../backend/index";
import {type OptimizerName, tfNetwork} from "../model/tf-network";
import {oneOf} from "../options";
import type {ImageShape, Network} from "../types";

export type EngineName = "auto" | BackendName;
export const engineNamed = oneOf<EngineName>("auto", "tensorflow", "wasm", "cpu");

/** Which engine computes a run, and why that one. */
export interface Engine {
  readonly name: string;
  readonly version: string;
  readonly why: string;
}

export interface OpenNetworkOptions {
  readonly engine: EngineName;
  readonly makeModel: () => tf.LayersModel;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly optimizer: OptimizerName;
  readonly seed: number;
}

/**
 * The network to train, on the engine asked for, or for "auto" on the first that works.
 *
 * @throws UserError if the engine asked for cannot be had here.
 */
export async function openNetwork(
  options: OpenNetworkOptions,
): Promise<{readonly model: tf.LayersModel; readonly network: Network; readonly engine: Engine}> {
  const {engine, makeModel, imageShape, classNames, optimizer, seed} = options;
  const started = await startBackend(engine);
  const model = makeModel();
  return {model, network: tfNetwork(model, imageShape, classNames, {optimizer, seed}), engine: started};
}
