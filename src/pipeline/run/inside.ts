import type {Network} from "../../nouns/network";
import type {LabelledImages} from "../../nouns/samples";
import {type Inside, type LayerActivations, shrunk, summaryOf} from "../record/inside";
import type {RunDirectory} from "../record/run-directory";
import type {ModelFacts, RunEvent} from "./events";

/** Layers that only pass on what they are given. */
const PASSIVE = new Set(["InputLayer", "Flatten", "Dropout", "SeededDropout", "Reshape"]);
/**
 * Keeps what the network is like inside, for the report: `artifacts/network/epoch-003.json` with each weight array's
 * distribution and each layer's answer to the samples. As with a probe, one that throws does not cost the run, and is told;
 * a file that cannot be written does.
 *
 * @returns Why it failed, if it did.
 */
export async function* keepInside(
  directory: RunDirectory,
  network: Network,
  layers: ModelFacts["layers"],
  {samples, sampleIndices, epoch}: {samples: LabelledImages; sampleIndices: Uint32Array; epoch: number},
): AsyncGenerator<RunEvent, Error | undefined> {
  let inside: Inside;
  try {
    const weights = (await network.getWeights()).map(summaryOf);
    inside = {indices: sampleIndices, weights, activations: await activationsOf(network, layers, samples)};
  } catch (error) {
    yield {type: "failure", probe: "network", error: error as Error};
    return error as Error;
  }
  await directory.writeValue(`network/epoch-${`${epoch}`.padStart(3, "0")}`, inside);
  return undefined;
}

async function activationsOf(
  network: Network,
  layers: ModelFacts["layers"],
  samples: LabelledImages,
): Promise<LayerActivations[]> {
  const activations: LayerActivations[] = [];
  for (const {name, type, outputShape} of layers) {
    if (PASSIVE.has(type)) continue;
    const {values} = await network.features(samples, name);
    const [height, width, channels] = outputShape.length === 4 ? outputShape.slice(1) : [1, 1, outputShape.at(-1)];
    activations.push({layer: name, type, ...shrunk(values, samples.count, [height ?? 1, width ?? 1, channels ?? 1])});
  }
  return activations;
}
