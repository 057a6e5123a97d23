import * as tf from "@tensorflow/tfjs";

import {EngineError, type FusedNetwork, fusedNetwork, plan, type Variant} from "../../engine/index";
import {graphOf} from "../../graph/index";
import type {Network} from "../../nouns/network";
import {oneOf, UserError} from "../../nouns/options";
import type {ImageShape} from "../../nouns/samples";
import {type BackendName, startBackend} from "../backend/index";
import type {OptimizerName} from "../model/tf/optimizer";
import {tfNetwork} from "../model/tf/tf-network";
import {attentionBeside} from "./attention-beside";

export type EngineName = "auto" | "fused" | BackendName;
export const engineNamed = oneOf<EngineName>("auto", "fused", "tensorflow", "wasm", "cpu");

/** The engine that computes a run, and the reason for this choice. */
export interface Engine {
  readonly name: string;
  readonly version: string;
  readonly why: string;
  /**
   * The build of the fused engine's kernels. The two builds round differently, so a resumed run must use the one it
   * began with.
   */
  readonly kernels?: Variant;
}

export interface OpenNetworkOptions {
  readonly engine: EngineName;
  readonly makeModel: () => tf.LayersModel;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly optimizer: OptimizerName;
  readonly batchSize: number;
  readonly seed: number;
  /** The weight of each class in the loss; absent: all classes count alike. */
  readonly classWeights?: Float32Array | undefined;
  /** Used by the fused engine. */
  readonly threads: number;
  readonly kernels?: "auto" | Variant;
}

interface Opened {
  readonly model: tf.LayersModel;
  readonly network: Network;
  readonly engine: Engine;
}

/**
 * Makes the network to train, on the engine that the user asked for. "auto" takes the fused engine if it can train this
 * model, else the first tfjs backend that works; a note says why the first choice did not work.
 *
 * @throws UserError if the engine asked for by name cannot be had here.
 */
export async function openNetwork(options: OpenNetworkOptions): Promise<Opened> {
  const {engine, makeModel, imageShape, classNames, optimizer, seed, classWeights} = options;
  let whyNotFused: string | undefined;
  if (engine === "auto" || engine === "fused") {
    const fused = await openFused(options);
    if ("network" in fused) return fused;
    whyNotFused = fused.reason;
    if (engine === "fused")
      throw new UserError(`--engine fused: expected a model that it can run, got: ${whyNotFused}`, {code: "NO_ENGINE"});
  }
  const started = await startBackend(engine as Exclude<EngineName, "fused">);
  const model = makeModel();
  const network = tfNetwork(model, imageShape, classNames, {optimizer, seed, classWeights});
  const why = whyNotFused ? `${whyNotFused}; ${started.why}` : started.why;
  return {model, network, engine: {name: started.name, version: started.version, why}};
}

async function openFused(options: OpenNetworkOptions): Promise<Opened | {readonly reason: string}> {
  tf.enableProdMode();
  await tf.setBackend("cpu"); // it only holds the untrained weights and computes nothing else
  const model = options.makeModel();
  const planned = plan(graphOf(model), options.optimizer);
  if ("reason" in planned) return planned;
  const {engine, threads, kernels = "auto", ...rest} = options;
  const build = kernels === "auto" ? {} : {variant: kernels};
  const network = inWords(await fusedNetwork(planned, {...rest, threads, ...build}).catch(asOurs));
  const attention = attentionBeside(model, options.imageShape, network.getWeights);
  const why = engine === "auto" ? "it knows every layer of this model" : "asked for";
  return {
    model,
    network: attention ? {...network, attention} : network,
    engine: {
      name: "fused",
      version: `WebAssembly SIMD, ${network.variant} kernels, ${threads} threads`,
      kernels: network.variant,
      why,
    },
  };
}

/** Rethrows the engine's refusal as this program's own error, which the command line shows as one line. */
function asOurs(error: unknown): never {
  throw error instanceof EngineError ? new UserError(error.message, {cause: error}) : error;
}

/** The same network, whose refusals are this program's own errors. */
function inWords(network: FusedNetwork): FusedNetwork {
  const asking = Object.entries(network).map(([name, value]) => [
    name,
    typeof value === "function" ? (...given: unknown[]) => value(...given).catch(asOurs) : value,
  ]);
  return Object.fromEntries(asking);
}
