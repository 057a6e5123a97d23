import type {LayerAnswer, LookedAtNetwork, NamedArray, Network, WeightedLayer} from "../../nouns/network";
import type {LabelledImages, Split} from "../../nouns/samples";
import {epochStem} from "../record/epoch-stem";
import type {BlockState, LayerState} from "../record/layer-state";
import type {RunDirectory} from "../record/run-directory";
import type {ModelFacts, RunEvent} from "./events";
import {AT_ONCE, answers} from "./layer-answers";
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
  let states: LayerState[];
  let blocks: BlockState[] = [];
  const own = network.weightedLayers?.();
  const count = Math.min(IMAGES, test.count, ...(own ? [imagesFor(own)] : []));
  const indices = Uint32Array.from({length: count}, (_, n) => Math.floor((n * test.count) / count));
  try {
    const gradients = learnt && (await network.gradients?.(learnt, 0));
    states = own
      ? await ownLayerStates(network, own, test, indices)
      : await layerStates(network, layers, test, {indices, gradients});
    if (!own) blocks = await blockStates(network, layers, test, {indices, states});
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

async function layerStates(
  network: LookedAtNetwork,
  layers: ModelFacts["layers"],
  test: Split,
  {indices, gradients}: {readonly indices: Uint32Array; readonly gradients: readonly NamedArray[] | undefined},
): Promise<LayerState[]> {
  const weights = await network.getWeights();
  const states: LayerState[] = [];
  for (const [at, {name, type}] of layers.entries()) {
    const kernel = weights.find((array) => array.name.startsWith(`${name}/`) && array.shape.length > 1);
    if (!kernel) continue;
    const rest = layers.slice(at + 1);
    const end = rest.findIndex((layer) => !FOLLOWING.has(layer.type));
    const last = end > 0 ? rest[end - 1] : layers[at];
    const size = layerPlaces(last.outputShape);
    states.push({
      ...{layer: name, type, shape: kernel.shape, weights: kernel.values.length, kernel: sampledWeights(kernel.values)},
      gradient: gradients ? lengthOf(gradients.filter((array) => array.name.startsWith(`${name}/`))) : null,
      ...(await answers(
        network,
        async (some) => (await network.forward(some, [last.name]))[0].values,
        size,
        test,
        indices,
      )),
    });
  }
  return states;
}

/** Asks what a transformer's blocks give on, and adds the matrices that their layers' states lack. */
async function blockStates(
  network: LookedAtNetwork,
  layers: ModelFacts["layers"],
  test: Split,
  {indices, states}: {readonly indices: Uint32Array; readonly states: readonly LayerState[]},
): Promise<BlockState[]> {
  const blocks: BlockState[] = [];
  const found = blocksOf(layers);
  const weights = found.length ? await network.getWeights() : [];
  for (const {name, layers: own, end} of found) {
    const members = states.filter(({layer}) => own.some((one) => one.name === layer));
    const others = members.flatMap(({layer}) =>
      weights.filter((array) => array.name.startsWith(`${layer}/`) && array.shape.length > 1).slice(1),
    );
    const size = layerPlaces(end.outputShape);
    const ask = async (some: LabelledImages) => (await network.forward(some, [end.name]))[0].values;
    const {gram, probe = null} = await answers(network, ask, size, test, indices);
    blocks.push({
      ...{name, layers: members.map(({layer}) => layer), gram, probe},
      others: others.map((array) => ({weights: array.values.length, kernel: sampledWeights(array.values)})),
    });
  }
  return blocks;
}

/** The most numbers of layers' answers that are in memory together. */
const MOST_NUMBERS = 40e6;

function imagesFor(own: readonly WeightedLayer[]): number {
  const each = own.reduce((sum, {shape: [height, width, channels]}) => sum + height * width * channels, 1);
  return Math.max(2, Math.floor(MOST_NUMBERS / each));
}

/** The same for a network that lists its own layers; all their answers come in one pass. */
async function ownLayerStates(
  network: LookedAtNetwork,
  own: readonly WeightedLayer[],
  test: Split,
  indices: Uint32Array,
): Promise<LayerState[]> {
  const names = own.map(({answer}) => answer);
  const parts: (readonly LayerAnswer[])[] = [];
  for (let from = 0; from < indices.length; from += AT_ONCE) {
    const some = await test.read(indices.subarray(from, from + AT_ONCE));
    parts.push(await network.forward(some, names));
  }
  const states: LayerState[] = [];
  for (const [i, {layer, type, kernel, shape}] of own.entries()) {
    let part = 0;
    states.push({
      ...{
        layer,
        type,
        shape: kernel.shape,
        weights: kernel.values.length,
        kernel: sampledWeights(kernel.values),
        gradient: null,
      },
      ...(await answers(network, async () => parts[part++][i].values, shape, test, indices)),
    });
  }
  return states;
}

function lengthOf(arrays: readonly NamedArray[]): number {
  let sum = 0;
  for (const {values} of arrays) for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
