import type {LookedAtNetwork, NamedArray} from "../../nouns/network";
import type {LabelledImages} from "../../nouns/samples";
import {epochStem} from "../record/epoch-stem";
import {type Inside, type LayerActivations, movedBy, shrunk, summaryOf} from "../record/inside";
import type {RunDirectory} from "../record/run-directory";
import type {ModelFacts, RunEvent} from "./events";
import {layerPlaces} from "./layer-places";

/** Layers that only pass their input on. */
const PASSIVE = new Set(["InputLayer", "Flatten", "Dropout", "SeededDropout", "Reshape"]);
/**
 * Keeps what the network is like inside, for the report: `artifacts/network/inside-epoch-003.json` with the
 * distribution of each weight array and each layer's answers to the samples. As with a probe, an error does not end the
 * run and is reported; a failed write does end it.
 *
 * @param before The weights at an earlier epoch, if the file should say how far they have moved since.
 * @returns The reason, if it failed.
 */
export async function* keepInside(
  directory: RunDirectory,
  network: LookedAtNetwork,
  layers: ModelFacts["layers"],
  {samples, sampleIndices, epoch}: {samples: LabelledImages; sampleIndices: Uint32Array; epoch: number},
  before?: readonly NamedArray[],
): AsyncGenerator<RunEvent, Error | undefined> {
  let inside: Inside;
  try {
    const arrays = await network.getWeights();
    const moved = before && movedBy(before, arrays);
    const weights = arrays.map((array) => {
      const step = moved?.get(array.name);
      return step === undefined ? summaryOf(array) : {...summaryOf(array), moved: step};
    });
    inside = {indices: sampleIndices, weights, activations: await activationsOf(network, layers, samples)};
  } catch (error) {
    yield {type: "failure", probe: "network", error: error as Error};
    return error as Error;
  }
  // no answers are known for this layer
  if (inside.weights.length === 0 && inside.activations.length === 0) return undefined;
  await directory.writeValue(`network/${epochStem(epoch, "inside")}`, inside);
  return undefined;
}

async function activationsOf(
  network: LookedAtNetwork,
  layers: ModelFacts["layers"],
  samples: LabelledImages,
): Promise<LayerActivations[]> {
  const shown = network.shownLayers ?? layers.filter(({type}) => !PASSIVE.has(type));
  const names = shown.map(({name}) => name);
  const answers = await network.forward(samples, names);
  return answers.map(({layer, shape, values}, i) => {
    return {layer, type: shown[i].type, ...shrunk(values, samples.count, layerPlaces([null, ...shape]))};
  });
}
