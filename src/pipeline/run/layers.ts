import type {LookedAtNetwork, NamedArray, Network, WeightedLayer} from "../../nouns/network";
import type {LabelledImages, Split} from "../../nouns/samples";
import {epochStem} from "../record/epoch-stem";
import type {BlockState, LayerState} from "../record/layer-state";
import type {RunDirectory} from "../record/run-directory";
import type {ModelFacts, RunEvent} from "./events";
import {answersOf} from "./layer-answers";
import {blocksOf} from "./layer-blocks";
import {layerPlaces} from "./layer-places";
import {sampledWeights} from "./sampled-weights";

/** How many test images, taken evenly from the whole split, are used to compare layers. */
const IMAGES = 128;

/** How many training images the gradient is taken of: the same images at every epoch. */
export const GRADIENT_IMAGES = 32;

/** Layers without weights that belong to the layer before them: its units are read after these layers. */
const FOLLOWING = new Set(["BatchNormalization", "Activation", "ReLU", "LeakyReLU", "ELU"]);

/**
 * Keeps what the page's question about layers needs, as `artifacts/layers/epoch-003.json`. As with a probe, an error
 * does not end the run and is reported; a failed write does end it.
 *
 * @returns The reason, if it failed.
 */
export async function* keepLayers(
  directory: RunDirectory,
  network: LookedAtNetwork & Partial<Pick<Network, "gradients">>,
  layers: ModelFacts["layers"],
  {test, epoch, learnt}: {readonly test: Split; readonly epoch: number; readonly learnt?: LabelledImages | undefined},
): AsyncGenerator<RunEvent, Error | undefined> {
  let states: readonly LayerState[];
  let blocks: readonly BlockState[] = [];
  const own = network.weightedLayers?.();
  const count = Math.min(IMAGES, test.count, ...(own ? [imagesFor(own)] : []));
  const indices = Uint32Array.from({length: count}, (_, n) => Math.floor((n * test.count) / count));
  try {
    const gradients = learnt && (await network.gradients?.(learnt, 0));
    if (own) states = await ownLayerStates(network, own, test, indices);
    else ({states, blocks} = await layerStates(network, layers, test, {indices, gradients}));
  } catch (error) {
    yield {type: "failure", probe: "layers", error: error as Error};
    return error as Error;
  }
  if (states.length === 0) return undefined; // the network was trained elsewhere and its weights have other names
  await directory.writeValue(`layers/${epochStem(epoch)}`, {
    indices,
    layers: states,
    ...(blocks.length ? {blocks} : {}),
  });
  return undefined;
}

/** The states of the layers that have weights, and those of a transformer's blocks. */
async function layerStates(
  network: LookedAtNetwork,
  layers: ModelFacts["layers"],
  test: Split,
  {indices, gradients}: {readonly indices: Uint32Array; readonly gradients: readonly NamedArray[] | undefined},
): Promise<{readonly states: readonly LayerState[]; readonly blocks: readonly BlockState[]}> {
  const weights = await network.getWeights();
  const kernelsOf = (layer: string) =>
    weights.filter((array) => array.name.startsWith(`${layer}/`) && array.shape.length > 1);
  const weighted = layers.flatMap((layer, at) => {
    const [kernel] = kernelsOf(layer.name);
    if (!kernel) return [];
    const rest = layers.slice(at + 1);
    const end = rest.findIndex(({type}) => !FOLLOWING.has(type));
    return [{...layer, kernel, last: end > 0 ? rest[end - 1] : layer}];
  });
  const found = blocksOf(layers);
  const asked = [...weighted.map(({last}) => last), ...found.map(({end}) => end)];
  const answers = await answersOf(
    network,
    asked.map(({name, outputShape}) => ({name, size: layerPlaces(outputShape)})),
    test,
    indices,
  );
  const states = weighted.map(({name, type, kernel}, i) => ({
    ...{layer: name, type, shape: kernel.shape, weights: kernel.values.length, kernel: sampledWeights(kernel.values)},
    gradient: gradients ? lengthOf(gradients.filter((array) => array.name.startsWith(`${name}/`))) : null,
    ...answers[i],
  }));
  const blocks = found.map(({name, layers: own}, i) => {
    const members = states.map(({layer}) => layer).filter((layer) => own.some((one) => one.name === layer));
    const others = members.flatMap((layer) => kernelsOf(layer).slice(1)); // the matrices that a layer's state lacks
    const {gram, probe = null} = answers[states.length + i];
    return {
      ...{name, layers: members, gram, probe},
      others: others.map((array) => ({weights: array.values.length, kernel: sampledWeights(array.values)})),
    };
  });
  return {states, blocks};
}

/** The most numbers of all layers' answers to the images that a network which lists its own layers is asked for. */
const MOST_NUMBERS = 40e6;

function imagesFor(own: readonly WeightedLayer[]): number {
  const each = own.reduce((sum, {shape: [height, width, channels]}) => sum + height * width * channels, 1);
  return Math.max(2, Math.floor(MOST_NUMBERS / each));
}

/** The same for a network that lists its own layers. */
async function ownLayerStates(
  network: LookedAtNetwork,
  own: readonly WeightedLayer[],
  test: Split,
  indices: Uint32Array,
): Promise<readonly LayerState[]> {
  const asked = own.map(({answer, shape}) => ({name: answer, size: shape}));
  const answers = await answersOf(network, asked, test, indices);
  return own.map(({layer, type, kernel}, i) => ({
    ...{layer, type, shape: kernel.shape, weights: kernel.values.length, kernel: sampledWeights(kernel.values)},
    gradient: null,
    ...answers[i],
  }));
}

function lengthOf(arrays: readonly NamedArray[]): number {
  let sum = 0;
  for (const {values} of arrays) for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
