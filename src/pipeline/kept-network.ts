import {join} from "node:path";
import * as tf from "@tensorflow/tfjs";

import type {Variant} from "../engine/index";
import {parseJson} from "../nouns/json-text";
import type {Network} from "../nouns/network";
import type {Dataset} from "../nouns/samples";
import {type BackendName, backends} from "./backend/index";
import {readWhole} from "./data/read-file";
import {decodeText} from "./data/text";
import {layerGradients} from "./layer-gradients";
import type {TfjsModelJson} from "./model/load/tfjs-weights";
import {environment} from "./record/environment";
import {type EngineName, openNetwork} from "./run/choose-engine";
import type {RunOptions} from "./run/options";

/** How to open a run's network again. */
export interface KeptNetworkOptions extends Pick<RunOptions, "optimizer" | "threads"> {
  /**
   * The engine that computes. By default, a run's own engine, which gives the run's exact bits; otherwise the first
   * engine that works.
   */
  readonly engine?: EngineName;
  readonly kernels?: "auto" | Variant;
}

type DataFacts = Pick<Dataset, "imageShape" | "classNames">;

/** A network whose memory the caller must give back. */
export interface KeptNetwork {
  readonly network: Network;
  dispose(): Promise<void>;
}

/**
 * Opens a run's network as it was kept, with the best epoch's weights, hands it to the caller, and frees its memory
 * afterwards.
 *
 * @param begun The run's options.
 */
export async function withKeptNetwork<R>(
  run: string,
  data: DataFacts,
  begun: KeptNetworkOptions,
  use: (network: Network) => Promise<R>,
): Promise<R> {
  const {network, dispose} = await openKeptNetwork(run, data, begun);
  try {
    return await use(network);
  } finally {
    await dispose();
  }
}

/**
 * Opens a run's network as it was kept, with the best epoch's weights. An engine that has no gradients at the layers gets
 * those of tfjs: on its own backend, or on wasm beside the fused engine.
 *
 * @throws UserError if its engine cannot be had here.
 */
export async function openKeptNetwork(
  run: string,
  {imageShape, classNames}: DataFacts,
  {optimizer, threads, engine = "auto", kernels = "auto"}: KeptNetworkOptions,
): Promise<KeptNetwork> {
  const made = await keptModel(run);
  const opened = await openNetwork({
    ...{engine, kernels, imageShape, classNames, optimizer, batchSize: 64, seed: 0},
    threads: threads || Math.min(8, environment().processor.cores),
    makeModel: () => made,
  });
  const {model} = opened;
  const backend = opened.engine.name in backends ? (opened.engine.name as BackendName) : "wasm";
  const layers = layerGradients(run, {imageShape, classNames}, backend, () => opened.network.getWeights());
  const network: Network = {
    layerGradient: layers.layerGradient,
    ...opened.network,
    setWeights(weights) {
      layers.changed();
      return opened.network.setWeights(weights);
    },
  };
  return {
    network,
    async dispose() {
      await layers.dispose();
      await network.dispose();
      model.dispose();
    },
  };
}

async function keptModel(run: string): Promise<tf.LayersModel> {
  const [path, weights] = ["model.json", "weights.bin"].map((name) => join(run, "model", name));
  const json = parseJson(decodeText(await readWhole(path, {most: 256e6}), path), path) as unknown as TfjsModelJson;
  tf.enableProdMode();
  await tf.setBackend("cpu"); // it only holds the weights and computes nothing else
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights) as tf.io.WeightsManifestEntry[],
      weightData: new Uint8Array(await readWhole(weights)).buffer,
    }),
  );
}
